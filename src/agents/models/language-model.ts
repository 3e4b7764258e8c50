// HOST. A language model from its id. Nothing is loaded, read or asked before the first call.
import type { LanguageModelV3, LanguageModelV3CallOptions } from '@ai-sdk/provider'
import { parseModelId } from '../../contract/model-id'
import { createModel, type Environment } from './providers'
import { classifyingStream } from './classifying-stream'
import { providerError } from './provider-errors'
import { scriptedModel } from './scripted-model'

export interface LanguageModelOptions {
  /** Where an `openai-compatible/…` model is served; `OPENAI_COMPATIBLE_BASE_URL` unless given. */
  baseUrl?: string
  /** Where keys and addresses are looked up at the first call; the process's environment unless given. */
  env?: Environment
}

/**
 * The model of an id (`<provider>/<model>`) for the AI SDK. Its calls throw TroupeErrors, which the SDK never retries:
 * `ModelUnavailable` (a retry may help), `ModelRefused`, `ModelNotConfigured`, `NoRecordedAnswer`, or the reason of an abort.
 *
 * @throws TroupeError `InvalidUsage` for an unknown provider
 */
export function languageModel(id: string, options: LanguageModelOptions = {}): LanguageModelV3 {
  const { provider, name } = parseModelId(id)
  if (provider === 'scripted') return scriptedModel(name)
  const env = options.env ?? process.env
  let created: Promise<LanguageModelV3> | undefined
  const model = (): Promise<LanguageModelV3> => (created ??= createModel(id, { provider, name }, env, options.baseUrl))
  const failure = (error: unknown, signal?: AbortSignal): unknown => providerError(error, { id, provider, signal, env })
  return {
    specificationVersion: 'v3',
    provider,
    modelId: name,
    get supportedUrls() {
      return model().then((inner) => inner.supportedUrls)
    },
    async doGenerate(call) {
      const inner = await model()
      try {
        const { content, finishReason, usage } = await inner.doGenerate(withHabits(call, inner))
        // Warnings would be printed by the SDK, on the standard output that results go to
        return { content, finishReason, usage, warnings: [] }
      } catch (error) {
        throw failure(error, call.abortSignal)
      }
    },
    async doStream(call) {
      const inner = await model()
      try {
        const { stream } = await inner.doStream(withHabits(call, inner))
        return { stream: classifyingStream(stream, (error) => failure(error, call.abortSignal)) }
      } catch (error) {
        throw failure(error, call.abortSignal)
      }
    },
  }
}

/**
 * OpenAI's strict mode refuses most schemas; what it would store for later calls is of no use to a ledger; and the occasion
 * of a recording is nobody's business outside.
 */
function withHabits(call: LanguageModelV3CallOptions, model: LanguageModelV3): LanguageModelV3CallOptions {
  const storing = model.provider === 'openai.responses' ? { store: false } : {}
  const { openai, openaiCompatible, troupe: _, ...others } = call.providerOptions ?? {}
  return {
    ...call,
    providerOptions: {
      ...others,
      openai: { strictJsonSchema: false, ...storing, ...openai },
      openaiCompatible: { strictJsonSchema: false, ...openaiCompatible },
    },
  }
}
