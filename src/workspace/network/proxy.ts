// HOST. The way of one sandboxed command to the hosts that it was granted, and to no others: an HTTP proxy at a unix socket, which
// is there as long as the command.
import { closeSync, openSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { asTroupeError, messageOf } from '../../contract/errors'
import type { NetworkGrant } from '../../contract/network'
import { PROXY_CONNECTIONS, PROXY_HEAD_MS, PROXY_IDLE_MS, PROXY_TOLD_HOSTS } from '../limits'
import { canonicalHost, destinationText, networkRefused, type Destination } from './destination'
import { forward } from './forward-request'
import { fixedLookup, openAddresses, type Resolve } from './resolve'

export interface NetworkProxy {
  /** Where it listens, for a sandbox that binds it. */
  socketPath: string
  grants: readonly NetworkGrant[]
  /** What was refused so far, a sentence for each host. */
  refused(): string[]
  /** Ends every connection. */
  close(): Promise<void>
}

export interface ProxyOptions {
  grants: readonly NetworkGrant[]
  /** Only this user may enter it. */
  directory: string
  resolve?: Resolve
}

const SOCKET = 'proxy'
/** Of HTTP without TLS. */
const PLAIN_PORT = 80

export async function startProxy({ grants, directory, resolve }: ProxyOptions): Promise<NetworkProxy> {
  const refused = new Set<string>()
  const sockets = new Set<Duplex>()
  const server = createServer({ headersTimeout: PROXY_HEAD_MS, keepAliveTimeout: PROXY_IDLE_MS, requestTimeout: 0 })
  server.maxConnections = PROXY_CONNECTIONS
  server.on('connection', keep)
  server.on('request', (request, response) => void answer(request, response))
  server.on('connect', (request, client, head) => void tunnel(request, client as Socket, head))
  // Of any length: a socket's path has 107 bytes, and a descriptor's is short
  const folder = openSync(directory, 'r')
  try {
    await new Promise<void>((listening, reject) => {
      server.once('error', reject).listen(`/proc/self/fd/${folder}/${SOCKET}`, listening)
    })
  } finally {
    closeSync(folder)
  }
  return {
    socketPath: join(directory, SOCKET),
    grants,
    refused: () => [...refused],
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    socket.setTimeout(PROXY_IDLE_MS, () => socket.destroy())
  }

  async function tunnel({ url = '' }: IncomingMessage, client: Socket, head: Buffer): Promise<void> {
    try {
      const upstream = await open(tunnelled(url))
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      if (head.length > 0) upstream.write(head)
      // What one side has said still reaches the other
      upstream.on('close', () => client.destroySoon())
      client.on('close', () => upstream.destroySoon())
      upstream.pipe(client).pipe(upstream)
    } catch (error) {
      const { status, text } = told(error)
      client.end(
        `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
      )
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await forward(request, response, async (destination) => lookupFor(destination), keep)
    } catch (error) {
      const { status, text } = told(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(Number.parseInt(status), { 'content-type': 'text/plain', connection: 'close' }).end(text)
    }
  }

  async function lookupFor(destination: Destination) {
    return fixedLookup(await openAddresses(destination, grants, resolve))
  }

  async function open(destination: Destination): Promise<Socket> {
    const { host, port } = destination
    const lookup = await lookupFor(destination)
    const socket = connect({ host, port, lookup, timeout: PROXY_HEAD_MS })
    keep(socket)
    await new Promise<void>((connected, reject) => {
      socket.once('connect', connected).once('error', reject)
      socket.once('close', () => reject(new Error('nobody answers')))
    })
    return socket
  }

  function told(error: unknown): { status: string; text: string } {
    const known = asTroupeError(error)
    if (known?.code !== 'NetworkRefused') return { status: '502 Bad Gateway', text: `${messageOf(error)}\n` }
    const { message } = known
    if (refused.size < PROXY_TOLD_HOSTS) refused.add(message)
    return { status: '403 Forbidden', text: `${message}\n` }
  }
}

/**
 * Of CONNECT: a host that is granted may share its address with others, and in a tunnel nobody sees which one is asked for. TLS
 * proves it to the client at least; what is plain goes as a request, whose host is set here.
 */
function tunnelled(text: string): Destination {
  const destination = authority(text)
  if (destination.port !== PLAIN_PORT) return destination
  throw networkRefused(
    `${destinationText(destination)} by a tunnel: plain HTTP is asked of the proxy, with the whole http:// URL`,
  )
}

/** A host and a port, and nothing besides. */
function authority(text: string): Destination {
  const [, name = '', port = ''] = /^(\[[0-9a-f:.]+\]|[^:[\]]+):(\d{1,5})$/i.exec(text) ?? []
  const host = canonicalHost(name)
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) throw networkRefused('this is no host and port')
  return { host, port: Number(port) }
}
