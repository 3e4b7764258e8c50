// The effects of an execution that makes no other calls, and where nobody is asked.
import type { HostContext } from '../../../src/agents/context'
import { Effects } from '../../../src/agents/effect'
import { HOST, type EffectsPort } from '../../../src/agents/host-port'

export const nobody = { askEffect: async () => undefined }

export function effectsOn(effects: EffectsPort, signal: AbortSignal = new AbortController().signal): Effects {
  return new Effects({ signal, [HOST]: { effects } } as unknown as HostContext, {
    isWithinEffect: false,
    clean: (value) => value,
    fail: () => undefined,
    suspend: () => Promise.reject(new Error('nobody is asked here')),
  })
}
