// HOST. `--detach`: a run was started, and nobody here waits for it.
import { troupeCommand } from '../../contract/run/waiting-commands'
import { EXIT, type ExitCode } from './exit-codes'
import { printValue, say, type OutputFormat } from './output'

/** Says how it goes on, and leaves its id as data. */
export function leaveRunning(runId: string, output: OutputFormat, more = ''): ExitCode {
  say(`started; it goes on when a worker runs${more}: ${troupeCommand('attach', [runId])}`)
  printValue(output, { runId }, () => runId)
  return EXIT.done
}
