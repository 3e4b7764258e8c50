// The built command as a process of its own, in a directory of its own, against a namespace of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { testNamespace } from '../../support/server'

export const MAIN = resolve('dist/src/cli/main.js')

/** Environment in which nothing says which model to use, and none is found. */
export const NO_MODEL = {
  TROUPE_MODEL: undefined,
  ANTHROPIC_API_KEY: undefined,
  OPENAI_API_KEY: undefined,
  GOOGLE_GENERATIVE_AI_API_KEY: undefined,
  OLLAMA_HOST: '127.0.0.1:1',
}

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
  tookMs: number
}

export interface Settings {
  environment?: NodeJS.ProcessEnv
  /** Standard input. */
  stdin?: string
}

/** A command that runs, and what it has said so far. */
export interface Running {
  child: ChildProcess
  said: { stdout: string; stderr: string }
  finished: Promise<Finished>
}

/** One user's surroundings: a directory and a namespace. */
export class Workplace {
  readonly children: ChildProcess[] = []

  private constructor(
    readonly directory: string,
    readonly address: string,
    readonly namespace: string,
  ) {}

  static async open(name: string): Promise<Workplace> {
    const { address, namespace } = await testNamespace(name)
    return new Workplace(mkdtempSync(join(tmpdir(), 'troupe-cli-')), address, namespace)
  }

  /** Where the command's server and store are. */
  get environment(): { TEMPORAL_ADDRESS: string; TEMPORAL_NAMESPACE: string; TROUPE_DIR: string } {
    return {
      TEMPORAL_ADDRESS: this.address,
      TEMPORAL_NAMESPACE: this.namespace,
      TROUPE_DIR: join(this.directory, '.troupe'),
    }
  }

  write(name: string, content: unknown): string {
    const path = join(this.directory, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }

  start(args: readonly string[], { environment = {}, stdin }: Settings = {}): Running {
    const began = Date.now()
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.directory,
      env: {
        ...process.env,
        ...this.environment,
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        ...environment,
      },
    })
    this.children.push(child)
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (text: Buffer) => (said.stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()))
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
    const finished = once(child, 'close').then(([code]) => ({
      ...said,
      code: code as number | null,
      tookMs: Date.now() - began,
    }))
    return { child, said, finished }
  }

  /** Runs a command to its end. */
  run(...args: string[]): Promise<Finished> {
    return this.start(args).finished
  }

  /** Runs a command whose standard output must be one JSON value and nothing else. */
  async json<Value = Record<string, never>>(...args: string[]): Promise<Value> {
    const { stdout, stderr, code } = await this.run(...args, '--output', 'json')
    try {
      return JSON.parse(stdout) as Value
    } catch {
      throw new Error(`no JSON on standard output, exit code ${code}: ${stdout}\n${stderr}`)
    }
  }

  close(): void {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL')
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Waits until something holds; fails with what was said if it never does. */
export async function until(
  what: () => boolean | Promise<boolean>,
  running?: Running,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${JSON.stringify(running?.said)}`)
    await new Promise((next) => setTimeout(next, 50))
  }
}
