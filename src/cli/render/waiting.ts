// HOST, pure. Why subtasks wait, as renderers look it up; and what people are to do, with the commands that do it.
import type { RunStatusReport, WaitingReason } from '../../client/status'
import type { SubtaskRow } from '../../contract/run'
import { troupeCommand } from '../../contract/run/waiting-commands'
import { elapsed, since } from '../../contract/time'
import type { Piece } from './line'

/** Requests that are named; `troupe approvals` has them all. */
const NAMED = 5

/** By subtask id; nothing of those that have ended. */
export type Reasons = ReadonlyMap<string, WaitingReason>

export function reasonsOf({ waiting }: RunStatusReport): Reasons {
  return new Map(waiting.flatMap((reason) => (reason.subtask === undefined ? [] : [[reason.subtask, reason]])))
}

/** Of the run itself: that it waits for events, or for a worker. */
export function runLines({ waiting }: RunStatusReport): Piece[][] {
  return waiting.flatMap((reason): Piece[][] =>
    reason.subtask === undefined ? [[['yellow', reason.sentence], ...commandPieces(reason)]] : [],
  )
}

/** What people are asked, and what is held for them: one line each. */
export function peopleLines(view: RunStatusReport): Piece[][] {
  const open = view.waiting.filter(({ kind }) => kind === 'asking' || kind === 'held')
  // The command has a line of its own: it is there to be copied, and a terminal may be narrow
  const lines = open
    .slice(0, NAMED)
    .flatMap((reason): Piece[][] => [
      [['yellow', `? ${reason.subtask}: ${reason.sentence}`]],
      ...(reason.command === undefined ? [] : [['  → ', ['bold', reason.command] as const]]),
      ...alternativeLines(reason, '    '),
    ])
  const more = open.length - NAMED
  if (more > 0) lines.push([['yellow', `? and ${more} more`], ' → ', ['bold', troupeCommand('status', [view.runId])]])
  return lines
}

export function commandPieces({ command }: Pick<WaitingReason, 'command'>): Piece[] {
  return command === undefined ? [] : [' → ', ['bold', command]]
}

/** What may be done instead, on a line below the command. */
export function alternativeLines({ alternatives = [] }: WaitingReason, indent: string): Piece[][] {
  return alternatives.length === 0 ? [] : [[indent, `or ${alternatives.join(', or ')}`]]
}

/** Of a result that a person gave in place of an agent. */
export function givenBy(person: string): string {
  return `given by ${person}`
}

/** How long ago it was handed to its queue. */
export function runningFor(row: SubtaskRow, now: number): string {
  return row.startedAt === undefined ? '' : elapsed(since(row.startedAt, now))
}
