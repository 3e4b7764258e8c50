// PURE. How a model is named: `<provider>/<model>`, the same in code, in plans, on the command line and in manifests.
import { TroupeError } from './errors'
import { preview } from './json'
import { choicesHint } from './nearest'

export const MODEL_PROVIDERS = ['anthropic', 'openai', 'google', 'ollama', 'openai-compatible', 'scripted'] as const

export type ModelProvider = (typeof MODEL_PROVIDERS)[number]

/** As an agent's `model`: the one that the run names, or else the environment. */
export const DEFAULT_MODEL = 'default'

/** `timeoutMs` of a model agent unless given: long answers take minutes, and after five Node's fetch itself gives up. */
export const MODEL_TIMEOUT_MS = 300_000

export interface ModelId {
  provider: ModelProvider
  /** The provider's own name of the model, slashes and colons included; the file of a recorded one. */
  name: string
}

/** What is wrong with a model's id, or undefined. */
export function modelIdProblem(id: string): { message: string; hint: string } | undefined {
  const [provider = '', name = ''] = split(id)
  if (name === '' || provider === '')
    return {
      message: `${preview(id)} is not a model`,
      hint: `a model is <provider>/<model>; providers: ${MODEL_PROVIDERS.join(', ')}`,
    }
  if (MODEL_PROVIDERS.some((known) => known === provider)) return undefined
  return {
    message: `unknown provider ${preview(provider)} in the model ${preview(id)}`,
    hint: choicesHint(provider, MODEL_PROVIDERS, 'providers'),
  }
}

/** @throws TroupeError `InvalidUsage` for an unknown provider, or a text that names no model */
export function parseModelId(id: string): ModelId {
  const problem = modelIdProblem(id)
  if (problem) throw new TroupeError('InvalidUsage', problem.message, { hint: problem.hint })
  const [provider, name] = split(id)
  return { provider: provider as ModelProvider, name: name! }
}

/**
 * The same id with the file of a recorded model made absolute, so that it means the same in every process.
 * `absolute` makes a path absolute.
 */
export function withAbsoluteFile(id: string, absolute: (path: string) => string): string {
  const [provider, name] = split(id)
  return provider === 'scripted' && name ? `scripted/${absolute(name)}` : id
}

function split(id: string): [string, string | undefined] {
  const slash = id.indexOf('/')
  return slash === -1 ? [id, undefined] : [id.slice(0, slash), id.slice(slash + 1)]
}
