// HOST. Ledger, effects and approvals of an agent that runs in a child process: asked and kept in the worker, over the channel.
import type { ToolDecision } from '../../contract/people'
import type { ApprovalsPort, EffectClaim, EffectsPort, LedgerEntry, LedgerPort } from '../host-port'
import type { RemoteMethod } from './isolated-protocol'

type Call = <Answer>(method: RemoteMethod, args: unknown[]) => Promise<Answer>

/** `call` sends a method and resolves with the worker's answer. */
export function remoteLedger(logicalAttempt: number, call: Call): LedgerPort {
  return {
    logicalAttempt: async () => logicalAttempt,
    recall: (made) => call<LedgerEntry | undefined>('ledger.recall', [made]),
    begin: (made) => call<void>('ledger.begin', [made]),
    record: (made, entry) => call<LedgerEntry>('ledger.record', [made, entry]),
    refused: (made) => call<void>('ledger.refused', [made]),
  }
}

export function remoteEffects(call: Call): EffectsPort {
  return {
    claim: (effect) => call<EffectClaim>('effects.claim', [effect]),
    settle: (claim, outcome) => call<void>('effects.settle', [claim, outcome]),
  }
}

export function remoteApprovals(call: Call): ApprovalsPort {
  return { ask: (request) => call<ToolDecision | undefined>('approvals.ask', [request]) }
}
