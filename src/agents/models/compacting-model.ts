// HOST. The model of one conversation of an agent: with a window that is known, it is kept within that; else it is as it was.
import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider'
import type { AgentContext } from '../context'
import { recordedModelId } from '../ledger/equip'
import { CompactingModel } from './compaction'
import { contextWindow as knownWindow } from './prices'

/** Characters of a request below which nobody need look up the window: no model in use has a smaller one. */
const SMALL_REQUEST = 8_000

export interface ConversationSettings {
  agent: string
  /** The agent's own model, where it names one. */
  id?: string | undefined
  /** Where the agent's author says it. */
  contextWindow?: number | undefined
}

export function compactingModel(
  model: LanguageModelV3,
  context: AgentContext,
  { agent, id, contextWindow }: ConversationSettings,
): LanguageModelV3 {
  let chosen: Promise<LanguageModelV3> | undefined
  const choose = async (options: LanguageModelV3CallOptions): Promise<LanguageModelV3> => {
    if (!chosen && contextWindow === undefined && isSmall(options)) return model
    return (chosen ??= within())
  }
  return {
    specificationVersion: 'v3',
    provider: model.provider,
    modelId: model.modelId,
    get supportedUrls() {
      return model.supportedUrls
    },
    doGenerate: async (options) => (await choose(options)).doGenerate(options),
    doStream: async (options) => (await choose(options)).doStream(options),
  }

  async function within(): Promise<LanguageModelV3> {
    const name = await recordedModelId(context, id)
    // Of models that stand in for others nobody knows anything
    const window = contextWindow ?? (await knownWindow(name).catch(() => undefined))
    if (window === undefined) return model
    return new CompactingModel(model, {
      agent,
      model: name,
      window,
      step: (step, fn) => context.step(step, fn),
      onCompacted: ({ messages, tokens, left }) =>
        context.log.info('the conversation was compacted', { agent, messages, tokens, left, window }),
    })
  }
}

function isSmall({ prompt }: LanguageModelV3CallOptions): boolean {
  return JSON.stringify(prompt).length < SMALL_REQUEST
}
