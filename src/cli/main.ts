#!/usr/bin/env node
// HOST. The command `troupe`: parses, runs one command, reports what went wrong, and ends with the exit code.
import { CommanderError } from 'commander'
import { TroupeError } from '../contract/errors'
import { createProgram } from './program'
import { flushed, printText, reserveStandardOutput } from './shared/output'
import { reportError, wantedFormat } from './shared/report-error'

async function main(args: readonly string[]): Promise<void> {
  reserveStandardOutput()
  const program = createProgram()
  if (args.length === 0) return printText(program.helpInformation().trimEnd())
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return
    process.exitCode = reportError(
      error instanceof CommanderError ? usageError(error, args) : error,
      wantedFormat(args),
    )
  }
}

function usageError({ code, message }: CommanderError, args: readonly string[]): TroupeError {
  const [command = ''] = args
  const known = createProgram().commands.some((one) => one.name() === command)
  const said = code === 'commander.help' ? `${command} wants a command of its own` : message.replace(/^error: /, '')
  return new TroupeError('InvalidUsage', said, { hint: `troupe ${known ? `${command} ` : ''}--help` })
}

void main(process.argv.slice(2)).then(async () => {
  await flushed()
  // Temporal's runtime, and whatever agents have left open, must not keep us
  process.exit()
})
