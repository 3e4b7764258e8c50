// HOST. The end of a run of the code team: delivers it, and tells how it ended, to people or as one object.
import { relative } from 'node:path'
import { troupeCommand } from '../../contract/run/waiting-commands'
import type { RunOutcome } from '../../client/outcome'
import { commandLine } from '../../code-team/check/scaffold'
import { testCounts } from '../../code-team/gate'
import { startCommand } from '../../code-team/report/start-command'
import { openWork } from '../../code-team/report/open-work'
import type { CodeRun } from '../../code-team/report/code-run'
import type { ServerInfo } from '../../server/server-info'
import { renderDelivery } from '../render/delivery'
import { EXIT, runExitCode, type ExitCode } from '../shared/exit-codes'
import { uiLink } from '../shared/open'
import { printValue, say, type OutputFormat } from '../shared/output'
import { reportError } from '../shared/report-error'
import { dataColor } from '../shared/terminal'
import type { Delivered, Delivery } from './deliver'

export interface Conclusion {
  server: ServerInfo
  format: OutputFormat
}

/** The run's own end decides the exit code; a delivery that failed does where the run did not. */
export async function conclude(
  outcome: RunOutcome,
  { run, write }: Delivery,
  { server, format }: Conclusion,
): Promise<ExitCode> {
  let failed: ExitCode = EXIT.done
  const delivered = await write().catch((error: unknown) => {
    failed = reportError(error, format)
    say(`nothing is lost: ${troupeCommand('attach', [run.runId])} delivers again, and elsewhere with --dir DIRECTORY`)
    return undefined
  })
  const code = runExitCode(outcome) || failed
  // A reader that leaves while we print must not change it
  process.exitCode = code
  const { durationMs } = outcome
  const last = run.rounds.at(-1)
  const link = uiLink(server, run.runId)
  const told = {
    notDone: openWork(run),
    hints: hintsOf(outcome),
    ...(last ? { tests: testCounts(last) } : {}),
    ...(delivered ? { delivered } : {}),
    ...(link === undefined ? {} : { uiLink: link }),
  }
  printValue(format, summary(run, durationMs, told), () => {
    const command = delivered && runCommand(run, delivered)
    const here = delivered && { ...delivered, ...shown(delivered) }
    const all = {
      run,
      durationMs,
      ...told,
      notDone: told.notDone.map((line) => withoutHints(line, told.hints)),
      ...(here ? { delivered: here } : {}),
      ...(command ? { runCommand: command } : {}),
    }
    return renderDelivery(all, { color: dataColor() })
  })
  return code
}

interface Told {
  notDone: string[]
  hints: string[]
  tests?: ReturnType<typeof testCounts>
  delivered?: Delivered
  uiLink?: string
}

/** What a person may do about the failures, each once. The gate's own is the report, which is named anyway. */
function hintsOf({ results }: RunOutcome): string[] {
  const failed = Object.values(results).filter(
    ({ status, error }) => status === 'failed' && error?.code !== 'TestsFailed',
  )
  return [...new Set(failed.flatMap(({ error }) => error?.hint ?? []))]
}

/** Hints have lines of their own here. */
function withoutHints(line: string, hints: readonly string[]): string {
  const ending = hints.map((hint) => `; hint: ${hint}`).find((said) => line.endsWith(said))
  return ending === undefined ? line : line.slice(0, -ending.length)
}

/** For programs: what run.json holds beside it is not repeated. */
function summary(run: CodeRun, durationMs: number, told: Told): Record<string, unknown> {
  const { runId, status, code, error, done, rounds, agents, tokensUsed, unconfirmedCalls, architecture } = run
  const last = rounds.at(-1)
  return {
    ...{ runId, status, done },
    ...(code === undefined ? {} : { code }),
    ...(error === undefined ? {} : { error }),
    ...{ durationMs, rounds: rounds.length, tokensUsed, unconfirmedCalls, agents },
    ...(last ? { sandboxed: last.check.sandboxed } : {}),
    ...told,
    ...(architecture ? { runCommand: architecture.runCommand, testCommand: architecture.testCommand } : {}),
  }
}

function runCommand(run: CodeRun, { directory, branch }: Delivered): string | undefined {
  const start = startCommand(run)
  if (!start) return undefined
  const there = shortest(directory)
  return [
    ...(there === '' ? [] : [commandLine(['cd', there])]),
    ...(branch === undefined ? [] : [commandLine(['git', 'switch', branch])]),
    commandLine(start),
  ].join(' && ')
}

function shown({ directory, branch, report }: Delivered): Pick<Delivered, 'directory' | 'report'> {
  return { directory: shortest(directory) || '.', report: branch === undefined ? shortest(report) : report }
}

/** From here, where it lies below. */
function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}
