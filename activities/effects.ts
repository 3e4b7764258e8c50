// EFFECTS. The effects of one execution in the run's store. A new execution writes its fence first, and then looks at claims; one
// that has claimed looks at the fences again, and then acts. So of an old and a new one, only one ever acts.
import type { EffectApproval, EffectCall, EffectClaim, EffectsPort } from '../src/agents/host-port'
import {
  claimRecord,
  effectConflict,
  effectIdentity,
  effectRefused,
  effectRejected,
  fenceRecord,
  fencesPrefix,
  outcomeOfClaim,
  outcomeRecord,
  unknownOutcome,
  type ClaimRecord,
  type EffectOutcome,
  type OutcomeRecord,
  type TakenOverEffect,
} from '../src/contract/effects'
import { messageOf, TroupeError } from '../src/contract/errors'
import type { JsonValue } from '../src/contract/json'
import type { RunKey } from '../src/contract/messages'
import type { ToolDecision } from '../src/contract/people'
import type { ActivityDependencies } from './dependencies'
import type { ExecutionKey } from './ledger'
import { untilKept } from './until-kept'
import { Untrusted } from './untrusted'

/** How often an outcome is looked for that another execution may still write. */
const LOOK_MS = 250

export interface EffectsHost extends Pick<ActivityDependencies, 'store' | 'outputs' | 'digest'> {
  /** Resolves after so many milliseconds; fails once the execution is told to end. */
  rest(milliseconds: number): Promise<void>
  /** Milliseconds after which Temporal gives a silent worker up: so long an execution before this one may still act. */
  heartbeatTimeoutMs: number
  /** Aborts when the execution has ended, after what it was left of its time. */
  ended: AbortSignal
  /** What a person decided; undefined where nobody has. */
  approvals: { askEffect(request: EffectApproval): Promise<ToolDecision | undefined> }
}

export class ExecutionEffects implements EffectsPort {
  private fenced?: Promise<string>
  private readonly token: string
  /** Claims that this execution knows to be its own: it acts on each once. */
  private readonly held = new Set<string>()
  readonly untrusted: Untrusted

  constructor(
    private readonly execution: Pick<ExecutionKey, 'run' | 'subtask' | 'agent' | 'token'> & {
      scheduledAt: number
      /** Where untrusted text in what it was handed came from. */
      inherited?: string
    },
    private readonly host: EffectsHost,
  ) {
    this.token = host.digest(execution.token)
    this.untrusted = new Untrusted(execution, host.store, execution.inherited)
  }

  async claim(call: EffectCall): Promise<EffectClaim> {
    const { name, key, inputHash, afterUntrusted } = call
    const { run, subtask, agent } = this.execution
    const { store, outputs, digest } = this.host
    const own = await this.fence()
    const effect = digest(effectIdentity({ name, key }))
    const record: ClaimRecord = { name, key, subtask, agent, inputHash, token: this.token }
    const source = afterUntrusted && (await this.untrusted.source())
    for (let number = 0; ; number++) {
      const claim = claimRecord(run, subtask, effect, number)
      // What was begun before the text was read stands, whatever was read since
      const before = source === undefined ? undefined : await store.records.read(claim)
      const isBegunNow = source !== undefined && before === undefined
      if (isBegunNow && !(await this.isApproved(call, source))) return { isAsked: true }
      const standing = (before ?? (await this.create(claim, record))) as ClaimRecord
      // Also one that stands though the store failed to say so: nobody has acted on it
      if (standing.token === this.token && standing.inputHash === inputHash && !this.held.has(claim)) {
        this.held.add(claim)
        await this.requireNewest(own).catch(async (error: unknown) => {
          // Nothing was done: whoever comes next may claim it
          await this.settle(claim, { notDone: messageOf(error) }).catch(() => undefined)
          throw error
        })
        return { claim, idempotencyKey: digest(JSON.stringify([run.workflowId, run.firstRunId, subtask, name, key])) }
      }
      const isOther = standing.inputHash !== inputHash
      if (isOther && standing.takenOver) continue
      const outcome = await this.outcomeOf(claim, standing)
      if ('notDone' in outcome) continue
      if (isOther) throw effectConflict(record)
      if ('unknown' in outcome) throw unknownOutcome(record, outcome.unknown)
      return { value: await outputs.load(outcome.value) }
    }
  }

