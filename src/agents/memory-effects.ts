// HOST. Effects in memory, for executions without a store: tests of agents.
import { effectConflict, effectRefused, unknownOutcome, type EffectName } from '../contract/effects'
import type { JsonValue } from '../contract/json'
import type { EffectsPort } from './host-port'

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

export function memoryEffects(): MemoryEffects {
  const kept = new Map<string, Kept>()
  const done: DoneEffect[] = []
  let untrusted: string | undefined
  return {
    done,
    async claim({ name, key, inputHash, afterUntrusted }) {
      const claim = JSON.stringify([name, key])
      const known = kept.get(claim)
      if (known && known.inputHash !== inputHash) throw effectConflict(known)
      if (known?.unknown !== undefined) throw unknownOutcome(known, known.unknown)
      if (known?.value !== undefined) return { value: known.value }
      if (afterUntrusted && untrusted !== undefined) throw effectRefused({ name, key }, untrusted)
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
