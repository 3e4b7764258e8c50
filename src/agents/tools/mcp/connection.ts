// HOST. The connection to one MCP server: made when something is first asked of it, and closed at the end of the execution.
import type { MCPClient } from '@ai-sdk/mcp'
import { asTroupeError, messageOf, TroupeError } from '../../../contract/errors'
import { headerVariable, isProgram, type McpAddress, type McpServer } from '../../../contract/tools'
import { secretFilter } from '../../models/secrets'
import { secretNames } from '../tool-secrets'
import { MCP_CLOSE_MS, MCP_LIST_MS, MCP_LISTED_TOOLS, MCP_START_MS } from './limits'
import { ProgramTransport } from './program-transport'
import { resultText, type ToolResult } from './result-text'

/** A tool as its server lists it. */
export type Definition = Awaited<ReturnType<MCPClient['listTools']>>['tools'][number]

export class McpConnection {
  private connecting?: Promise<MCPClient>
  private program?: ProgramTransport

  constructor(
    /** As the agent's author named it. */
    readonly name: string,
    private readonly server: McpServer,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws TroupeError `ToolServerUnavailable` */
  async list(): Promise<Definition[]> {
    const client = await this.client()
    const definitions: Definition[] = []
    let cursor: string | undefined
    do {
      const page = await client
        .listTools({
          ...(cursor === undefined ? {} : { params: { cursor } }),
          options: { signal: this.signal, timeout: MCP_LIST_MS },
        })
        .catch((error: unknown) => this.fail(error))
      definitions.push(...page.tools)
      cursor = page.nextCursor
    } while (cursor !== undefined && definitions.length < MCP_LISTED_TOOLS)
    return definitions
  }

  /**
   * Calls a tool of the server.
   *
   * @throws Error with what the tool says of its failure; TroupeError `ToolServerUnavailable` where the server itself fails
   */
  async call(definition: Definition, input: unknown, callId: string): Promise<string> {
    const client = await this.client()
    const tool = client.toolsFromDefinitions({ tools: [definition] })[definition.name]!
    const result = await Promise.resolve(
      tool.execute(input, { toolCallId: callId, messages: [], abortSignal: this.signal }),
    ).catch((error: unknown) => {
      // The server answered, and says that the call was wrong
      if (typeof (error as { code?: unknown }).code === 'number') throw new Error(messageOf(error), { cause: error })
      return this.fail(error)
    })
    return resultText(result as ToolResult)
  }

  /** Without secrets of the surroundings, and those that it is handed, whatever their names are: a server may quote them. */
  clean(text: string): string {
    return secretFilter(process.env, secretNames({ mcp: { [this.name]: this.server } }))(text)
  }

  async close(): Promise<void> {
    const client = await this.connecting?.catch(() => undefined)
    if (!client) return this.program?.close()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, MCP_CLOSE_MS)))
    await (this.program ? client.close() : Promise.race([client.close(), late]))
    clearTimeout(timer)
  }

  private client(): Promise<MCPClient> {
    return (this.connecting ??= this.connect().catch((error: unknown) => this.fail(error)))
  }

  private async connect(): Promise<MCPClient> {
    this.signal.throwIfAborted()
    const { createMCPClient } = await import('@ai-sdk/mcp')
    const transport = isProgram(this.server)
      ? (this.program = new ProgramTransport(this.requireVariables(this.server, this.server.env ?? [])))
      : { type: 'http' as const, url: this.server.url, headers: this.headers(this.server), redirect: 'error' as const }
    return createMCPClient({
      transport,
      clientName: 'troupe',
      initializationOptions: { signal: this.signal, timeout: MCP_START_MS },
      // What a server says unasked is nothing to us
      onUncaughtError: () => undefined,
    })
  }

  private headers(server: McpAddress): Record<string, string> {
    const { headers = {} } = server
    this.requireVariables(server, Object.values(headers).map(headerVariable))
    return Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [
        key,
        // A function: in a text, "$&" has a meaning
        value.replace(/\$\{\w+\}/, () => process.env[headerVariable(value)]!),
      ]),
    )
  }

  private requireVariables<Server>(server: Server, names: readonly string[]): Server {
    const missing = names.find((name) => process.env[name] === undefined)
    if (missing === undefined) return server
    throw new TroupeError(
      'ToolServerUnavailable',
      `the MCP server "${this.name}" is handed ${missing}, which is not set`,
      {
        hint: `set ${missing} in the environment of the worker`,
      },
    )
  }

  /** Without its cause, in whose text secrets may stand as well. */
  private fail(error: unknown): never {
    this.signal.throwIfAborted()
    const known = asTroupeError(error)
    if (known) throw known
    const status = (error as { statusCode?: number }).statusCode
    const refused = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429
    const said = this.program?.said ? `; it said: ${this.program.said}` : ''
    const message = this.clean(`${messageOf(error)}${said}`)
    throw new TroupeError('ToolServerUnavailable', `the MCP server "${this.name}" does not serve: ${message}`, {
      retryable: !refused && (error as { code?: string }).code !== 'ENOENT',
      hint: isProgram(this.server)
        ? `see whether it starts: ${this.server.command}`
        : 'see whether its address is right',
    })
  }
}
