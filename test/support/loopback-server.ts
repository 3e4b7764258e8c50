// An HTTP server of a test's: on loopback, on a port of its own.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export abstract class LoopbackServer {
  private readonly server = createServer((request, response) => {
    response.on('error', () => undefined)
    void this.serve(request, response)
  })

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return this
  }

  /** Cuts off whoever is still being answered. */
  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  protected get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  protected abstract serve(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** The JSON that came with a request. */
export async function bodyOf(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}
