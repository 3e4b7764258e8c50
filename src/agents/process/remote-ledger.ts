// HOST. Ledger, effects and approvals of an agent that runs in a child process: asked and kept in the worker, over the channel.
import type { BudgetLeft } from '../../contract/budget'
import type { ToolDecision } from '../../contract/people'
import type { ApprovalsPort, CallGrant, EffectClaim, EffectsPort, LedgerEntry, LedgerPort } from '../host-port'
import type { RemoteMethod } from './isolated-protocol'

type Call = <Answer>(method: RemoteMethod, args: unknown[]) => Promise<Answer>

/** `call` sends a method and resolves with the worker's answer. */
export function remoteLedger(logicalAttempt: number, call: Call): LedgerPort {
  return {
    logicalAttempt: async () => logicalAttempt,
    recall: (made) => call<LedgerEntry | undefined>('ledger.recall', [made]),
    begin: (made, demand) => call<CallGrant>('ledger.begin', [made, demand]),
    record: (made, entry) => call<LedgerEntry>('ledger.record', [made, entry]),
    refused: (made) => call<void>('ledger.refused', [made]),
    lost: (made) => call<void>('ledger.lost', [made]),
    wasted: (made, entry) => call<void>('ledger.wasted', [made, entry]),
    budget: () => call<BudgetLeft[]>('ledger.budget', []),
  }
}

export function remoteEffects(call: Call): EffectsPort {
  return {
    claim: (effect) => call<EffectClaim>('effects.claim', [effect]),
    settle: (claim, outcome) => call<void>('effects.settle', [claim, outcome]),
    noteUntrusted: (source) => call<void>('effects.noteUntrusted', [source]),
  }
}

export function remoteApprovals(call: Call): ApprovalsPort {
  return { ask: (request) => call<ToolDecision | undefined>('approvals.ask', [request]) }
}
