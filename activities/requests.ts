// EFFECTS. What a person is asked: checked, kept whole in the store, and told in short to the orchestrator.
import { isObject, shortened, type JsonValue } from '../src/contract/json'
import type { RunKey } from '../src/contract/messages'
import type { HumanPayload, HumanRequest } from '../src/contract/people'
import { requestRecord, requestsPrefix, type RequestRecord } from '../src/contract/records'
import { sameJson } from '../src/contract/run/conditions'
import { TroupeError } from '../src/contract/errors'
import { describeProblem } from '../src/contract/problems'
import { humanPayloadProblems } from '../src/contract/schema/human-payload'
import type { ActivityDependencies } from './dependencies'

/** Characters of a prompt that the orchestrator keeps, and answers show. */
const PROMPT_LENGTH = 200

/** @throws TroupeError `InvalidPayload` naming what is wrong with the request */
export async function keepRequest(
  payload: JsonValue,
  run: RunKey,
  subtask: string,
  { store, outputs }: Pick<ActivityDependencies, 'store' | 'outputs'>,
): Promise<HumanRequest> {
  const problems = humanPayloadProblems(payload, 'payload', true)
  if (problems.length > 0 || !isObject(payload)) {
    const text = problems.map(describeProblem).join('; ')
    throw new TroupeError('InvalidPayload', `what a person is to be asked is not valid: ${text}`, { problems })
  }
  await keepQuestion({ payload }, run, subtask, { store, outputs })
  const { prompt, choices, output, timeoutMs, onTimeout = 'fail' } = payload as unknown as HumanPayload
  return {
    prompt: shortened(prompt, PROMPT_LENGTH),
    ...(choices ? { choices } : {}),
    ...(output ? { output } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onTimeout,
  }
}

/** Keeps a question whole, as the newest of its subtask, or of the call that a person is asked to approve. */
export async function keepQuestion(
  { payload, approvalId }: { payload: JsonValue; approvalId?: string },
  run: RunKey,
  subtask: string,
  { store, outputs }: Pick<ActivityDependencies, 'store' | 'outputs'>,
): Promise<void> {
  const record: RequestRecord = { request: await outputs.keep(payload), ...(approvalId ? { approvalId } : {}) }
  const asked = await store.records.list(requestsPrefix(run, subtask))
  const newest = asked.at(-1)
  // It may be asked anew, after it was held, with another payload; or this attempt is not the first
  const standing = newest === undefined ? undefined : await store.records.read(newest)
  for (let number = asked.length, kept = standing; !sameJson(kept, record); number++)
    // Another attempt may write its own at the same time
    kept = (await store.records.create(requestRecord(run, subtask, number), record as unknown as JsonValue)).value
}
