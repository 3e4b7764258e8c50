// The effects of executions of one subtask on records in memory, each of which comes to them at its own pace.
import { ExecutionEffects } from '../../../activities/effects'
import type { Effects } from '../../../src/agents/effect'
import type { JsonValue } from '../../../src/contract/json'
import type { Store } from '../../../src/storage/store'
import { effectsOn, nobody } from './effects-on'
import { digest, outputs, run } from './outside'

/** Records as every store keeps them. */
export class Records {
  readonly kept = new Map<string, JsonValue>()

  create(name: string, value: JsonValue): { created: boolean; value: JsonValue } {
    const created = !this.kept.has(name)
    if (created) this.kept.set(name, structuredClone(value))
    return { created, value: structuredClone(this.kept.get(name)!) }
  }
  read(name: string): JsonValue | undefined {
    return this.kept.get(name)
  }
  list(prefix: string): string[] {
    return [...this.kept.keys()].filter((name) => name.startsWith(prefix)).sort()
  }
}

/** How one execution comes to the store: each step waits for its turn, and one that has died takes none any more. */
export interface Pace {
  step<Value>(work: () => Value): Promise<Value>
}

let clock = 0

export function effectsOf(
  records: Records,
  pace: Pace,
  token: string,
  signal: AbortSignal = new AbortController().signal,
  ended: AbortSignal = new AbortController().signal,
): Effects {
  const store = {
    records: {
      create: (name: string, value: JsonValue) => pace.step(() => records.create(name, value)),
      read: (name: string) => pace.step(() => records.read(name)),
      list: (prefix: string) => pace.step(() => records.list(prefix)),
    },
  } as unknown as Store
  const host = {
    store,
    outputs,
    digest,
    heartbeatTimeoutMs: 2_000,
    rest: () => pace.step(() => undefined),
    ended,
    approvals: nobody,
  }
  const effects = new ExecutionEffects({ run, subtask: 'a', agent: 'pays', token, scheduledAt: ++clock }, host)
  return effectsOn(effects, signal)
}

export const atOnce: Pace = { step: async (work) => work() }
export const never = new Promise<never>(() => undefined)
