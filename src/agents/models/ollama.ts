// HOST. Where Ollama listens, and which models it has.
import { TroupeError } from '../../contract/errors'

/** Ollama's own default. */
const LOOPBACK = 'http://127.0.0.1:11434'
/** A server on loopback that is there answers in milliseconds; one that is not must not hold up the start. */
const PROBE_LIMIT_MS = 1_000

/**
 * The address without `/v1`. `OLLAMA_HOST` may lack scheme, host and port, and may be the address that the server binds.
 * @throws TroupeError `ModelNotConfigured` for what is no address, or holds a password: fetch takes none, and errors would show it
 */
export function ollamaHost(env: Record<string, string | undefined>): string {
  const given = env.OLLAMA_HOST?.trim().replace(/\/+$/, '')
  if (!given) return LOOPBACK
  const whole = given.includes('://') ? given : `http://${given.startsWith(':') ? '127.0.0.1' : ''}${given}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  if (!url || url.username || url.password)
    throw new TroupeError('ModelNotConfigured', 'OLLAMA_HOST is no address of a server', {
      hint: `it is like ${LOOPBACK} or 127.0.0.1:11434, without user and password`,
    })
  if (url.port === '' && !given.includes('://')) url.port = '11434'
  if (['0.0.0.0', '[::]'].includes(url.hostname)) url.hostname = '127.0.0.1'
  return url.href.replace(/\/+$/, '')
}

/** Names of the models at hand, in Ollama's order; undefined if none answers. */
export async function ollamaModels(env: Record<string, string | undefined>): Promise<string[] | undefined> {
  try {
    const response = await fetch(`${ollamaHost(env)}/v1/models`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) })
    const { data } = (await response.json()) as { data?: { id?: unknown }[] | null }
    const names = (data ?? []).map(({ id }) => id).filter((id) => typeof id === 'string')
    // Listed beside the others, and no use for answers
    return names.filter((name) => !/embed/i.test(name))
  } catch {
    return undefined
  }
}
