// HOST. Where Ollama listens, and which models it has.

/** Ollama's own default. */
const LOOPBACK = 'http://127.0.0.1:11434'
/** A server on loopback that is there answers in milliseconds; one that is not must not hold up the start. */
const PROBE_LIMIT_MS = 1_000

/** The address without `/v1`. `OLLAMA_HOST` may lack scheme and port, and may be the address that the server binds. */
export function ollamaHost(env: Record<string, string | undefined>): string {
  const given = env.OLLAMA_HOST?.trim().replace(/\/+$/, '')
  if (!given) return LOOPBACK
  const url = new URL(given.includes('://') ? given : `http://${given}`)
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
