// HOST. Git as a store of objects: commands that read and write them, with nothing of the repository's or the user's
// configuration that would start a program, and nothing from the network.
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { messageOf, TroupeError } from '../contract/errors'
import { hostPath } from '../host-path'
import { GIT_OUTPUT_BYTES, GIT_TIMEOUT_MS } from './limits'

export interface GitOptions {
  /** The top of the repository. */
  directory: string
  input?: Uint8Array | string
  /** An index of our own. */
  index?: string
}

export interface GitAnswer {
  exitCode: number
  stdout: Buffer
  stderr: string
}

const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.pager=cat',
  'core.quotePath=false',
  'gc.auto=0',
  'maintenance.auto=false',
  // An index that is split leaves a part of itself in the repository; a sparse one lacks files.
  'core.splitIndex=false',
  'core.sparseCheckout=false',
  // The guards above take the place of the check who owns the repository: the user's exceptions to it are not read here.
  'safe.directory=*',
]

/** Runs git; any exit code is an answer. */
export function askGit(args: readonly string[], { directory, input, index }: GitOptions): Promise<GitAnswer> {
  const settings = SETTINGS.flatMap((setting) => ['-c', setting])
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...settings, '--no-pager', ...args], {
      cwd: directory,
      env: environment(directory, index),
      timeout: GIT_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    const stdout: Buffer[] = []
    let bytes = 0
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout.push(chunk)
      bytes += chunk.length
      if (bytes > GIT_OUTPUT_BYTES) child.kill('SIGKILL')
    })
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4_000)))
    child.on('error', (error) => reject(notStarted(error)))
    child.on('close', (exitCode, signal) => {
      if (exitCode !== null) return resolve({ exitCode, stdout: Buffer.concat(stdout), stderr: stderr.trim() })
      reject(new TroupeError('CommandFailed', `git ${args[0]} in ${directory} was ended by ${signal}`))
    })
    // Git may refuse before it has read all.
    child.stdin.on('error', () => undefined).end(input ?? '')
  })
}

/**
 * Runs git and returns what it printed.
 *
 * @throws TroupeError `CommandFailed` with what git said
 */
export async function git(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await askGit(args, options)
  if (exitCode === 0) return stdout
  throw new TroupeError(
    'CommandFailed',
    `git ${args[0]} failed in ${options.directory}: ${stderr || `exit ${exitCode}`}`,
  )
}

export async function gitText(args: readonly string[], options: GitOptions): Promise<string> {
  return (await git(args, options)).toString('utf8').trim()
}

function environment(directory: string, index: string | undefined): NodeJS.ProcessEnv {
  return {
    PATH: hostPath(),
    LANG: 'C',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CEILING_DIRECTORIES: dirname(directory),
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone would fetch what it lacks, by whatever program its remote names. A variable, since the repository's own
    // configuration outranks a general setting.
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Troupe',
    GIT_AUTHOR_EMAIL: 'troupe@localhost',
    GIT_COMMITTER_NAME: 'Troupe',
    GIT_COMMITTER_EMAIL: 'troupe@localhost',
    ...(index === undefined ? {} : { GIT_INDEX_FILE: index }),
  }
}

function notStarted(error: NodeJS.ErrnoException): TroupeError {
  if (error.code === 'ENOENT') {
    return new TroupeError('CommandNotFound', 'there is no program "git" in PATH', {
      hint: 'install git',
      cause: error,
    })
  }
  return new TroupeError('CommandFailed', `git could not be started: ${messageOf(error)}`, { cause: error })
}
