// HOST. Runs a command on a materialised copy, as a stranger's: in a sandbox that shows it nothing else, for a bounded time,
// with bounded memory, processes, output and disk; and nothing of it is left afterwards.
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { TroupeError } from '../contract/errors'
import { OutputTail } from '../agents/process/captured-output'
import { startFailure } from '../agents/process/command-failures'
import { copyHome } from './copied-home'
import { COMMAND_DISK_ENTRIES, COMMAND_KEPT_BYTES, DISK_POLL_MS, DISK_POLL_SHARE, USAGE_POLL_MS } from './limits'
import { makeRoom } from './lending/mounts'
import { networkGrants } from './network/destination'
import { startProxy } from './network/proxy'
import {
  DEFAULT_LIMITS,
  type Exceeded,
  type SandboxLimits,
  type SandboxOptions,
  type SandboxResult,
} from './sandbox-options'
import { requireSandbox } from './sandbox-probe'
import { startInSandbox, startOutside, type StartedCommand } from './sandbox-start'
import { diskUsage } from './sandbox-usage'
import { withTemporaryDirectory } from './working-copy'

/**
 * Runs a command to its end, or until it exceeds a limit; both are results.
 *
 * @throws TroupeError `SandboxUnavailable`, `CommandNotFound`; on abort the signal's reason, after all of it is gone
 */
export async function runSandboxed(options: SandboxOptions): Promise<SandboxResult> {
  options.signal?.throwIfAborted()
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  if (options.sandbox === 'none') {
    return withTemporaryDirectory((home) => attend(startOutside({ ...options, limits, home }), options, limits))
  }
  const { homePaths = [] } = options
  if (homePaths.length === 0) return runInside(options, limits)
  return withTemporaryDirectory(async (home) => {
    await copyHome(homePaths, home)
    return runInside({ ...options, home }, limits)
  })
}

/** With what is its home, where that is not empty. */
type InsideOptions = SandboxOptions & { home?: string }

async function runInside(options: InsideOptions, limits: SandboxLimits): Promise<SandboxResult> {
  const { disableUserns } = await requireSandbox()
  const { network = [], resolve, lend = [], directory: copy } = options
  const start = { ...options, limits, disableUserns, lend: await makeRoom(lend, copy) }
  if (network.length === 0) return attend(startInSandbox(start), options, limits)
  const grants = networkGrants(network)
  return withTemporaryDirectory(async (directory) => {
    const proxy = await startProxy({ grants, directory, ...(resolve ? { resolve } : {}) })
    try {
      const started = startInSandbox({ ...start, proxy })
      const result = await attend(started, options, limits)
      const refusedHosts = proxy.refused()
      return { ...result, ...(refusedHosts.length > 0 ? { refusedHosts } : {}) }
    } finally {
      await proxy.close()
    }
  })
}

