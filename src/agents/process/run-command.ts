// HOST. Runs one program as an agent: the payload goes in on standard input or in arguments, the output comes out capped,
// and nothing of it is left running, however it ends.
import { TroupeError } from '../../contract/errors'
import { CappedOutput, OutputTail } from './captured-output'
import { fillArguments, hasPlaceholder } from './command-arguments'
import { endFailure, outputTooLarge, parseOutput, startFailure, type StartedCommand } from './command-failures'
import { drainOutput, spawnGuarded } from './guarded-process'
import { COMMAND_OUTPUT_BYTES, STDERR_TAIL_BYTES } from './limits'

export interface RunCommandOptions {
  /** Program and arguments; `{{key}}` in any but the first is replaced from the payload. */
  command: string[]
  /** Absolute working directory. */
  cwd: string
  /** Names of environment variables that pass, besides PATH, HOME, TMPDIR and LANG. */
  env: string[]
  payload: unknown
  /** Whether the payload goes to standard input as JSON; unless said, if no argument takes something from it. */
  stdin?: boolean
  /** Its abort ends the program with everything it started. */
  signal: AbortSignal
  /** Whether standard output is to be parsed as JSON; else the output is its text. */
  hasOutputSchema: boolean
}

export interface CommandResult {
  /** The parsed JSON, or the text without its last newline. */
  output: unknown
  /** The last 1 KB of standard error. */
  stderrTail: string
}

const ALWAYS_PASSED = ['PATH', 'HOME', 'TMPDIR', 'LANG']

/**
 * Runs a program to its end.
 *
 * @throws InvalidPayload, CommandNotFound, CommandFailed (retryable), OutputTooLarge, OutputRejected; on abort the
 * signal's reason, after the program and all that came from it are gone
 */
export async function runCommand(options: RunCommandOptions): Promise<CommandResult> {
  const { command, cwd, signal } = options
  signal.throwIfAborted()
  refuseUnstartable(options)
  const args = fillArguments(command, options.payload)
  const env = passedEnvironment(options.env)
  const about: StartedCommand = { command, cwd, path: env.PATH }
  const stdin = (options.stdin ?? !hasPlaceholder(command)) ? 'pipe' : 'ignore'

  const program = spawnGuarded(command[0] ?? '', args, { cwd, env, stdio: [stdin, 'pipe', 'pipe'] })
  const { child } = program
  const stdout = new CappedOutput(COMMAND_OUTPUT_BYTES)
  const stderr = new OutputTail(STDERR_TAIL_BYTES)
  child?.stdout?.on('data', (chunk: Buffer) => stdout.write(chunk))
  child?.stderr?.on('data', (chunk: Buffer) => stderr.write(chunk))
  // A program that does not read its input, or ends before it has: no failure of its own.
  child?.stdin?.on('error', () => undefined).end(JSON.stringify(options.payload) ?? 'null')

  let stop = () => {}
  const stopped = new Promise<'stopped'>((resolve) => {
    const done = () => resolve('stopped')
    stop = () => void program.kill().then(done, done)
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    // Either of the two: what outlives SIGKILL (another user's process) must not hold up the abort.
    const ending = await Promise.race([program.ended, stopped])
    if (ending === 'stopped') throw signal.reason
    if (!ending.started) throw startFailure(about, ending.error)
    // What it left in the background goes too; and with it, whatever holds its output open.
    await program.kill()
    await drainOutput(child)
    signal.throwIfAborted()
    const stderrTail = stderr.text().trimEnd()
    const failure = endFailure(about, ending, stderrTail)
    if (failure) throw failure
    if (stdout.exceeded) throw outputTooLarge(about, stdout.total)
    const text = stdout.text()
    return { output: options.hasOutputSchema ? parseOutput(about, text) : text.replace(/\r?\n$/, ''), stderrTail }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function refuseUnstartable({ command, cwd }: RunCommandOptions): void {
  if (command[0] === undefined || command[0] === '') {
    throw new TroupeError('CommandNotFound', 'the command is empty', {
      hint: 'give a program and its arguments as a list',
    })
  }
  if ([...command, cwd].some((text) => text.includes('\0'))) {
    throw new TroupeError('InvalidPayload', `the command "${command[0]}" or its folder holds a NUL character`)
  }
}

/** What every program gets, and what is named. */
export function passedEnvironment(names: readonly string[]): NodeJS.ProcessEnv {
  const wanted = [...ALWAYS_PASSED, ...names].filter((name) => process.env[name] !== undefined)
  return Object.fromEntries(wanted.map((name) => [name, process.env[name]]))
}
