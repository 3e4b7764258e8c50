// An MCP server behind an address, written for tests: what its tools answer is given, and what it was asked is kept.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf, LoopbackServer } from './loopback-server'

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

export class McpHttpServer extends LoopbackServer {
  readonly requests: McpRequest[] = []
  /** Set to have every request answered so. */
  status?: number

  /** `answers`: what each tool says. */
  constructor(private readonly answers: Record<string, string>) {
    super()
  }

  static async start(answers: Record<string, string>): Promise<McpHttpServer> {
    return new McpHttpServer(answers).listen()
  }

  get url(): string {
    return `${this.origin}/mcp`
  }

  /** The tools that were called, in order. */
  get called(): string[] {
    return this.requests.flatMap(({ tool }) => tool ?? [])
  }

  protected async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const { id, method, params } = (await bodyOf(request)) as Message
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
