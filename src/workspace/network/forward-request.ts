// HOST. One plain HTTP request through the proxy: sent on as it is meant, to the host of its URL and to no other that its headers
// may name.
import { request as send, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { LookupFunction, Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { PROXY_HEAD_MS } from '../limits'
import { canonicalHost, networkRefused, type Destination } from './destination'

/** What is said between two neighbours, and not passed on. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** @throws TroupeError `NetworkRefused`, or what the connection failed of, before anything was answered */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  lookupFor: (destination: Destination) => Promise<LookupFunction>,
  keep: (socket: Socket) => void,
): Promise<void> {
  const url = target(request.url ?? '')
  const host = canonicalHost(url.hostname)
  if (host === undefined) throw networkRefused('this URL has no valid host')
  const lookup = await lookupFor({ host, port: url.port === '' ? 80 : Number(url.port) })
  const isChunked = request.headers['transfer-encoding'] !== undefined
  const headers = {
    ...passedOn(request.headers),
    host: url.host,
    ...(isChunked ? { 'transfer-encoding': 'chunked' } : {}),
  }
  const { method } = request
  const upstream = send(url, { agent: false, lookup, method, headers, timeout: PROXY_HEAD_MS })
  upstream.on('socket', keep)
  response.on('close', () => upstream.destroy())
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    upstream.on('response', resolve).on('error', reject),
  )
  // Its failure is the answer's
  pipeline(request, upstream).catch(() => undefined)
  const answer = await answered
  response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers))
  await pipeline(answer, response)
}

/** A request to a proxy names the whole URL. */
function target(text: string): URL {
  if (!/^http:\/\//i.test(text) || !URL.canParse(text))
    throw networkRefused('a request here is CONNECT, or has a whole http:// URL')
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') throw networkRefused('a URL with a user name or a password in it')
  return url
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/)
  // Where a body ends is said to everybody: without it, the body would be read as the next request, to whatever host it names
  const dropped = new Set([...HOP_BY_HOP, ...named.filter((name) => name !== 'content-length')])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))
}
