// HOST. A ledger in memory, for executions without a store: tests of agents.
import { sumOfCosts, type Cost } from '../../contract/prices'
import type { LedgerCall, LedgerEntry, LedgerPort } from '../host-port'

export interface MemoryLedger extends LedgerPort {
  /** Tokens of all recorded calls. */
  readonly tokensUsed: number
  /** In US dollars; absent if no model was called. */
  readonly cost: Cost | undefined
}

export function memoryLedger(): MemoryLedger {
  const entries = new Map<string, LedgerEntry>()
  const key = ({ scope, kind, name, inputHash, occurrence }: LedgerCall): string =>
    JSON.stringify([scope, kind, name, inputHash, occurrence])
  return {
    logicalAttempt: async () => 0,
    get tokensUsed() {
      return [...entries.values()].reduce((sum, { tokens }) => sum + (tokens ? tokens.input + tokens.output : 0), 0)
    },
    recall: async (call) => entries.get(key(call)),
    get cost() {
      const called = [...entries.values()].filter(({ tokens }) => tokens)
      return sumOfCosts(called.map(({ usd }) => usd ?? 'unknown'))
    },
    begin: async () => ({}),
    async record(call, entry) {
      const standing = entries.get(key(call)) ?? entry
      entries.set(key(call), standing)
      return standing
    },
    refused: async () => undefined,
    lost: async () => undefined,
    wasted: async () => undefined,
    budget: async () => [],
  }
}