async function attend(started: StartedCommand, options: InsideOptions, limits: SandboxLimits): Promise<SandboxResult> {
  const begin = performance.now()
  const output = new OutputTail(Math.min(limits.outputBytes, COMMAND_KEPT_BYTES))
  const stop = new AbortController()
  let exceeded: Exceeded | undefined
  const exceed = (what: Exceeded) => {
    exceeded ??= what
    stop.abort()
  }
  for (const pipe of [started.process.child?.stdout, started.process.child?.stderr]) {
    pipe?.on('data', (chunk: Buffer) => {
      output.write(chunk)
      options.onOutput?.(chunk)
      if (output.total > limits.outputBytes) exceed('output')
    })
  }
  // A command that does not read it, or ends before it has: no failure of its own
  started.process.child?.stdin?.on('error', () => undefined).end(options.stdin ?? '')
  const timer = setTimeout(() => exceed('time'), limits.timeoutMs)
  const abort = () => stop.abort()
  options.signal?.addEventListener('abort', abort, { once: true })
  const stopped = new Promise<undefined>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  )
  if (options.signal?.aborted) abort()
  const watches = [
    watchProcesses(started, limits, stop.signal, exceed),
    watchDisk(options, limits, stop.signal, exceed),
  ]
  try {
    const ending = await Promise.race([started.process.ended, stopped])
    const ended = exceeded === undefined && !options.signal?.aborted
    stop.abort()
    await started.end()
    options.signal?.throwIfAborted()
    if (ending && !ending.started) {
      throw startFailure({ command: options.command, cwd: options.directory, path: process.env.PATH }, ending.error)
    }
    if (ended && ending?.signal === null && !started.begun()) throw notSetUp(told(output), options)
    await Promise.all(watches)
    if (ended && output.total > limits.outputBytes) exceed('output')
    if (ended && (await isFull(options, limits))) exceed('disk')
    const how = ending ? endOf(ending) : { exitCode: null, signal: 'SIGKILL' as const }
    if (how.signal === 'SIGXFSZ') exceed('disk')
    return {
      ...how,
      ...(exceeded === undefined ? {} : { exceeded }),
      ...(exceeded === 'time' ? { timedOut: true } : {}),
      output: told(output),
      durationMs: Math.round(performance.now() - begin),
      sandboxed: options.sandbox === 'required',
    }
  } finally {
    clearTimeout(timer)
    stop.abort()
    options.signal?.removeEventListener('abort', abort)
    await Promise.all(watches)
  }
}

async function watchProcesses(
  started: StartedCommand,
  limits: SandboxLimits,
  stop: AbortSignal,
  exceed: (what: Exceeded) => void,
): Promise<void> {
  while (await pause(USAGE_POLL_MS, stop)) {
    const usage = await started.usage(limits.processes)
    if (usage && usage.processes > limits.processes) exceed('processes')
    else if (usage && usage.memoryMb > limits.memoryMb) exceed('memory')
  }
}

async function watchDisk(
  options: InsideOptions,
  limits: SandboxLimits,
  stop: AbortSignal,
  exceed: (what: Exceeded) => void,
): Promise<void> {
  for (let wait = DISK_POLL_MS; await pause(wait, stop);) {
    const begin = performance.now()
    if (await isFull(options, limits)) exceed('disk')
    wait = Math.max(DISK_POLL_MS, (performance.now() - begin) * DISK_POLL_SHARE)
  }
}

async function isFull({ directory, report, home }: InsideOptions, { diskMb }: SandboxLimits): Promise<boolean> {
  const written = [directory, ...(report ? [report] : []), ...(home ? [home] : [])]
  const { entries, megabytes } = await diskUsage(written, COMMAND_DISK_ENTRIES)
  return megabytes > diskMb || entries > COMMAND_DISK_ENTRIES
}

/** False if it was stopped instead. */
async function pause(milliseconds: number, stop: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal: stop }).catch(() => undefined)
  return !stop.aborted
}

/** The end of what it printed; its first line says how much is missing before it. */
function told(output: OutputTail): string {
  const { missing } = output
  return `${missing > 0 ? `[${missing.toLocaleString('en')} bytes before this are left out]\n` : ''}${output.text()}`
}

/** What is lent is somebody's, who may be installing it anew: once more, it is looked for anew. */
function notSetUp(said: string, { lend = [] }: InsideOptions): TroupeError {
  return new TroupeError('SandboxUnavailable', `the sandbox could not be set up: ${said.trim()}`, {
    hint: 'see whether every directory that it is given is there',
    retryable: lend.length > 0,
  })
}

/** Bubblewrap and shells tell a signal as 128 and its number. */
function endOf({
  exitCode,
  signal,
}: Pick<SandboxResult, 'exitCode' | 'signal'>): Pick<SandboxResult, 'exitCode' | 'signal'> {
  const number = exitCode !== null && exitCode > 128 ? exitCode - 128 : undefined
  const named = Object.entries(constants.signals).find(([, value]) => value === number)?.[0]
  return named === undefined ? { exitCode, signal } : { exitCode: null, signal: named as NodeJS.Signals }
}