  /** Whether a person says that it may be begun after what was read; if nobody says anything, one is to be asked. */
  private async isApproved(call: EffectCall, source: string): Promise<boolean> {
    const { name, key, inputHash, afterUntrusted, shown } = call
    if (afterUntrusted !== 'approve' || !shown) throw effectRefused(call, source)
    const decision = await this.host.approvals.askEffect({ name, key, inputHash, shown, untrusted: source })
    if (decision && !decision.approved) throw effectRejected(call, source, decision)
    return decision !== undefined
  }

  async noteUntrusted(source: string): Promise<void> {
    await this.untrusted.note(source)
  }

  /** What is not written down, no later attempt can know. */
  async settle(claim: string, outcome: EffectOutcome<JsonValue>): Promise<void> {
    const { store, outputs, ended } = this.host
    await untilKept(async () => {
      const record: OutcomeRecord = 'value' in outcome ? { value: await outputs.keep(outcome.value) } : outcome
      await store.records.create(outcomeRecord(claim), record as unknown as JsonValue)
    }, ended)
  }

  /** What stands. A claim that was made without anybody's knowing would bar the effect for good. */
  private create(claim: string, record: ClaimRecord): Promise<unknown> {
    const { store, ended } = this.host
    return untilKept(async () => (await store.records.create(claim, { ...record })).value, ended)
  }

  private fence(): Promise<string> {
    this.fenced ??= this.writeFence()
    // A store that fails now may answer later
    this.fenced.catch(() => delete this.fenced)
    return this.fenced
  }

  private async writeFence(): Promise<string> {
    const { run, subtask, scheduledAt } = this.execution
    const fence = fenceRecord(run, subtask, scheduledAt, this.token)
    await this.host.store.records.create(fence, { token: this.token })
    return fence
  }

  /** An execution that a newer one has taken over leaves it to that one; so does what waits here for a process that died. */
  private async requireNewest(own: string): Promise<void> {
    const { run, subtask } = this.execution
    const { store, ended } = this.host
    const fences = await store.records.list(fencesPrefix(run, subtask))
    ended.throwIfAborted()
    if (fences.at(-1) !== own) throw new TroupeError('Cancelled', 'a newer attempt has taken over')
  }

  /** What came of another's claim, or of an earlier one of this execution. */
  private async outcomeOf(claim: string, { token }: ClaimRecord): Promise<OutcomeRecord> {
    const { heartbeatTimeoutMs, rest } = this.host
    const patience = token === this.token ? 0 : heartbeatTimeoutMs
    for (let waited = 0; ; waited += LOOK_MS) {
      const outcome = await outcomeOfClaim((record) => this.host.store.records.read(record), claim)
      if (outcome) return outcome
      if (waited >= patience) return { unknown: 'whoever was to do it died, or could not write down what came of it' }
      await rest(LOOK_MS)
    }
  }
}

/** Another attempt finds what this one has written, and goes on. */
export async function takeOverEffects(
  effects: readonly TakenOverEffect[],
  run: RunKey,
  { store, digest }: Pick<ActivityDependencies, 'store' | 'digest'>,
): Promise<void> {
  const numbers = new Map<string, number>()
  for (const { value, ...claim } of effects) {
    // One key may have been used again, with another input and in another run
    const identity = JSON.stringify([claim.subtask, effectIdentity(claim)])
    const number = numbers.get(identity) ?? 0
    numbers.set(identity, number + 1)
    const name = claimRecord(run, claim.subtask, digest(effectIdentity(claim)), number)
    await store.records.create(name, { ...claim, takenOver: true })
    await store.records.create(outcomeRecord(name), { value } as unknown as JsonValue)
  }
}
