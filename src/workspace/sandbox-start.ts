// HOST. Starts a command, inside the sandbox or without it, with the limits that the kernel keeps by itself.
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { delimiter, dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { drainOutput, spawnGuarded, type GuardedProcess } from '../agents/process/guarded-process'
import { hostPath } from '../host-path'
import {
  bwrapArguments,
  ENVIRONMENT,
  environmentArguments,
  INSIDE_FILES,
  INSIDE_REPORT,
  insideEnvironment,
  plainEnvironment,
  STATUS,
} from './bwrap-arguments'
import { covered } from './inherited-descriptors'
import { COMMAND_NICENESS, COMMAND_OPEN_FILES, SANDBOX_END_MS, THREADS_A_PROCESS } from './limits'
import type { Lent } from './lending/lending'
import { networkEnvironment, openNetwork } from './network/inside'
import type { NetworkProxy } from './network/proxy'
import { DEFAULT_LIMITS, type SandboxLimits } from './sandbox-options'
import { groupUsage, namespaceUsage, type Usage } from './sandbox-usage'
import { boundProcesses } from './process-bound'
import { seccompFilter } from './seccomp'

export interface StartOptions {
  command: readonly string[]
  directory: string
  readOnly?: readonly string[]
  /** With room made for it. */
  lend?: readonly Lent[]
  alias?: string
  /** Its home, where it is to find something there. */
  home?: string
  report?: string
  env?: Record<string, string>
  stdin?: string
  /** Between it and the hosts that it was granted. */
  proxy?: Pick<NetworkProxy, 'socketPath' | 'grants'>
  limits?: SandboxLimits
}

export interface StartedCommand {
  process: GuardedProcess
  /** Undefined while or because nothing can be told. */
  usage(enough: number): Promise<Usage | undefined>
  /** False if it ended before the command itself was begun: the sandbox could not be set up. */
  begun(): boolean
  /** Ends whatever is left of it, and waits until it is gone. */
  end(): Promise<void>
}

export function startInSandbox(options: StartOptions & { disableUserns: boolean }): StartedCommand {
  const { report, proxy, limits = DEFAULT_LIMITS } = options
  const filter = seccompFilter()
  const env = {
    ...insideEnvironment(),
    ...(report === undefined ? {} : { TROUPE_REPORT: INSIDE_REPORT }),
    ...(proxy ? networkEnvironment(proxy.grants) : {}),
    ...options.env,
  }
  const given = [environmentArguments(env), filter, ...INSIDE_FILES.map(({ content }) => Buffer.from(content))]
  const args = bwrapArguments({
    ...options,
    ...(proxy ? { proxySocket: proxy.socketPath } : {}),
    command: limited(options.command, limits, true, proxy ? openNetwork() : []),
    readOnly: options.readOnly ?? [],
    lend: options.lend ?? [],
    filter: filter !== undefined,
  })
  const bound = boundProcesses(mostThreads(limits))
  const [program = 'bwrap', ...before] = bound.enter
  const started = spawnGuarded(program, bound.enter.length > 0 ? [...before, 'bwrap', ...args] : args, {
    cwd: '/',
    // Bubblewrap's own environment can be read inside, in /proc/1.
    env: { PATH: hostPath() },
    stdio: covered([
      options.stdin === undefined ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
      'pipe',
      ...given.map(() => 'pipe' as const),
    ]),
  })
  const pipes = started.child?.stdio ?? []
  for (const [index, content] of given.entries()) {
    const pipe = pipes[ENVIRONMENT + index] as Writable | null | undefined
    pipe?.on('error', () => undefined).end(content)
  }
  const status = readStatus(started)
  const first = () => {
    const pid = /"child-pid":\s*(\d+)/.exec(status())?.[1]
    return pid === undefined ? undefined : Number(pid)
  }
  return {
    process: started,
    usage: async (enough) => {
      const pid = first()
      return pid === undefined ? undefined : namespaceUsage(pid, enough)
    },
    begun: () => status().includes('"exit-code"'),
    end: async () => {
      // The kernel ends the rest at once with the namespace's first process, which does not survive bubblewrap.
      started.child?.kill('SIGKILL')
      // Waited for here, cheaply: a look at the process table while a thousand processes die would put off the next one.
      await gone(first())
      await started.kill(0)
      await drainOutput(started.child)
      bound.remove()
    },
  }
}

/** The same without a sandbox, in directories of its own for what the sandbox has in memory. */
export function startOutside(options: StartOptions & { home: string }): StartedCommand {
  const { report, home, limits = DEFAULT_LIMITS } = options
  const path = [dirname(process.execPath), process.env.PATH ?? '/usr/bin:/bin'].join(delimiter)
  const env = {
    ...plainEnvironment(home, home, path),
    ...(report === undefined ? {} : { TROUPE_REPORT: report }),
    ...options.env,
  }
  const bound = boundProcesses(mostThreads(limits))
  const [program = '', ...args] = [...bound.enter, ...limited(options.command, limits, false)]
  const stdin = options.stdin === undefined ? 'ignore' : 'pipe'
  const started = spawnGuarded(program, args, { cwd: options.directory, env, stdio: [stdin, 'pipe', 'pipe'] })
  const group = started.child?.pid
  return {
    process: started,
    usage: async (enough) => (group === undefined ? undefined : groupUsage(group, enough)),
    begun: () => true,
    end: async () => {
      await started.kill(0)
      await drainOutput(started.child)
      bound.remove()
    },
  }
}

/** The command behind a shell that sets what the kernel bounds, and joins both outputs in the order in which they come. */
function limited(
  command: readonly string[],
  limits: SandboxLimits,
  inside: boolean,
  before: readonly string[] = [],
): string[] {
  const lines = [
    'ulimit -c 0',
    `ulimit -f ${Math.ceil(limits.fileBytes / 512)}`,
    `ulimit -n ${COMMAND_OPEN_FILES} 2>/dev/null`,
    ...(inside && countsByNamespace() ? [threadLimit(mostThreads(limits))] : []),
    ...before,
    `exec nice -n ${COMMAND_NICENESS} "$@" 2>&1`,
  ]
  return ['/bin/sh', '-c', lines.join('\n'), 'sh', ...command]
}

function mostThreads({ processes }: SandboxLimits): number {
  return processes * THREADS_A_PROCESS
}

/** Shells call it by different letters. */
function threadLimit(threads: number): string {
  return `ulimit -u ${threads} 2>/dev/null || ulimit -p ${threads} 2>/dev/null`
}

/** Before 5.14, Linux counts all processes of the user, wherever they run. */
function countsByNamespace(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 14)
}

/** What bubblewrap tells in JSON: the first process inside, as it is numbered here, and the exit code of what was begun. */
function readStatus(started: GuardedProcess): () => string {
  let text = ''
  const pipe = started.child?.stdio[STATUS]
  pipe?.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined)
  return () => text
}

/** The first process of a namespace ends after all others in it. */
async function gone(first: number | undefined): Promise<void> {
  for (let waited = 0; first !== undefined && isThere(first) && waited < SANDBOX_END_MS; waited += 10) await sleep(10)
}

function isThere(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  }
}
