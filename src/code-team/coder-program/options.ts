// TEAM. What somebody says of a program that is to be the coder: how it is started, and what it may reach beyond its copy.
import { homedir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import type { AgentOptions } from '../../agents/base-agent-service'
import { TroupeError } from '../../contract/errors'
import { preview } from '../../contract/json'
import { networkGrants } from '../../workspace/network/destination'

/** Milliseconds for one task: a program that asks a model dozens of times. */
const TIMEOUT_MS = 20 * 60_000
/** Memory of such programs: most bring a JavaScript or Python runtime with an index of the repository. */
const MEMORY_MB = 4_096
/** Each is a whole program with models of its own: two at a time suit most machines and accounts. */
const MAX_CONCURRENCY = 2
/** A program that fails may fail for its provider: once more, not for ever. */
const RETRY = { maximumAttempts: 2, initialIntervalMs: 10_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 }

/** What a program sees in the sandbox besides its copy and the system's own programs: nothing, unless it is named. */
export interface CoderSandbox {
  /** Hosts that it may reach over HTTP and HTTPS: `api.anthropic.com`, `*.example.org`. */
  network?: readonly string[]
  /**
   * Files and directories below your home of which it gets a copy, for this one run: its login and its settings, `.claude`. What
   * it writes there is thrown away, for a settings file may name commands that would be run as yours.
   */
  home?: readonly string[]
  /** Further absolute paths that it may read: where it is installed. The program's own file is among them. */
  readOnly?: readonly string[]
  memoryMb?: number
}

export interface CoderProgramOptions extends Pick<AgentOptions, 'timeoutMs' | 'maxConcurrency' | 'retry'> {
  /** Program and arguments. `{{prompt}}` in an argument is replaced by what it is told, which is on standard input otherwise. */
  command: string[]
  /**
   * Names of environment variables that pass, besides PATH, HOME, TMPDIR and LANG. Each value of 8 characters or more counts as
   * a secret: work with one in it is refused. A setting belongs to the command instead: `env MODEL=large PROGRAM`.
   */
  env?: string[]
  /** `none`: no sandbox at all; it may do whatever you may. Left out: nothing but its copy, no network and no home. */
  sandbox?: CoderSandbox | 'none'
  /** Patterns, as in a .gitignore, of files that it leaves beside its work. */
  ignore?: string[]
}

export interface CoderProgram {
  command: string[]
  env: string[]
  sandbox: Required<CoderSandbox> | 'none'
  ignore: string[]
  timeoutMs: number
  maxConcurrency: number
  retry: AgentOptions['retry']
}

/** @throws TroupeError `InvalidTeam` naming what is wrong */
export function checkProgram(options: CoderProgramOptions): CoderProgram {
  const { command, env = [], sandbox = {}, ignore = [], timeoutMs = TIMEOUT_MS } = options
  const { maxConcurrency = MAX_CONCURRENCY, retry = RETRY } = options
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string') || !command[0]) {
    throw invalid(`its command is ${preview(command)}`, 'name a program and its arguments as a list of texts')
  }
  const others = { ignore, timeoutMs, maxConcurrency, retry }
  if (sandbox === 'none') return { command, env, sandbox, ...others }
  const { network = [], home = [], readOnly = [], memoryMb = MEMORY_MB } = sandbox
  networkGrants(network)
  const odd = home.find((path) => isAbsolute(path) || normalize(path).startsWith('..') || /^\.?\/?$/.test(path))
  if (odd !== undefined)
    throw invalid(`${preview(odd)} is no part of a home`, 'name a path below it, such as ".claude"')
  const relative = readOnly.find((path) => !isAbsolute(path))
  if (relative !== undefined)
    throw invalid(`${preview(relative)} is no absolute path`, `such as ${join(homedir(), 'x')}`)
  return { command, env, sandbox: { network, home, readOnly, memoryMb }, ...others }
}

function invalid(what: string, hint: string): TroupeError {
  return new TroupeError('InvalidTeam', `the program that is to be the coder: ${what}`, { hint })
}
