// HOST, pure. How a run ended: counts, failures with their reasons, what came out, and where to look further.
import type { RunOutcome } from '../../client/outcome'
import { firstOf, short } from '../../contract/json'
import type { AgentResult } from '../../contract/run'
import { cleanLines } from './clean'
import { painter, type Piece } from './line'
import { countPieces, mark, styled } from './marks'
import { duration } from '../../contract/time'
import { spentLines, usageText } from './tokens'
import { givenBy } from './waiting'
import { pad } from './width'

/** Subtasks of a kind that are named; `troupe result` and `troupe status` have them all. */
const NAMED = 20
/** Columns to which ids are padded at most. */
const ID_COLUMNS = 24
/** Characters of an output. */
const OUTPUT_LENGTH = 160

export function renderOutcome(outcome: RunOutcome, { color, uiLink }: { color: boolean; uiLink?: string }): string[] {
  const { runId, status, counts, durationMs, error } = outcome
  const results = Object.values(outcome.results)
  const tokens = usageText(outcome)
  const failed = results.filter((result) => result.status === 'failed')
  const skipped = results.filter((result) => result.status === 'skipped')
  const lines: Piece[][] = [
    [
      mark(status),
      ' ',
      ['bold', runId],
      ' ',
      styled(status, status),
      ['dim', ` in ${duration(durationMs)}`],
      tokens === '' ? undefined : ['dim', ` · ${tokens}`],
    ],
    ['  ', ...countPieces(counts)],
    ...spentLines(outcome.spentBy),
    ...(error ? cleanLines(error.message).map((line): Piece[] => ['  ', ['red', line]]) : []),
    ...limited(failed, 'failed').flatMap((entry) => (Array.isArray(entry) ? [entry] : failureLines(entry))),
    ...skippedLines(skipped),
    ...outputLines(results),
    ...(uiLink === undefined ? [] : [[['dim', '  Temporal UI: '], uiLink] as Piece[]]),
  ]
  const paint = painter(color)
  return lines.map((pieces) => paint(pieces).trimEnd()).filter((line) => line !== '')
}

/** The first ones, and a line that counts the others. */
function limited(results: readonly AgentResult[], what: string): (AgentResult | Piece[])[] {
  const more = results.length - NAMED
  return more <= 0 ? [...results] : [...results.slice(0, NAMED), [['dim', `    … ${more} more ${what}`]]]
}

function failureLines({ taskId, error, attempt }: AgentResult): Piece[][] {
  const attempts = (attempt ?? 1) > 1 ? ` (${attempt} attempts)` : ''
  const [message = '', ...others] = cleanLines(error?.message ?? '')
  return [
    ['  ', mark('failed'), ` ${taskId} `, ['red', error?.code ?? ''], `: ${message}`, ['dim', attempts]],
    ...others.map((line): Piece[] => [`      ${line}`]),
    ...(error?.hint === undefined ? [] : [['      ', ['dim', error.hint]] as Piece[]]),
  ]
}

function skippedLines(skipped: readonly AgentResult[]): Piece[][] {
  if (skipped.length === 0) return []
  return [['  ', mark('skipped'), ` skipped: ${firstOf(skipped, NAMED, ({ taskId }) => taskId)}`]]
}

/** What the plan's own subtasks left; spawned ones (`spawner/id`) are steps on the way there. */
function outputLines(results: readonly AgentResult[]): Piece[][] {
  const left = results.filter(
    ({ taskId, success, output }) => success && output !== null && output !== undefined && !taskId.includes('/'),
  )
  const columns = Math.min(ID_COLUMNS, Math.max(0, ...left.map(({ taskId }) => taskId.length)))
  return limited(left, 'outputs').map((entry) =>
    Array.isArray(entry)
      ? entry
      : ['  ', mark('succeeded'), ` ${pad(entry.taskId, columns)}  `, ['dim', outputText(entry)]],
  )
}

function outputText(result: AgentResult): string {
  const { replacedBy } = result
  return `${replacedBy === undefined ? '' : `${givenBy(replacedBy)}: `}${valueText(result)}`
}

function valueText({ output, outputStored }: AgentResult): string {
  if (!outputStored) return short(output, OUTPUT_LENGTH)
  const { bytes, preview } = output as { bytes: number; preview: string }
  return `${short(preview, OUTPUT_LENGTH)} (${bytes} bytes)`
}
