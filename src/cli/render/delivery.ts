// HOST, pure. How a run of the code team ended, for people: what is not done, then files, tests, tokens, and how to go on.
import { choiceText } from '../../code-team/mode/choice'
import type { CodeRun } from '../../code-team/report/code-run'
import { painter, type Piece } from './line'
import { mark, styled } from './marks'
import { duration } from '../../contract/time'
import { troupeCommand } from '../../contract/run/waiting-commands'
import { costText, tokenCount } from './tokens'

export interface DeliveryToTell {
  run: Pick<
    CodeRun,
    'runId' | 'status' | 'code' | 'done' | 'rounds' | 'agents' | 'tokensUsed' | 'cost' | 'unconfirmedCalls' | 'choice'
  >
  durationMs: number
  /** A line each. */
  notDone: readonly string[]
  /** What to do about it, a line each. */
  hints: readonly string[]
  tests?: { passed: number; failed: number; skipped: number }
  /** Absent where it could not be delivered. */
  delivered?: { directory: string; branch?: string; files: number; report: string }
  /** Files of the working tree that were changed. */
  applied?: number
  /** As a shell reads it. */
  runCommand?: string
  uiLink?: string
}

/** Of what is not done; the report has all. */
const NAMED = 8
const HINTS = 3

export function renderDelivery(told: DeliveryToTell, { color }: { color: boolean }): string[] {
  const { run, durationMs, delivered, notDone, hints, runCommand, uiLink } = told
  const { runId, status, code } = run
  const why = status === 'succeeded' || code === undefined ? '' : ` (${code})`
  const facts: [string, Piece[] | undefined][] = [
    ['files', delivered && filesPieces(delivered)],
    ['applied', appliedPieces(told)],
    ['tests', testsPieces(told)],
    ['mode', run.choice && [`auto: ${choiceText(run.choice)}`]],
    ['tokens', tokensPieces(told)],
    ['Temporal UI', uiLink === undefined ? undefined : [uiLink]],
    ['run it', runCommand === undefined ? undefined : [runCommand]],
    [
      'report',
      delivered && [delivered.branch === undefined ? delivered.report : `${delivered.branch}:${delivered.report}`],
    ],
  ]
  const lines: Piece[][] = [
    [
      mark(run.done ? 'succeeded' : 'failed'),
      ' ',
      ['bold', runId],
      ' ',
      styled(told.run.done ? 'succeeded' : 'failed', `${status}${why}`),
      ['dim', ` in ${duration(durationMs)}`],
    ],
    ...openLines(run.done, notDone),
    ...hints.slice(0, HINTS).map((hint): Piece[] => ['  hint: ', ['dim', hint]]),
    ...facts.flatMap(([name, pieces]): Piece[][] => (pieces ? [['  ', ['dim', name.padEnd(13)], ...pieces]] : [])),
  ]
  const paint = painter(color)
  return lines.map((pieces) => paint(pieces).trimEnd())
}

/** What is done may lack something as well: criteria without a test. */
function openLines(done: boolean, notDone: readonly string[]): Piece[][] {
  const more = notDone.length - NAMED
  return [
    ...notDone.slice(0, NAMED).map((line): Piece[] => ['  not done: ', done ? line : ['red', line]]),
    ...(more > 0 ? [[['dim', `  … ${more} more: see the report`]] as Piece[]] : []),
  ]
}

function filesPieces({ directory, branch, files }: NonNullable<DeliveryToTell['delivered']>): Piece[] {
  const count = `${files} file${files === 1 ? '' : 's'}`
  return branch === undefined
    ? [`${count} in ${directory}`]
    : [`${count} changed on the branch ${branch} of ${directory}`]
}

function appliedPieces({ run, applied }: DeliveryToTell): Piece[] | undefined {
  if (applied === undefined) return undefined
  const count = applied === 0 ? 'nothing was left to do' : `${applied} file${applied === 1 ? '' : 's'}`
  return [`${count} in the working tree`, ['dim', ` · ${troupeCommand('undo', [run.runId])} takes it back`]]
}

function testsPieces({ run, tests }: DeliveryToTell): Piece[] {
  const last = run.rounds.at(-1)
  if (!tests || !last) return [['red', 'none were run']]
  const { passed, failed, skipped } = tests
  return [
    [passed > 0 ? 'green' : 'dim', `${passed} passed`],
    ', ',
    [failed > 0 ? 'red' : 'dim', `${failed} failed`],
    skipped > 0 ? ['yellow', `, ${skipped} skipped`] : undefined,
    ['dim', ` · round ${last.number}`],
    last.check.sandboxed ? undefined : ['yellow', ' · without a sandbox'],
  ]
}

/** At the cap a person asks what it was spent on. */
function tokensPieces({ run }: DeliveryToTell): Piece[] {
  const { code, agents, tokensUsed, cost, unconfirmedCalls } = run
  const unknown =
    unconfirmedCalls === 0 ? '' : `, ${unconfirmedCalls} call${unconfirmedCalls === 1 ? '' : 's'} unconfirmed`
  const price = cost === undefined ? '' : `, ${costText(cost)}`
  const all = `${tokenCount(tokensUsed)}${price}${unknown}`
  if (code !== 'BudgetExceeded') return [all]
  const spent = agents.filter((agent) => agent.tokensUsed > 0).sort((a, b) => b.tokensUsed - a.tokensUsed)
  return [all, `: ${spent.map((share) => `${share.agent} ${tokenCount(share.tokensUsed)}`).join(', ')}`]
}
