// HOST. The tools of one execution, from their grants to what carries them out.
import { changesFiles, FETCH_TOOL, isWorkspaceTool, type ToolGrant, type WorkspaceTool } from '../../contract/tools'
import type { AgentContext } from '../context'
import { keepSecret } from '../ledger/equip'
import { fetchTool } from '../network/fetch-tool'
import { AgentFiles } from './files/agent-files'
import { fileTool } from './files/file-tools'
import type { GivenTool } from './given-tool'
import { openServers } from './mcp/server-tools'
import type { SortedTools } from './own-tools'
import { secretNames, secretValues, withSecretsKept } from './tool-secrets'

/** What an execution has in hand. */
export interface ToolBox {
  given: GivenTool[]
  /** Where a tool works on files. */
  files?: AgentFiles
  /** Whether the agent's output is `{output, snapshot}`. */
  returnsFiles: boolean
  /** Ends what was started for them. */
  close(): Promise<void>
}

/** @throws TroupeError for a payload whose snapshot is none, `SecretMissing`, and `ToolServerUnavailable` */
export async function openTools({ tools = [], own, mcp = {} }: SortedTools, context: AgentContext): Promise<ToolBox> {
  for (const grant of tools) secretValues(grant)
  const secrets = secretNames({ tools, mcp })
  keepSecret(context, secrets)
  const files =
    filesOnly(tools, own).length > 0 ? await AgentFiles.open(context.artifacts, context.task.payload) : undefined
  const servers = await openServers(withoutOwn(tools, own), mcp, context)
  // What its tools are is the server's own word, and the model reads it first
  if (servers.given.length > 0) await context.untrusted('what an MCP server says of its tools')
  const given = tools.flatMap((grant): GivenTool[] => {
    if (Object.hasOwn(own, grant.name)) return [{ grant, tool: own[grant.name]!, isOwn: true }]
    if (grant.name === FETCH_TOOL) return [fetchTool(grant, context)]
    if (files && isFileGrant(grant)) return [fileTool(grant, files, context)]
    return servers.given.filter((one) => one.grant === grant)
  })
  return {
    given: withSecretsKept(given, secrets, context),
    ...(files ? { files } : {}),
    returnsFiles: returnsFiles({ tools, own }),
    close: servers.close,
  }
}

/** Whether the output of an agent with these tools is `{output, snapshot}`. */
export function returnsFiles({ tools = [], own }: SortedTools): boolean {
  return changesFiles(filesOnly(tools, own))
}

function filesOnly(tools: readonly ToolGrant[], own: object): ToolGrant[] {
  return withoutOwn(tools, own).filter(isFileGrant)
}

/** Without those that the team's code defines itself, under whatever name. */
function withoutOwn(tools: readonly ToolGrant[], own: object): ToolGrant[] {
  return tools.filter(({ name }) => !Object.hasOwn(own, name))
}

function isFileGrant(grant: ToolGrant): grant is ToolGrant & { name: WorkspaceTool } {
  return isWorkspaceTool(grant.name)
}
