// HOST. What a command's bad endings are called: not found, not startable, ended badly, too much or unreadable output.
// No value of an environment variable stands in a message, but for PATH, where a program was looked for.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf, TroupeError } from '../../contract/errors'
import type { Ending } from './guarded-process'
import { COMMAND_OUTPUT_BYTES, QUOTED_OUTPUT } from './limits'

export interface StartedCommand {
  command: readonly string[]
  cwd: string
  /** The PATH that the program was looked for in. */
  path: string | undefined
}

/** Why a program could not be started. */
export function startFailure({ command, cwd, path }: StartedCommand, error: NodeJS.ErrnoException): TroupeError {
  const program = command[0] ?? ''
  const notFound = (message: string, hint: string) =>
    new TroupeError('CommandNotFound', message, { hint, cause: error })
  if (!isDirectory(cwd)) {
    return notFound(
      `the working directory ${cwd} of "${program}" is not there`,
      'create it, or correct the agent\'s "cwd"',
    )
  }
  if (error.code === 'E2BIG') {
    return new TroupeError('InvalidPayload', `the arguments of "${program}" are longer than the system allows`, {
      hint: 'hand the payload over on standard input: use no placeholders',
    })
  }
  if (error.code === 'ENOENT' && program.includes('/')) {
    const file = resolve(cwd, program)
    return isThere(file)
      ? notFound(`"${program}" is there, but the interpreter that its first line names is not`, `head -1 ${file}`)
      : notFound(
          `there is no program ${file}`,
          'correct the first word of "command"; it counts from the working directory',
        )
  }
  if (error.code === 'ENOENT') {
    return notFound(
      `there is no program "${program}" in PATH (${path ?? 'not set'})`,
      'install it, or name it by its full path',
    )
  }
  if (error.code === 'EACCES') return notFound(`"${program}" is not executable`, `chmod +x ${program}`)
  // EAGAIN, EMFILE, ENOMEM: the machine is at its limits, which passes.
  return new TroupeError('CommandFailed', `"${program}" could not be started: ${messageOf(error)}`, {
    retryable: true,
    cause: error,
  })
}

/** Undefined for a program that ended well. */
export function endFailure(
  { command }: StartedCommand,
  ending: Ending & { started: true },
  stderrTail: string,
): TroupeError | undefined {
  if (ending.exitCode === 0) return undefined
  const how = ending.signal ? `was ended by ${ending.signal}` : `ended with exit code ${ending.exitCode}`
  const said =
    stderrTail === '' ? 'It wrote nothing to standard error.' : `The end of its standard error:\n${stderrTail}`
  return new TroupeError('CommandFailed', `"${command[0]}" ${how}. ${said}`, { retryable: true })
}

export function outputTooLarge({ command }: StartedCommand, bytes: number): TroupeError {
  const printed = `"${command[0]}" printed ${bytes.toLocaleString('en')} bytes`
  return new TroupeError(
    'OutputTooLarge',
    `${printed}; at most ${COMMAND_OUTPUT_BYTES.toLocaleString('en')} are taken`,
    {
      hint: "let it write to a file and print the file's name",
    },
  )
}

/** Parses what a command with an output schema printed. */
export function parseOutput({ command }: StartedCommand, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const quoted = JSON.stringify(text.slice(0, QUOTED_OUTPUT)) + (text.length > QUOTED_OUTPUT ? '…' : '')
    const printed = text.trim() === '' ? 'nothing' : quoted
    throw new TroupeError(
      'OutputRejected',
      `"${command[0]}" has an output schema, but printed no JSON: ${printed} (${messageOf(error)})`,
      {
        hint: 'print exactly one JSON value to standard output, and all else to standard error',
      },
    )
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
