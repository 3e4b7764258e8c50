// Real processes that run a TypeScript file of this folder.
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'

const RUNNER = path.join(path.dirname(require.resolve('jiti/package.json')), 'lib', 'jiti-cli.mjs')

export interface Child {
  process: ChildProcess
  /** The lines that it has printed and ended with a newline. */
  lines: string[]
  /** Resolves when it has printed so many lines; rejects if it ends before. */
  printed(count: number): Promise<void>
  /** Its exit code or signal, when all its output was read. */
  ended: Promise<number | NodeJS.Signals | null>
}

/** Starts `children/<script>.ts`, where wanted with fewer files that it may have open. */
export function startChild(script: string, args: string[], { openFiles }: { openFiles?: number } = {}): Child {
  const file = path.join(__dirname, '..', 'children', `${script}.ts`)
  const bound = openFiles === undefined ? '' : `ulimit -n ${openFiles} && `
  const command = ['-c', `${bound}exec "$@"`, 'sh', process.execPath, RUNNER, file, ...args]
  const child = spawn('sh', command, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  const waiting: { count: number; resolve: () => void; reject: (error: Error) => void }[] = []
  let partial = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    // By hand, since a line reader would give the unfinished last line of a killed process as if it were whole.
    const pieces = (partial + chunk).split('\n')
    partial = pieces.pop() ?? ''
    lines.push(...pieces)
    for (const entry of waiting) if (lines.length >= entry.count) entry.resolve()
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => {
      for (const entry of waiting) entry.reject(new Error(`${script} ended after ${lines.length} lines`))
      resolve(code ?? signal)
    })
  })
  return {
    process: child,
    lines,
    printed: (count) =>
      new Promise((resolve, reject) => {
        if (lines.length >= count) resolve()
        else waiting.push({ count, resolve, reject })
      }),
    ended,
  }
}
