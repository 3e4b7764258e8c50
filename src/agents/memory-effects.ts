// HOST. Effects in memory, for executions without a store: tests of agents.
import { effectConflict, effectRefused, effectRejected, unknownOutcome, type EffectName } from '../contract/effects'
import type { JsonValue } from '../contract/json'
import type { ToolDecision } from '../contract/people'
import type { EffectApproval, EffectsPort } from './host-port'

export interface DoneEffect extends EffectName {
  value: JsonValue
}

export interface MemoryEffects extends EffectsPort {
  /** In their order. */
  readonly done: DoneEffect[]
}

interface Kept extends EffectName {
  inputHash: string
  value?: JsonValue
  unknown?: string
}

/** `decide` is what a person says of effects that wait to be approved; without it nobody does. */
export function memoryEffects(
  decide: (request: EffectApproval) => ToolDecision | undefined = () => undefined,
): MemoryEffects {
  const kept = new Map<string, Kept>()
  const done: DoneEffect[] = []
  let untrusted: string | undefined
  return {
    done,
    async claim({ name, key, inputHash, afterUntrusted, shown }) {
      const claim = JSON.stringify([name, key])
      const known = kept.get(claim)
      if (known && known.inputHash !== inputHash) throw effectConflict(known)
      if (known?.unknown !== undefined) throw unknownOutcome(known, known.unknown)
      if (known?.value !== undefined) return { value: known.value }
      if (afterUntrusted && untrusted !== undefined) {
        if (afterUntrusted === 'deny' || !shown) throw effectRefused({ name, key }, untrusted)
        const decision = decide({ name, key, inputHash, shown, untrusted })
        if (!decision) return { isAsked: true }
        if (!decision.approved) throw effectRejected({ name, key }, untrusted, decision)
      }
      kept.set(claim, { name, key, inputHash })
      return { claim, idempotencyKey: claim }
    },
    async noteUntrusted(source) {
      untrusted ??= source
    },
    async settle(claim, outcome) {
      const effect = kept.get(claim)!
      if ('value' in outcome) {
        effect.value = outcome.value
        done.push({ name: effect.name, key: effect.key, value: outcome.value })
      } else if ('unknown' in outcome) effect.unknown = outcome.unknown
      else kept.delete(claim)
    },
  }
}
