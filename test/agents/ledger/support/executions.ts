// Executions of an agent on one ledger, one after the other, as a worker's replacement makes them; and models that count.
import type { LanguageModelV3CallOptions, LanguageModelV3GenerateResult } from '@ai-sdk/provider'
import { MockLanguageModelV3 } from 'ai/test'
import { defineAgent, type AgentContext, type JsonValue } from '../../../../src/index'
import type { HostContext } from '../../../../src/agents/context'
import { memoryEffects } from '../../../../src/agents/memory-effects'
import {
  HOST,
  type ApprovalsPort,
  type EffectsPort,
  type LedgerCall,
  type LedgerPort,
} from '../../../../src/agents/host-port'
import { memoryLedger } from '../../../../src/agents/ledger/memory-ledger'

export interface WatchedLedger extends LedgerPort {
  begun: LedgerCall[]
  refusedCalls: LedgerCall[]
}

/** What begins and what is refused, besides what is kept. */
export function watchedLedger(): WatchedLedger {
  const ledger = memoryLedger()
  const begun: LedgerCall[] = []
  const refusedCalls: LedgerCall[] = []
  return {
    ...ledger,
    begun,
    refusedCalls,
    begin: async (call) => {
      begun.push(call)
      return {}
    },
    refused: async (call) => void refusedCalls.push(call),
  }
}

export interface Attempt {
  model?: MockLanguageModelV3
  signal?: AbortSignal
  effects?: EffectsPort
  /** Nobody has decided anything, unless given. */
  approvals?: ApprovalsPort
  timeoutMs?: number
  publish?: HostContext['publish']
}

/** One attempt of an agent that does what `run` does. */
export function attempt(
  ledger: LedgerPort,
  run: (context: AgentContext) => unknown,
  {
    model = countingModel(),
    signal = new AbortController().signal,
    effects = memoryEffects(),
    approvals = { ask: async () => undefined },
    timeoutMs,
    publish = async () => undefined,
  }: Attempt = {},
): Promise<JsonValue> {
  const agent = defineAgent({ name: 'writer', run: (_input, context) => run(context) })
  const task = { id: 'draft', type: 'writer', payload: {}, priority: 'normal' as const }
  const nothing = (): void => undefined
  const context: HostContext = {
    task,
    runId: 'run-1',
    attempt: 1,
    signal,
    progress: nothing,
    publish,
    spawn: nothing,
    artifacts: { put: async () => '', get: async () => new Uint8Array() },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    [HOST]: {
      ledger,
      effects,
      approvals,
      agent: 'writer',
      model: 'mock/one',
      languageModel: () => model,
    },
  }
  return agent.handleWithTimeout(task, context, timeoutMs)
}

export function answered(text: string, input = 10, output = 5): LanguageModelV3GenerateResult {
  return {
    content: [{ type: 'text', text }],
    finishReason: { unified: 'stop', raw: 'end' },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: output, text: output, reasoning: 0 },
    },
    warnings: [],
    response: { id: 'not kept', headers: { secret: 'not kept' } },
  }
}

/** Each call has an answer of its own: `<prompt> 1`, `<prompt> 2`, … */
export function countingModel(delayMs: (call: number) => number = () => 0): MockLanguageModelV3 {
  let calls = 0
  return new MockLanguageModelV3({
    doGenerate: async (options) => {
      const call = ++calls
      await new Promise((resolve) => setTimeout(resolve, delayMs(call)))
      return answered(`${promptOf(options)} ${call}`)
    },
  })
}

export function promptOf({ prompt }: LanguageModelV3CallOptions): string {
  const last = prompt.at(-1)!
  return typeof last.content === 'string'
    ? last.content
    : last.content.map((part) => ('text' in part ? part.text : '')).join('')
}
