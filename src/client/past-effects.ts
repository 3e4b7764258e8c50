// HOST. What a run's subtasks did by `context.effect`, for a retry: what was done, and what nobody knows of.
import {
  assumedRecord,
  closedFence,
  effectText,
  NOTHING_KNOWN,
  outcomeOfClaim,
  runEffectsPrefix,
  type AssumedRecord,
  type ClaimRecord,
  type TakenOverEffect,
} from '../contract/effects'
import { TroupeError } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import { firstOf, quote } from '../contract/json'
import type { RunKey } from '../contract/messages'
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

/** Of all subtasks. @throws TroupeError `StoreUnavailable` */
export async function pastEffects(store: Store, run: RunKey): Promise<PastEffects> {
  const names = (await store.records.list(runEffectsPrefix(run))).filter((name) => name.endsWith('/claim'))
  const past: PastEffects = { done: [], unknown: new Map() }
  await inPortions(names, READ_AT_ONCE, async (name) => {
    const claim = (await store.records.read(name)) as unknown as ClaimRecord
    const outcome = await outcomeOfClaim((record) => store.records.read(record), name)
    if (!outcome || 'unknown' in outcome) past.unknown.set(name, claim)
    else if ('value' in outcome) past.done.push({ ...claim, value: outcome.value })
  })
  return past
}

export interface Assumption {
  /** The subtasks that run again. */
  again: ReadonlySet<string>
  /** What a person says of effects that nobody knows of: those of `from`, or of all that run again. */
  assume?: 'done' | 'not-done' | undefined
  from?: string | undefined
}

/** What becomes of effects in a retry. */
export interface JudgedEffects {
  /** They are not done again. */
  done: TakenOverEffect[]
  /** A person says that they were not done: they are done again. */
  notDone: ClaimRecord[]
}

/**
 * What was done, and what a person says of the effects that nobody knows of.
 * @throws TroupeError `RetryRefused` where nothing is said of them, or something is said of nothing
 */
export function withAssumption(runId: string, past: PastEffects, assumption: Assumption): JudgedEffects {
  const { again, assume, from } = assumption
  const open = [...past.unknown.values()].filter(({ subtask }) => again.has(subtask))
  const meant = open.filter(({ subtask }) => from === undefined || subtask === from)
  const left = assume === undefined ? open : open.filter((claim) => !meant.includes(claim))
  if (left.length > 0) throw undecided(runId, left)
  if (assume !== undefined && meant.length === 0)
    throw new TroupeError('RetryRefused', 'nothing is to be assumed: of every effect it is known what became of it', {
      hint: 'what was assumed before stands; leave --assume out',
    })
  if (assume !== 'done') return { done: past.done, notDone: meant }
  return { done: [...past.done, ...meant.map((claim) => ({ ...claim, value: NOTHING_KNOWN }))], notDone: [] }
}

/**
 * Before another run goes on with them: an execution of the old one that still lives acts no more.
 * @throws TroupeError `RetryRefused` if one has acted since `past` was read
 */
export async function closeEffects(
  store: Store,
  run: RunKey,
  again: ReadonlySet<string>,
  past: PastEffects,
): Promise<void> {
  // Also where none was seen: an execution may be about to come to its first
  await inPortions([...again], READ_AT_ONCE, (subtask) =>
    store.records.create(closedFence(run, subtask), { token: 'closed' }),
  )
  const now = await pastEffects(store, run)
  if (now.done.length === past.done.length && [...now.unknown.keys()].every((name) => past.unknown.has(name))) return
  throw new TroupeError('RetryRefused', 'an execution of the old run was still at work, and has done something since', {
    hint: 'look at what a retry would do once more',
    retryable: true,
  })
}

/** In the run itself, for the next execution. */
export async function assumeInPlace(
  store: Store,
  { unknown }: PastEffects,
  subtasks: ReadonlySet<string>,
  assumed: AssumedRecord,
): Promise<void> {
  for (const [claim, { subtask }] of unknown)
    if (subtasks.has(subtask)) await store.records.create(assumedRecord(claim), { ...assumed })
}

function undecided(runId: string, effects: readonly ClaimRecord[]): TroupeError {
  const named = firstOf(effects, NAMED, (effect) => `${effectText(effect)} of ${quote(effect.subtask)}`)
  const retry = (assume: string): string => troupeCommand('retry', [runId], ['--assume', assume])
  return new TroupeError('RetryRefused', `nobody knows whether this was done: ${named}`, {
    hint: `look at what it should have done; ${retry('done')} leaves it at that, ${retry('not-done')} does it again`,
  })
}
