// A proxy as somebody writes it in an hour, who looks at what is granted in the text and believes what a request says of itself:
// the same tricks get through it, so that they say something where they do not.
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { fixedLookup, type Resolve } from '../../../../src/workspace/network/resolve'

export interface OpenProxy {
  socketPath: string
  close(): Promise<void>
}

export async function startOpenProxy(directory: string, resolve: Resolve): Promise<OpenProxy> {
  const socketPath = join(directory, 'open')
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    keep(client)
    client.on('data', (data: Buffer) => void pass(client, String(data)))
  }).listen(socketPath)
  await new Promise((listening) => server.once('listening', listening))
  return {
    socketPath,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }

  /** Each piece that comes may hold several requests; what they are for is read from wherever it stands. */
  async function pass(client: Socket, text: string): Promise<void> {
    for (const request of text.split(/(?=(?:GET|POST|CONNECT|get) )/)) {
      const named = /^connect (?:.*@)?(?:https?:\/\/)?(.+?)\/? HTTP/i.exec(request)
      const header = /^host: ?(.+)$/im.exec(request.replace(/\r/g, ''))?.[1]
      const url = /^\w+ (https?:.*?) HTTP/.exec(request)?.[1]
      const authority = named?.[1] ?? (header === undefined || /front/.test(header) ? url : `http://${header}/`)
      if (authority === undefined) continue
      const { hostname, port } = new URL(named ? `http://${authority}/` : authority)
      const lookup: ReturnType<typeof fixedLookup> = (host, options, answer) => {
        resolve(host).then(
          (found) => fixedLookup(found)(host, options, answer),
          (error: NodeJS.ErrnoException) => answer(error, ''),
        )
      }
      const upstream = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), lookup })
      keep(upstream)
      upstream.end('GET / HTTP/1.0\r\n\r\n')
      upstream.pipe(client, { end: false })
    }
  }
}
