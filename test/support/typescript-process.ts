// Real processes that run a TypeScript file of the tests.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const RUNNER = resolve('node_modules/jiti/lib/jiti-cli.mjs')

export interface FinishedProcess {
  exitCode: number | null
  stdout: string
  stderr: string
}

export interface ProcessSettings {
  args?: string[]
  /** Joins the environment of the tests; undefined removes a variable. */
  environment?: NodeJS.ProcessEnv
}

/** Starts `node` on a TypeScript file, named from the root of the repository. */
export function startTypeScript(file: string, { args = [], environment = {} }: ProcessSettings = {}): ChildProcess {
  return spawn(process.execPath, [RUNNER, resolve(file), ...args], { env: { ...process.env, ...environment } })
}

/** A worker process of a team: `module` is seen from the root of the repository, `exported` is the name of the team there. */
export function startTeamWorker(module: string, exported: string, environment: NodeJS.ProcessEnv): ChildProcess {
  return startTypeScript('test/support/team-worker.ts', { args: [module, exported], environment })
}

/** The same for a test's server and store; resolves when it serves. */
export async function serveElsewhere(
  { address, namespace, storeDirectory }: { address: string; namespace: string; storeDirectory: string },
  module: string,
  exported: string,
): Promise<ChildProcess> {
  const worker = startTeamWorker(module, exported, {
    ADDRESS: address,
    NAMESPACE: namespace,
    TROUPE_STORE: storeDirectory,
  })
  let said = ''
  worker.stderr?.on('data', (text: Buffer) => (said += text.toString()))
  await Promise.race([
    once(worker.stdout!, 'data'),
    once(worker, 'exit').then(() => Promise.reject(new Error(`the worker ended: ${said}`))),
  ])
  return worker
}

/** By SIGKILL; resolves when it is gone. */
export async function killed(worker: ChildProcess | undefined): Promise<void> {
  if (!worker || worker.exitCode !== null || worker.signalCode !== null) return
  const gone = once(worker, 'exit')
  worker.kill('SIGKILL')
  await gone
}

export async function runTypeScript(file: string, settings: ProcessSettings = {}): Promise<FinishedProcess> {
  const child = startTypeScript(file, settings)
  const finished: FinishedProcess = { exitCode: null, stdout: '', stderr: '' }
  child.stdout?.on('data', (text: Buffer) => (finished.stdout += text.toString()))
  child.stderr?.on('data', (text: Buffer) => (finished.stderr += text.toString()))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { ...finished, exitCode }
}
