// HOST. What the subtasks that a retry runs again did by `context.effect`: what was done, and what nobody knows of.
import {
  assumedRecord,
  effectText,
  outcomeRecord,
  runEffectsPrefix,
  type AssumedRecord,
  type ClaimRecord,
  type OutcomeRecord,
  type TakenOverEffect,
} from '../contract/effects'
import { TroupeError } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import { quote } from '../contract/json'
import type { RunKey } from '../contract/messages'
import type { StoredOutput } from '../contract/run'
import { troupeCommand } from '../contract/run/waiting-commands'
import type { Store } from '../storage/store'

/** Records read at once. */
const READ_AT_ONCE = 32
/** Effects that a refusal names. */
const NAMED = 5

export interface PastEffects {
  done: TakenOverEffect[]
  /** Claims without an outcome, by the names of their records. */
  unknown: Map<string, ClaimRecord>
}

/** Of these subtasks. @throws TroupeError `StoreUnavailable` */
export async function pastEffects(store: Store, run: RunKey, subtasks: ReadonlySet<string>): Promise<PastEffects> {
  const names = (await store.records.list(runEffectsPrefix(run))).filter((name) => name.endsWith('/claim'))
  const past: PastEffects = { done: [], unknown: new Map() }
  await inPortions(names, READ_AT_ONCE, async (name) => {
    const claim = (await store.records.read(name)) as unknown as ClaimRecord
    if (!subtasks.has(claim.subtask)) return
    const outcome = await outcomeOf(store, name)
    if (outcome === 'unknown') past.unknown.set(name, claim)
    else if (outcome) past.done.push({ ...claim, value: outcome })
  })
  return past
}

/** Undefined if nothing was done. */
async function outcomeOf(store: Store, claim: string): Promise<StoredOutput | 'unknown' | undefined> {
  const { records } = store
  const outcome = (await records.read(outcomeRecord(claim))) as OutcomeRecord | undefined
  if (outcome && !('unknown' in outcome)) return 'value' in outcome ? outcome.value : undefined
  const assumed = (await records.read(assumedRecord(claim))) as AssumedRecord | undefined
  if (!assumed) return 'unknown'
  return assumed.done ? NOTHING : undefined
}

/** What is assumed to have been done returned nothing that anybody knows. */
const NOTHING: StoredOutput = { inline: null }

/**
 * With what a person says of those that nobody knows of.
 * @throws TroupeError `RetryRefused` where nothing is said of them
 */
export function withAssumption(
  runId: string,
  { done, unknown }: PastEffects,
  assume: 'done' | 'not-done' | undefined,
): TakenOverEffect[] {
  if (unknown.size > 0 && assume === undefined) throw undecided(runId, [...unknown.values()])
  if (assume !== 'done') return done
  return [...done, ...[...unknown.values()].map((claim) => ({ ...claim, value: NOTHING }))]
}

/** In the run itself, for the next execution. */
export async function assumeInPlace(store: Store, { unknown }: PastEffects, assumed: AssumedRecord): Promise<void> {
  for (const claim of unknown.keys()) await store.records.create(assumedRecord(claim), { ...assumed })
}

function undecided(runId: string, effects: readonly ClaimRecord[]): TroupeError {
  const named = effects.slice(0, NAMED).map((effect) => `${effectText(effect)} of ${quote(effect.subtask)}`)
  const more = effects.length > NAMED ? ` and ${effects.length - NAMED} more` : ''
  const retry = (assume: string): string => troupeCommand('retry', [runId], ['--assume', assume])
  return new TroupeError('RetryRefused', `nobody knows whether this was done: ${named.join(', ')}${more}`, {
    hint: `look at what it should have done; ${retry('done')} leaves it at that, ${retry('not-done')} does it again`,
  })
}
