// HOST. Reads a page for a tool: each address on the way, also of redirects, is granted and checked first, and then connected
// to as it was checked.
import * as http from 'node:http'
import * as https from 'node:https'
import { messageOf, TroupeError } from '../../contract/errors'
import { preview } from '../../contract/json'
import type { NetworkGrant } from '../../contract/network'
import { canonicalHost, networkGrants, networkRefused, type Destination } from '../../workspace/network/destination'
import { fixedLookup, openAddresses, type Resolve } from '../../workspace/network/resolve'
import { FETCH_BYTES, FETCH_REDIRECTS, FETCH_TIMEOUT_MS, FETCH_URL_LENGTH } from './limits'

export interface ConfinedFetchOptions {
  /** Hosts that may be reached, as tools are granted them; every host of the world unless given. */
  network?: readonly string[]
  signal?: AbortSignal
  /** The system's, unless a test has its own. */
  resolve?: Resolve
  limits?: { bytes?: number; timeoutMs?: number; redirects?: number }
}

export interface FetchedPage {
  /** Where it was found in the end. */
  url: string
  status: number
  /** As it was declared; empty if it was not. */
  contentType: string
  body: Buffer
}

const ANYWHERE: readonly string[] = ['*']
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308]
const DEFAULT_PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 }

/**
 * What stands at a URL.
 * @throws TroupeError `NetworkRefused` for what may not be reached or is too much; `AgentFailed` where a server is not there
 */
export async function confinedFetch(url: string, options: ConfinedFetchOptions = {}): Promise<FetchedPage> {
  const { redirects = FETCH_REDIRECTS, timeoutMs = FETCH_TIMEOUT_MS } = options.limits ?? {}
  const grants = networkGrants(options.network ?? ANYWHERE)
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  try {
    let next = parsedUrl(url)
    for (let count = 0; ; count++) {
      const answer = await fetchOnce(next, grants, signal, options)
      if (!('location' in answer)) return answer
      if (count === redirects) throw networkRefused(`${preview(url)} leads on for more than ${redirects} redirects`)
      next = parsedUrl(answer.location, next)
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    if (timeout.aborted) throw networkRefused(`${preview(url)} did not answer within ${timeoutMs / 1_000} s`)
    throw error instanceof TroupeError ? error : failed(url, error)
  }
}

function parsedUrl(text: string, base?: URL): URL {
  if (text.length > FETCH_URL_LENGTH) throw networkRefused(`a URL of ${text.length} characters is too long`)
  if (!URL.canParse(text, base?.href)) throw networkRefused('this is no URL')
  const url = new URL(text, base)
  if (!(url.protocol in DEFAULT_PORTS)) throw networkRefused(`${preview(text)} is not http or https`)
  // Not repeated: a password in it would be told to the model, and be in the history
  if (url.username !== '' || url.password !== '') throw networkRefused('a URL with a user name or a password in it')
  url.hash = ''
  return url
}

/** The URL's own parser has read every odd form of an address by now. */
function destinationOf(url: URL): Destination {
  const host = canonicalHost(url.hostname)
  if (host === undefined) throw networkRefused(`${preview(url.href)} has no valid host`)
  return { host, port: url.port === '' ? DEFAULT_PORTS[url.protocol]! : Number(url.port) }
}

async function fetchOnce(
  url: URL,
  grants: readonly NetworkGrant[],
  signal: AbortSignal,
  { resolve, limits: { bytes = FETCH_BYTES } = {} }: ConfinedFetchOptions,
): Promise<FetchedPage | { location: string }> {
  const lookup = fixedLookup(await openAddresses(destinationOf(url), grants, resolve))
  signal.throwIfAborted()
  const response = await new Promise<http.IncomingMessage>((found, reject) => {
    // No connection of another execution, no compression that a small answer could grow from, nothing of ours in the headers
    const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'troupe' }
    const request = (url.protocol === 'https:' ? https : http).get(url, { agent: false, lookup, signal, headers })
    request.on('response', found).on('error', reject)
  })
  try {
    const { statusCode: status = 0, headers } = response
    if (REDIRECTS.includes(status) && headers.location !== undefined) return { location: headers.location }
    return {
      url: url.href,
      status,
      contentType: headers['content-type'] ?? '',
      body: await wholeOf(response, url, bytes),
    }
  } finally {
    response.destroy()
  }
}

async function wholeOf(response: http.IncomingMessage, url: URL, most: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > most) throw networkRefused(`${preview(url.href)} has more than ${most.toLocaleString('en')} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function failed(url: string, error: unknown): TroupeError {
  return new TroupeError('AgentFailed', `${preview(url)} could not be read: ${messageOf(error)}`, {
    retryable: true,
    cause: error,
  })
}
