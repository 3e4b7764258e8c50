// HOST. Runs a program to its end, with its lines handed on and a limit on its time.
import { spawn } from 'node:child_process'
import { hostPath } from '../host-path'

export interface ProgramOptions {
  cwd?: string
  environment?: NodeJS.ProcessEnv
  timeoutMs: number
  /** Called with each line of stdout and stderr. */
  onLine?: (line: string) => void
}

export interface ProgramResult {
  /** Undefined where it was killed or could not be started. */
  exitCode: number | undefined
  /** The last lines of stdout and stderr, or why it did not start. */
  tail: string[]
}

/** The end of a program's output that is worth quoting in an error. */
const TAIL_LINES = 8

/** Never rejects: a program that cannot be started is a result like any other. */
export function runProgram(program: string, args: string[], options: ProgramOptions): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const tail: string[] = []
    const environment = options.environment ?? process.env
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...environment, PATH: hostPath(environment.PATH) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Not spawn's own `timeout`: its timer outlives a program that could not be started, and holds up our exit.
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      // What it started may hold the pipes open; we are done with them.
      child.stdout.destroy()
      child.stderr.destroy()
    }, options.timeoutMs)
    const settle = (result: ProgramResult): void => {
      clearTimeout(limit)
      resolve(result)
    }
    const take = (line: string): void => {
      if (line.trim() === '') return
      tail.push(line)
      if (tail.length > TAIL_LINES) tail.shift()
      options.onLine?.(line)
    }
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, take)
    child.once('error', (error) => settle({ exitCode: undefined, tail: [error.message] }))
    child.once('close', (exitCode) => settle({ exitCode: exitCode ?? undefined, tail }))
  })
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(take)
  })
  stream.on('end', () => take(rest))
}
