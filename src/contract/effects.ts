// PURE. Effects as the store keeps them: who may act, what was claimed, and what came of it.
import { TroupeError } from './errors'
import { quote } from './json'
import { runPrefix } from './records'
import type { RunKey } from './messages'
import { notAllowed, type Decision } from './people'
import type { StoredOutput } from './run'

/** What its author calls an effect, and the key that tells it from others of that name in its subtask. */
export interface EffectName {
  name: string
  key: string
}

/** Written before its first effect by an execution, or by a retry that leaves the run behind: only the newest may act. */
export interface FenceRecord {
  /** Tells executions apart. */
  token: string
}

/** Later than every execution: nobody acts any more. */
const CLOSED = 999_999_999_999_999

/** Written before an effect is done, by the one execution that may do it. */
export interface ClaimRecord extends EffectName {
  subtask: string
  agent: string
  /** SHA-256 of what decides what is done. */
  inputHash: string
  token: string
  /** It was done in the run that this one repeats. With another input it is another effect. */
  takenOver?: true
}

/** What came of a claim. `notDone`: nothing happened, and it may be claimed anew. `unknown`: it threw, and may have happened. */
export type EffectOutcome<Value> = { value: Value } | { notDone: string } | { unknown: string }

export type OutcomeRecord = EffectOutcome<StoredOutput>

/** What a person says of a claim of which nobody knows what came. */
export interface AssumedRecord {
  done: boolean
  by: string
}

/** An effect that was done, as a run takes it over from the one that it repeats. */
export interface TakenOverEffect extends ClaimRecord {
  value: StoredOutput
}

/** All of a run. */
export function runEffectsPrefix(run: RunKey): string {
  return `${runPrefix(run)}effects/`
}

/** Of one subtask. An id may hold slashes: without the escape, what `a/b` left would be taken for something of `a`. */
function effectsPrefix(run: RunKey, subtask: string): string {
  return `${runEffectsPrefix(run)}${encodeURIComponent(subtask)}/`
}

/** `FenceRecord`s in the order of their times, one for each execution that came to an effect. */
export function fencesPrefix(run: RunKey, subtask: string): string {
  return `${effectsPrefix(run, subtask)}fences/`
}

/** `scheduledAt`: Temporal's time of the attempt, in milliseconds. An old one that comes late to its first effect stays old. */
export function fenceRecord(run: RunKey, subtask: string, scheduledAt: number, token: string): string {
  return `${fencesPrefix(run, subtask)}${String(scheduledAt).padStart(15, '0')}-${token.slice(0, 16)}`
}

/** Once it is there, whoever still runs acts no more: another run goes on with the subtask. */
export function closedFence(run: RunKey, subtask: string): string {
  return fenceRecord(run, subtask, CLOSED, 'closed')
}

/** All claims of a subtask, with what came of them. */
export function claimsPrefix(run: RunKey, subtask: string): string {
  return `${effectsPrefix(run, subtask)}claims/`
}

/** What the hash is made of that names an effect in its records. */
export function effectIdentity({ name, key }: EffectName): string {
  return JSON.stringify([name, key])
}

/** A `ClaimRecord`. `effect` is the hash of its identity; a claim that came to nothing has a successor. */
export function claimRecord(run: RunKey, subtask: string, effect: string, number: number): string {
  return `${claimsPrefix(run, subtask)}${effect}/${padded(number)}/claim`
}

/** An `OutcomeRecord`, by whoever had the claim. */
export function outcomeRecord(claim: string): string {
  return claim.replace(/claim$/, 'outcome')
}

/** An `AssumedRecord`. What the claim's own execution says counts more, however late it comes. */
export function assumedRecord(claim: string): string {
  return claim.replace(/claim$/, 'assumed')
}

function padded(number: number): string {
  return String(number).padStart(6, '0')
}

/** The first text of others that a subtask has read, in words: `the tool "fetch_url"`. */
export interface UntrustedRecord {
  source: string
}

/** As messages name it: `"pay" (key "order-7")`. */
export function effectText({ name, key }: EffectName): string {
  return `${quote(name)} (key ${quote(key)})`
}

/** What came of a claim, by its records; undefined if none says so. `read` gives a record's value. */
export async function outcomeOfClaim(
  read: (record: string) => Promise<unknown>,
  claim: string,
): Promise<OutcomeRecord | undefined> {
  const outcome = (await read(outcomeRecord(claim))) as OutcomeRecord | undefined
  if (outcome && !('unknown' in outcome)) return outcome
  const assumed = (await read(assumedRecord(claim))) as AssumedRecord | undefined
  if (!assumed) return outcome
  return assumed.done ? { value: NOTHING_KNOWN } : { notDone: `${assumed.by} says so` }
}

/** An effect that is assumed to have been done returned nothing that anybody knows. */
export const NOTHING_KNOWN: StoredOutput = { inline: null }

/** Not retryable: it is another effect. */
export function effectConflict(effect: EffectName): TroupeError {
  const message = `the effect ${effectText(effect)} was begun with another input`
  return new TroupeError('EffectConflict', message, { hint: 'give what is another effect another key' })
}

/** Not retryable: another attempt would know no more. `because` is a clause. */
export function unknownOutcome(effect: EffectName, because: string, cause?: unknown): TroupeError {
  const message = `nobody knows whether the effect ${effectText(effect)} was done: ${because}`
  return new TroupeError('UnknownOutcome', message, {
    hint: 'look at what it should have done, then: troupe retry RUN --from ID --assume done, or --assume not-done',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Not retryable: what was read stays read. */
export function effectRefused(effect: EffectName, source: string): TroupeError {
  const message = `the effect ${effectText(effect)} is not done after untrusted text was read: ${source}`
  return new TroupeError('EffectRefused', message, {
    hint: "do it in a subtask that reads none, or have a person asked: afterUntrusted: 'approve', outside of other effects",
  })
}

/** Not retryable: what a person decided stands for all attempts. */
export function effectRejected(
  effect: EffectName,
  source: string,
  decision: Pick<Decision, 'by' | 'comment'>,
): TroupeError {
  const what = `the effect ${effectText(effect)} after untrusted text was read (${source})`
  const message = notAllowed(decision, what)
  return new TroupeError('EffectRefused', message, {
    hint: 'the decision stands in this run; with another input, or in a new run, a person is asked anew',
  })
}
