// HOST, pure. What a retry would do: a line for each subtask that runs again, with what it did before, and what is taken over.
import type { RetriedSubtask, RetryListing } from '../../client/retry-options'
import { effectText } from '../../contract/effects'
import { firstOf } from '../../contract/json'
import { painter, type Piece } from './line'
import { displayWidth, pad } from './width'

/** Columns to which an id is padded at most. */
const ID_COLUMNS = 40
/** Lines that are shown: who starts thousands again looks at the first ones. */
const SHOWN = 50
/** Names of steps and tools on a line. */
const NAMED = 6
/** Names on the lines of what is dropped and of what was done. */
const SOME = 10

export function renderRetry(listing: RetryListing, { color }: { color: boolean }): string[] {
  const { runId, inPlace, again, done, notDone, reused, dropped } = listing
  const paint = painter(color)
  // What has had effects is shown first among equals: it is what somebody may regret
  const ordered = [...again].sort((a, b) => Number(b.attempts > 0) - Number(a.attempts > 0))
  const shown = ordered.slice(0, SHOWN)
  const columns = Math.min(ID_COLUMNS, Math.max(...shown.map(({ id }) => displayWidth(id))))
  const before = again.filter(({ attempts }) => attempts > 0).length
  return [
    paint([
      ['bold', inPlace ? `${runId} goes on` : `${runId}, in a new run`],
      `: ${count(again.length)} again, ${before} of them executed before`,
      inPlace ? undefined : `; ${results(reused.length)} taken over`,
    ]),
    ...shown.map((subtask) =>
      paint([`  ${pad(subtask.id, columns)}  `, ['dim', subtask.because], ...pastOf(subtask)]).trimEnd(),
    ),
    ...(again.length > SHOWN ? [paint([['dim', `  … and ${again.length - SHOWN} more`]])] : []),
    ...(done.length > 0 ? [`  done before, and not done again: ${firstOf(done.map(effectText), SOME)}`] : []),
    ...(notDone.length > 0
      ? [
          paint([
            '  ',
            ['yellow', `done again, since you say that it was not done: ${firstOf(notDone.map(effectText), SOME)}`],
          ]),
        ]
      : []),
    ...(dropped.length > 0
      ? [paint(['  ', ['yellow', `not in the plan any more, and not taken over: ${firstOf(dropped, SOME)}`]])]
      : []),
  ]
}

function pastOf({ attempts, effects }: RetriedSubtask): Piece[] {
  if (attempts === 0) return []
  const named = effects
    .slice(0, NAMED)
    .map(({ kind, name, times }) => `${kind} ${name}${times > 1 ? ` × ${times}` : ''}`)
  const more = effects.length > NAMED ? [`${effects.length - NAMED} more`] : []
  const did = [...named, ...more]
  const often = attempts === 1 ? 'executed before' : `executed ${attempts} times before`
  return ['  ', ['yellow', `${often}${did.length > 0 ? `: ${did.join(', ')}` : ''}`]]
}

function count(subtasks: number): string {
  return `${subtasks} ${subtasks === 1 ? 'subtask runs' : 'subtasks run'}`
}

function results(number: number): string {
  return `${number} ${number === 1 ? 'result is' : 'results are'}`
}
