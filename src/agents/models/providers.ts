// HOST. Where each provider's settings stand in the environment, and which package speaks with it. Packages are loaded at a
// model's first call: they cost 200 ms, and most commands call none.
import type { LanguageModelV3 } from '@ai-sdk/provider'
import { TroupeError } from '../../contract/errors'
import type { ModelProvider } from '../../contract/model-id'
import { ollamaHost } from './ollama'

export type Environment = Record<string, string | undefined>

/** Providers whose models are asked over HTTP. */
export type HttpProvider = Exclude<ModelProvider, 'scripted'>

/** The environment variables that hold keys; a model of these providers cannot be called without. */
export const KEY_VARIABLES = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GOOGLE_GENERATIVE_AI_API_KEY',
} as const

/** The environment variables that lead elsewhere. */
const ADDRESS_VARIABLES = {
  anthropic: 'ANTHROPIC_BASE_URL',
  openai: 'OPENAI_BASE_URL',
  google: 'GOOGLE_GENERATIVE_AI_BASE_URL',
  'openai-compatible': 'OPENAI_COMPATIBLE_BASE_URL',
} as const

/** Which variable holds the key that is sent to a provider. */
export function keyVariable(provider: HttpProvider): string | undefined {
  if (provider === 'ollama') return undefined
  return provider === 'openai-compatible' ? 'OPENAI_COMPATIBLE_API_KEY' : KEY_VARIABLES[provider]
}

/** Whether files in results of tools are sent as files; what speaks OpenAI's older protocol sends them as JSON. */
export function takesFilesOfTools(model: string, env: Environment = process.env): boolean {
  const provider = model.split('/')[0]
  return provider === 'openai' ? speaksResponses(env) : provider === 'anthropic' || provider === 'google'
}

/** OpenAI's newer models want its newer protocol; whatever else stands behind a base URL speaks the older one. */
function speaksResponses(env: Environment): boolean {
  return !env.OPENAI_BASE_URL
}

/** @throws TroupeError `ModelNotConfigured` naming the variable that is missing, or holds no address */
export function requireSettings(id: string, provider: HttpProvider, env: Environment, baseUrl?: string): void {
  if (provider === 'ollama') return
  requireAddress(id, ADDRESS_VARIABLES[provider], env)
  if (provider === 'openai-compatible') {
    if (baseUrl === undefined && !env.OPENAI_COMPATIBLE_BASE_URL) throw missing(id, 'OPENAI_COMPATIBLE_BASE_URL')
    return
  }
  if (!env[KEY_VARIABLES[provider]]) throw missing(id, KEY_VARIABLES[provider])
}

/** Its value is not told: an address may hold a password. */
function requireAddress(id: string, variable: string, env: Environment): void {
  const value = env[variable]
  if (!value || (URL.canParse(value) && /^https?:/i.test(value))) return
  throw new TroupeError('ModelNotConfigured', `the model "${id}" is asked at ${variable}, which holds no address`, {
    hint: `set ${variable} to an address such as http://127.0.0.1:8000/v1`,
  })
}

function missing(id: string, variable: string): TroupeError {
  return new TroupeError('ModelNotConfigured', `the model "${id}" needs ${variable}, which is not set`, {
    hint: `set ${variable} in the environment of the process that runs the agents, or name another model`,
  })
}

/**
 * A provider's model as its package makes it.
 * @throws TroupeError `ModelNotConfigured` if the environment lacks its key or its address
 */
export async function createModel(
  id: string,
  { provider, name }: { provider: HttpProvider; name: string },
  env: Environment,
  baseUrl?: string,
): Promise<LanguageModelV3> {
  requireSettings(id, provider, env, baseUrl)
  switch (provider) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic(settings(env, 'ANTHROPIC'))(name)
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
      return createGoogleGenerativeAI(settings(env, 'GOOGLE_GENERATIVE_AI'))(name)
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      const openai = createOpenAI(settings(env, 'OPENAI'))
      return speaksResponses(env) ? openai.responses(name) : openai.chat(name)
    }
    case 'ollama':
      return compatible('ollama', name, `${ollamaHost(env)}/v1`)
    case 'openai-compatible': {
      const own = env.OPENAI_COMPATIBLE_BASE_URL
      const url = baseUrl ?? own!
      // A plan names addresses, the environment names secrets: neither may send the other's to where it likes
      const trusted = own !== undefined && withoutSlash(url) === withoutSlash(own)
      return compatible('openai-compatible', name, url, trusted ? env.OPENAI_COMPATIBLE_API_KEY : undefined)
    }
  }
}

function settings(env: Environment, prefix: string): { apiKey: string; baseURL?: string } {
  const baseURL = env[`${prefix}_BASE_URL`]
  return { apiKey: env[`${prefix}_API_KEY`]!, ...(baseURL ? { baseURL } : {}) }
}

async function compatible(provider: string, name: string, baseURL: string, apiKey?: string): Promise<LanguageModelV3> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const key = apiKey ? { apiKey } : {}
  return createOpenAICompatible({
    name: provider,
    baseURL,
    ...key,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })(name)
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
