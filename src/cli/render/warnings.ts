// HOST, pure. What stands in a run's way: notes of the client, queues that nobody serves, workers that are blocked.
import type { RunStatusReport } from '../../client/status'
import type { BlockedWorker } from '../../contract/records'
import { firstOf } from '../../contract/json'
import { troupeCommand } from '../../contract/run/waiting-commands'
import { pausedBy } from '../../contract/run/waiting-facts'
import type { Piece } from './line'
import { clock, elapsed, since } from '../../contract/time'

/** Subtasks and executions that a line names. */
const NAMED = 3

/** One line of pieces for each, the gravest first. */
export function warnings(view: RunStatusReport, now: number): Piece[][] {
  return [
    ...blockedLines(view.blocked, now),
    ...pauseLines(view),
    ...unservedLines(view),
    ...view.notes.map((note): Piece[] => [['yellow', `! ${note}`]]),
  ]
}

function pauseLines({ runId, team, paused, pausedAgents = {} }: RunStatusReport): Piece[][] {
  const own: Piece[][] = paused
    ? [
        [
          ['yellow', `! paused since ${clock(paused.at)} ${pausedBy(paused)}`],
          ' → ',
          ['bold', troupeCommand('resume', [runId])],
        ],
      ]
    : []
  const agents = Object.entries(pausedAgents).map(([agent, pause]): Piece[] => [
    ['yellow', `! the agent ${agent} is paused since ${clock(pause.at)} ${pausedBy(pause)}`],
    ' → ',
    ['bold', troupeCommand('resume', [], ['--agent', agent, '--team', team])],
  ])
  return [...own, ...agents]
}

/** Each execution that was running has a record of the same standstill: it is told once. */
function blockedLines(blocked: readonly BlockedWorker[], now: number): Piece[][] {
  const once = new Map(blocked.map((record) => [`${record.worker} ${record.since}`, record]))
  return [...once.values()].map(({ worker, since: from, executions }) => {
    const named = firstOf(executions, NAMED, ({ agent, subtask }) => `"${agent}" (subtask ${subtask})`)
    const who = `${executions.length > 1 ? 'one of ' : ''}${named}`
    return [
      [
        'red',
        `! worker ${shortIdentity(worker)} blocked for ${elapsed(since(from, now))} by ${who}: give it isolation: 'process'`,
      ],
    ]
  })
}

/** `123@host/1f2e3d4c` without what tells two workers of one process apart. */
function shortIdentity(worker: string): string {
  return worker.split('/')[0]!
}

function unservedLines({ unserved }: RunStatusReport): Piece[][] {
  return unserved.map(({ taskQueue, subtasks }) => {
    const named = subtasks.slice(0, NAMED).join(', ')
    const more = subtasks.length - NAMED
    const count = `${subtasks.length} subtask${subtasks.length === 1 ? '' : 's'}`
    return [
      ['yellow', `! waiting: no worker serves ${taskQueue}`],
      ['dim', ` (${count}: ${named}${more > 0 ? `, and ${more} more` : ''})`],
    ]
  })
}
