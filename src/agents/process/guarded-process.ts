// HOST. Starts a program in a process group of its own, marked and registered at the watchdog, and ends it with all that
// came from it. Every process that runs agent code is started here.
import { spawn, type ChildProcess, type SerializationType, type StdioOptions } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { killTree } from './kill-tree'
import { PIPE_LIMIT_MS, PIPE_POLL_MS, PIPE_SILENCE_MS } from './limits'
import { ensureWatchdog, registerGroup, releaseGroup, WORKER_MARKER } from './watchdog'

export interface GuardedOptions {
  cwd?: string
  env: NodeJS.ProcessEnv
  stdio: StdioOptions
  serialization?: SerializationType
}

/** How a process ended, or why it could not be started. */
export type Ending =
  | { started: true; exitCode: number | null; signal: NodeJS.Signals | null }
  | { started: false; error: NodeJS.ErrnoException }

export interface GuardedProcess {
  /** Undefined if the system refused to start it at all. */
  readonly child: ChildProcess | undefined
  /** Settles at the end of the process itself; what it left behind may still run. Never rejects. */
  readonly ended: Promise<Ending>
  /** Ends all that is left of it; see `killTree`. May be called again. */
  kill(graceMs?: number): Promise<void>
}

/** Starts a program. A start that fails is told by `ended`, whichever way Node reports it. */
export function spawnGuarded(file: string, args: readonly string[], options: GuardedOptions): GuardedProcess {
  ensureWatchdog()
  const marker = randomUUID()
  let child: ChildProcess
  try {
    child = spawn(file, args, { ...options, env: { ...options.env, ...markers(marker) }, detached: true })
  } catch (error) {
    const ended = Promise.resolve<Ending>({ started: false, error: error as NodeJS.ErrnoException })
    return { child: undefined, ended, kill: () => Promise.resolve() }
  }
  const group = child.pid
  if (group !== undefined) registerGroup(group)
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ started: true, exitCode, signal }))
    child.on('error', (error) => {
      if (group === undefined) resolve({ started: false, error })
    })
  })
  const end = async (graceMs?: number) => {
    if (group !== undefined && (await killTree(group, marker, graceMs))) releaseGroup(group)
  }
  // Asked twice in a row, a process would take the second SIGTERM for impatience, and break off its clean-up.
  let asking: Promise<void> | undefined
  const kill = (graceMs?: number) =>
    graceMs === 0 ? end(0) : (asking ??= end(graceMs).finally(() => (asking = undefined)))
  return { child, ended, kill }
}

/**
 * Waits until the output of an ended process has been read to its end; at most for a moment if something that escaped
 * holds a pipe open. The pipes are closed afterwards.
 */
export async function drainOutput(child: ChildProcess | undefined): Promise<void> {
  const pipes = [child?.stdout, child?.stderr].filter((pipe) => pipe != null)
  const closed = () => pipes.every((pipe) => pipe.closed)
  if (closed()) return
  await new Promise<void>((resolve) => {
    // Counted in turns, not by the clock: after a blocked event loop the pipes are read before the next turn.
    let silent = 0
    let waited = 0
    const noise = () => (silent = 0)
    const finish = () => {
      clearInterval(timer)
      for (const pipe of pipes) pipe.off('data', noise).destroy()
      resolve()
    }
    const timer = setInterval(() => {
      silent += PIPE_POLL_MS
      waited += PIPE_POLL_MS
      if (closed() || silent > PIPE_SILENCE_MS || waited > PIPE_LIMIT_MS) finish()
    }, PIPE_POLL_MS)
    for (const pipe of pipes) pipe.on('data', noise).once('close', () => closed() && finish())
  })
}

/** Whether a process keeps ours alive: an idle one must not. */
export function keepLoop(child: ChildProcess | undefined, keep: boolean): void {
  for (const handle of [child, child?.channel, child?.stdout as Socket | null, child?.stderr as Socket | null]) {
    if (keep) handle?.ref()
    else handle?.unref()
  }
}

/** Inside another worker's process the outer markers stay, so that the outer one's watchdog finds these processes too. */
function markers(execution: string): NodeJS.ProcessEnv {
  const joined = (outer: string | undefined, own: string) => (outer === undefined ? own : `${outer},${own}`)
  return {
    TROUPE_WORKER: joined(process.env.TROUPE_WORKER, WORKER_MARKER),
    TROUPE_EXECUTION: joined(process.env.TROUPE_EXECUTION, execution),
  }
}
