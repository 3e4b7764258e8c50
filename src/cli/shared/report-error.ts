// HOST. Errors as the person, or the script, at the other end wants them: always on standard error.
import { toTroupeError } from '../../contract/errors'
import { exitCodeOf, type ExitCode } from './exit-codes'
import { OUTPUT_FORMATS, say, type OutputFormat } from './output'

/** Says what went wrong and what to do; returns the exit code. */
export function reportError(error: unknown, format: OutputFormat): ExitCode {
  const { code, message, hint, retryable, problems } = toTroupeError(error)
  if (format === 'text') {
    say(`error ${code}: ${message}`)
    if (hint) say(`hint: ${hint}`)
  } else {
    say(JSON.stringify({ error: { code, message, ...(hint ? { hint } : {}), retryable, problems } }))
  }
  if (process.env['TROUPE_DEBUG']) say(stackOf(error))
  return exitCodeOf(code)
}

/** The format that the arguments ask for, before, or although, they cannot be parsed. */
export function wantedFormat(args: readonly string[]): OutputFormat {
  const place = args.findIndex((argument) => /^(-o|--output)(=|$)/.test(argument))
  const value = args[place]?.split('=')[1] ?? args[place + 1]
  return (place !== -1 && OUTPUT_FORMATS.find((format) => format === value)) || 'text'
}

function stackOf(error: unknown): string {
  const { stack, cause } = error as { stack?: string; cause?: unknown }
  const own = stack ?? String(error)
  return cause === undefined || cause === null ? own : `${own}\ncaused by ${stackOf(cause)}`
}
