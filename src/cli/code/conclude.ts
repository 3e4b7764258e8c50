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
import { cleanLines } from '../render/clean'
import { renderDelivery } from '../render/delivery'
import { EXIT, runExitCode, type ExitCode } from '../shared/exit-codes'
import { uiLink } from '../shared/open'
import { printText, printValue, say, sayRendered, type OutputFormat } from '../shared/output'
import { reportError } from '../shared/report-error'
import { dataColor, messageColor } from '../shared/terminal'
import type { Delivered, Delivery } from './deliver'

/** What is done with a delivery to a repository, besides the branch. */
export interface Wanted {
  /** Prints what was changed; what is told otherwise goes to standard error. */
  diff?: boolean
  /** Changes the working tree too. */
  apply?: boolean
}

export interface Conclusion extends Wanted {
  server: ServerInfo
  format: OutputFormat
}

/** The run's own end decides the exit code; a delivery that failed does where the run did not. */
export async function conclude(
  outcome: RunOutcome,
  { run, write, apply, diff }: Delivery,
  { server, format, ...wanted }: Conclusion,
): Promise<ExitCode> {
  let failed: ExitCode = EXIT.done
  const attempt = async <Value>(work: () => Promise<Value>, more: string): Promise<Value | undefined> =>
    work().catch((error: unknown) => {
      failed = reportError(error, format)
      say(`nothing is lost: ${troupeCommand('attach', [run.runId])} ${more}`)
      return undefined
    })
  const delivered = await attempt(write, 'delivers again, and elsewhere with --dir DIRECTORY')
  const applied = delivered && wanted.apply ? await attempt(apply, '--apply tries it again') : undefined
  const changes = delivered && wanted.diff ? await attempt(() => diff(delivered), '--diff tries it again') : undefined
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
    ...(applied === undefined ? {} : { applied }),
    ...(changes === undefined ? {} : { diff: changes }),
    ...(link === undefined ? {} : { uiLink: link }),
  }
  const lines = (): string[] => {
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
    return renderDelivery(all, { color: changes === undefined ? dataColor() : messageColor() })
  }
  if (changes !== undefined && format === 'text') {
    for (const line of lines()) sayRendered(line)
    printDiff(changes)
  } else printValue(format, summary(run, durationMs, told), lines)
  return code
}

/** As it is for programs; a terminal obeys nothing that stands in it. */
function printDiff(diff: string): void {
  if (diff === '') return say('nothing was changed')
  printText(process.stdout.isTTY ? cleanLines(diff.trimEnd()) : diff.replace(/\n$/, ''))
}

interface Told {
  notDone: string[]
  hints: string[]
  tests?: ReturnType<typeof testCounts>
  delivered?: Delivered
  /** Files of the working tree that were changed. */
  applied?: number
  diff?: string
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
  const { runId, status, code, error, done, rounds, agents, tokensUsed, cost, unconfirmedCalls } = run
  const { architecture, choice } = run
  const last = rounds.at(-1)
  return {
    ...{ runId, status, done },
    ...(code === undefined ? {} : { code }),
    ...(error === undefined ? {} : { error }),
    ...{
      durationMs,
      rounds: rounds.length,
      tokensUsed,
      ...(cost === undefined ? {} : { cost }),
      unconfirmedCalls,
      agents,
    },
    ...(last ? { sandboxed: last.check.sandboxed } : {}),
    ...(choice ? { choice } : {}),
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
