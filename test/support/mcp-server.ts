// An MCP server behind an address, written for tests: what its tools answer is given, and what it was asked is kept.
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export interface McpRequest {
  method: string
  /** Of a call: the tool's name. */
  tool?: string
  headers: IncomingHttpHeaders
}

interface Message {
  id?: number
  method: string
  params?: { name?: string; protocolVersion?: string }
}

export class McpHttpServer {
  readonly requests: McpRequest[] = []
  /** Set to have every request answered so. */
  status?: number

  private constructor(
    private readonly server: Server,
    private readonly answers: Record<string, string>,
  ) {}

  /** `answers`: what each tool says. */
  static async start(answers: Record<string, string>): Promise<McpHttpServer> {
    const server = createServer()
    const started = new McpHttpServer(server, answers)
    server.on('request', (request, response) => void started.serve(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return started
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mcp`
  }

  /** The tools that were called, in order. */
  get called(): string[] {
    return this.requests.flatMap(({ tool }) => tool ?? [])
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as Message
    this.requests.push({
      method,
      headers: request.headers,
      ...(method === 'tools/call' ? { tool: params?.name ?? '' } : {}),
    })
    if (this.status === 307) return void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
    if (this.status) return void response.writeHead(this.status).end(`no: ${request.headers.authorization}`)
    if (id === undefined) return void response.writeHead(202).end()
    const result = this.resultOf(method, params)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }

  private resultOf(method: string, params: Message['params']): unknown {
    if (method === 'initialize')
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'tests', version: '1' },
      }
    if (method === 'tools/call')
      return { content: [{ type: 'text', text: this.answers[params?.name ?? ''] ?? 'nothing' }] }
    return {
      tools: Object.keys(this.answers).map((name) => ({ name, inputSchema: { type: 'object', properties: {} } })),
    }
  }
}
