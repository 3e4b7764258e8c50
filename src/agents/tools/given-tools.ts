// HOST. The tools of one execution, from their grants to what carries them out.
import { changesFiles, isWorkspaceTool, type ToolGrant, type WorkspaceTool } from '../../contract/tools'
import type { AgentContext } from '../context'
import { AgentFiles } from './files/agent-files'
import { fileTool } from './files/file-tools'
import type { GivenTool } from './given-tool'
import type { SortedTools } from './own-tools'

/** What an execution has in hand. */
export interface ToolBox {
  given: GivenTool[]
  /** Where a tool works on files. */
  files?: AgentFiles
  /** Whether the agent's output is `{output, snapshot}`. */
  returnsFiles: boolean
}

/** @throws TroupeError for a payload whose snapshot is none */
export async function openTools({ tools = [], own }: SortedTools, context: AgentContext): Promise<ToolBox> {
  const files =
    filesOnly(tools, own).length > 0 ? await AgentFiles.open(context.artifacts, context.task.payload) : undefined
  const given = tools.flatMap((grant): GivenTool[] => {
    if (Object.hasOwn(own, grant.name)) return [{ grant, tool: own[grant.name]! }]
    return files && isFileGrant(grant) ? [fileTool(grant, files, context)] : []
  })
  return { given, ...(files ? { files } : {}), returnsFiles: returnsFiles({ tools, own }) }
}

/** Whether the output of an agent with these tools is `{output, snapshot}`. */
export function returnsFiles({ tools = [], own }: SortedTools): boolean {
  return changesFiles(filesOnly(tools, own))
}

/** Without those that the team's code defines itself, under whatever name. */
function filesOnly(tools: readonly ToolGrant[], own: object): ToolGrant[] {
  return tools.filter((grant) => !Object.hasOwn(own, grant.name) && isFileGrant(grant))
}

function isFileGrant(grant: ToolGrant): grant is ToolGrant & { name: WorkspaceTool } {
  return isWorkspaceTool(grant.name)
}
