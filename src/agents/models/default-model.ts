// HOST. The model of whoever names none.
import { TroupeError } from '../../contract/errors'
import { DEFAULT_MODEL, modelIdProblem } from '../../contract/model-id'
import { ollamaHost, ollamaModels } from './ollama'
import { KEY_VARIABLES, type Environment } from './providers'

/** Each provider's balanced model: able to write programs, at a fraction of the flagship's price. */
const DEFAULT_MODELS = {
  anthropic: 'anthropic/claude-sonnet-5-5',
  openai: 'openai/gpt-6.1-terra',
  google: 'google/gemini-3.8-flash',
} as const

/**
 * The environment's model: `TROUPE_MODEL`, else that of the first provider whose key is set (Anthropic, OpenAI, Google),
 * else the first one that an Ollama on this machine lists.
 *
 * @throws TroupeError `ModelNotConfigured` saying how to configure one; `InvalidUsage` if `TROUPE_MODEL` names none
 */
export async function resolveDefaultModel(env: Environment = process.env): Promise<string> {
  const named = env.TROUPE_MODEL
  if (named && named !== DEFAULT_MODEL) {
    const problem = modelIdProblem(named)
    if (problem) throw new TroupeError('InvalidUsage', `TROUPE_MODEL: ${problem.message}`, { hint: problem.hint })
    return named
  }
  for (const provider of ['anthropic', 'openai', 'google'] as const) {
    if (env[KEY_VARIABLES[provider]]) return DEFAULT_MODELS[provider]
  }
  const [local] = (await ollamaModels(env)) ?? []
  if (local !== undefined) return `ollama/${local}`
  const keys = Object.values(KEY_VARIABLES).join(', ')
  throw new TroupeError('ModelNotConfigured', 'no model is configured', {
    hint: `set one of ${keys}; or start Ollama (${ollamaHost(env)}) with a model pulled; or name a model: --model <provider>/<model>, or TROUPE_MODEL`,
  })
}
