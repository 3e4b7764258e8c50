// Servers on this machine's loopback for tests of confinement: one that nobody should reach, and one that may be reached and
// leads on to wherever it is asked to.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CANARY } from '../workspace/support/playground'

export interface WebServer {
  port: number
  /** Every request so far. */
  requests: Pick<IncomingMessage, 'url' | 'method' | 'headers'>[]
  /** Connections so far, also of those who then said nothing. */
  visits(): number
  close(): Promise<void>
}

/** On all addresses of the loopback, of both families. */
export async function startWebServer(answer: RequestListener): Promise<WebServer> {
  let visits = 0
  const requests: WebServer['requests'] = []
  const server = createServer((request, response) => {
    requests.push({ url: request.url, method: request.method, headers: request.headers })
    answer(request, response)
  })
  server.on('connection', () => visits++)
  const port = await listening(server)
  return {
    port,
    requests,
    visits: () => visits,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '::')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Whoever reads this has got through. */
export const startSecretServer = (): Promise<WebServer> =>
  startWebServer((_request, response) => void response.end(CANARY))

/** `/to?<status>,<location>` redirects; `/loop` to itself; everything else is a page. */
export const startFrontServer = (): Promise<WebServer> =>
  startWebServer(({ url = '' }, response) => {
    const [, status, location] = /^\/to\?(\d+),(.*)$/.exec(url) ?? []
    if (url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else if (status !== undefined) response.writeHead(Number(status), { location: decodeURIComponent(location!) }).end()
    else if (url === '/endless') endless()
    else if (url === '/silent') return
    else response.writeHead(200, { 'content-type': 'text/plain' }).end('a page')

    function endless(): void {
      while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
      if (!response.destroyed) response.once('drain', endless)
    }
  })
