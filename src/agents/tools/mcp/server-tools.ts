// HOST. The tools of MCP servers that an agent is given. What they are is recorded as a step, so that a replay asks the model the
// same and needs no server; a server is started at the first live need.
import type { Tool, ToolExecutionOptions } from 'ai'
import { TroupeError } from '../../../contract/errors'
import { quote, shortened, type JsonValue } from '../../../contract/json'
import { choicesHint } from '../../../contract/nearest'
import { SERVER_SEPARATOR, type McpServer, type ToolGrant } from '../../../contract/tools'
import type { AgentContext } from '../../context'
import { cleanJson } from '../../models/secrets'
import type { GivenTool } from '../given-tool'
import { McpConnection, type Definition } from './connection'
import { MCP_DESCRIPTION_LENGTH } from './limits'

export interface ServerTools {
  given: GivenTool[]
  /** Ends what was started. */
  close(): Promise<void>
}

/**
 * The tools that `grants` name, of the servers at hand, in the order of the grants.
 *
 * @throws TroupeError `ToolServerUnavailable`, also for a tool that its server does not have
 */
export async function openServers(
  grants: readonly ToolGrant[],
  servers: Record<string, McpServer>,
  context: AgentContext,
): Promise<ServerTools> {
  const connections = Object.entries(servers).map(([name, server]) => new McpConnection(name, server, context.signal))
  const close = async (): Promise<void> => {
    await Promise.all(connections.map((connection) => connection.close()))
  }
  try {
    const { jsonSchema } = await import('ai')
    const found = await Promise.all(
      connections.map(async (connection) => {
        const wanted = grants.filter(({ name }) => name.startsWith(connection.name + SERVER_SEPARATOR))
        const definitions = await context.step(`mcp ${connection.name}`, () => definitionsOf(connection, wanted))
        return wanted.map((grant, place): GivenTool => {
          const definition = definitions[place]!
          const { description, inputSchema } = definition
          const tool = {
            ...(description === undefined ? {} : { description }),
            inputSchema: jsonSchema(inputSchema as Parameters<typeof jsonSchema>[0]),
            execute: (input: unknown, { toolCallId }: ToolExecutionOptions) =>
              connection.call(definition, input, toolCallId),
          } as Tool
          return { grant, tool }
        })
      }),
    )
    return { given: found.flat(), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Of each grant, without secrets; nothing of what the server has besides. */
async function definitionsOf(connection: McpConnection, grants: readonly ToolGrant[]): Promise<Definition[]> {
  const listed = await connection.list()
  const clean = (text: string): string => connection.clean(text)
  return grants.map(({ name }) => {
    const wanted = name.slice(connection.name.length + SERVER_SEPARATOR.length)
    const definition = listed.find((one) => one.name === wanted)
    if (!definition) {
      const names = listed.map((one) => one.name)
      throw new TroupeError(
        'ToolServerUnavailable',
        `the MCP server "${connection.name}" has no tool ${quote(wanted)}`,
        { hint: clean(choicesHint(wanted, names, 'tools')) },
      )
    }
    const { description, inputSchema } = definition
    return {
      name: wanted,
      ...(description === undefined ? {} : { description: shortened(clean(description), MCP_DESCRIPTION_LENGTH) }),
      inputSchema: cleanJson(inputSchema as JsonValue, clean) as Definition['inputSchema'],
    }
  })
}
