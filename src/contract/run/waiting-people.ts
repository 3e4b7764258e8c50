// PURE. Why a subtask waits for a person: it asks, or it failed and is held.
import { shownApprovalId } from '../approval-ids'
import { short } from '../json'
import type { ShownRequest, SubtaskRow, TimeoutMeaning } from '../run'
import { clock } from '../time'
import { raiseOf } from './budget-texts'
import { troupeCommand } from './waiting-commands'
import type { Reason, WaitingFacts } from './waiting-facts'

const MEANINGS: Record<TimeoutMeaning, string> = {
  approve: 'it counts as approved',
  reject: 'it counts as rejected',
  fail: 'it fails',
}

/** One that asks. Where nobody serves the orchestrator an answer would not be heard. */
export function askingReason({ id, request }: SubtaskRow, { runId, source }: WaitingFacts): Reason {
  const sentence = `a person is asked: ${questionText(request)}`
  const until = request?.expiresAt === undefined ? {} : { until: request.expiresAt }
  if (source === 'history')
    return { ...nobody(runId, `${sentence}; no worker runs that would take the answer`), ...until }
  return { kind: 'asking', sentence, command: answerCommand(runId, id, request), ...until }
}

/** One whose output a person gave: it has ended as soon as that is kept. */
export function settlingReason(): Reason {
  return { kind: 'settling', sentence: 'a person has given its output, which is being written down' }
}

/** What a person types to say yes. */
export function answerCommand(runId: string, id: string, request: ShownRequest | undefined): string {
  const [choice] = request?.choices ?? []
  if (choice !== undefined) return troupeCommand('answer', [runId, id, JSON.stringify(choice)])
  if (request?.approvalId !== undefined)
    return troupeCommand('approve', [runId, id], ['--call', shownApprovalId(request.approvalId)])
  return request?.schema ? troupeCommand('answer', [runId, id, 'JSON']) : troupeCommand('approve', [runId, id])
}

/** One that failed, of which a person says what follows. */
export function heldReason({ id, error }: SubtaskRow, { runId, source }: WaitingFacts): Reason {
  const alternatives = [troupeCommand('replace', [runId, id, 'JSON']), troupeCommand('skip', [runId, id])]
  if (error?.code === 'BudgetExceeded' && source !== 'history') {
    const sentence = `its budget is used up (${short(error.message)}) and it is held until a person raises it`
    const command = troupeCommand('budget', [runId], raiseOf(error.hint))
    return { kind: 'held', sentence, command, alternatives }
  }
  const failure = error ? ` (${error.code}: ${short(error.message)})` : ''
  const sentence = `it failed${failure} and is held until a person retries, replaces or skips it`
  if (source === 'history') return nobody(runId, `${sentence}; no worker runs that would do so`)
  return { kind: 'held', sentence, command: troupeCommand('retry', [runId], ['--from', id]), alternatives }
}

/** What nobody carries on with. */
export function nobody(runId: string, sentence: string): Reason {
  return { kind: 'no-worker', sentence, command: troupeCommand('attach', [runId]) }
}

function questionText(request: ShownRequest | undefined): string {
  if (!request) return 'it is not known what'
  const { prompt, choices, expiresAt, onTimeout = 'fail' } = request
  const offered = choices ? ` (${short(choices.join(' | '))})` : ''
  const end = expiresAt === undefined ? '' : `; undecided at ${clock(expiresAt)}, ${MEANINGS[onTimeout]}`
  return `${short(prompt)}${offered}${end}`
}
