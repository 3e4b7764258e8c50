// HOST. What a team's code writes as `tools` of a model agent, sorted: grants as data, and the tools that it brings itself.
import type { Tool, ToolSet } from 'ai'
import { TroupeError } from '../../contract/errors'
import { isObject } from '../../contract/json'
import { checkTools } from '../../contract/schema/check-tools'
import type { ChangingTool, McpServer, ModelTools, ToolEntry, ToolGrant } from '../../contract/tools'

/** A tool of the AI SDK under the conditions of a grant. */
export interface OwnTool extends ToolGrant {
  tool: Tool
}

/** Tools by name; or a list of names, grants and tools of one's own. */
export type AgentTools = ToolSet | readonly (ToolEntry | OwnTool)[]

export interface SortedTools extends ModelTools {
  /** By the names in `tools`. */
  own: ToolSet
}

type NameOf<Entry> = Entry extends string
  ? Entry
  : Entry extends { tool: Tool }
    ? never
    : Entry extends { name: infer Name }
      ? Name
      : never

/** What an agent with such tools returns: with one that changes files, also what they are then. */
export type OutputWith<Tools, Output> = Tools extends readonly (infer Entry)[]
  ? Extract<NameOf<Entry>, ChangingTool> extends never
    ? Output
    : { output: Output; snapshot: string }
  : Output

/** @throws TroupeError `InvalidTeam` naming every tool and server that is wrong */
export function sortTools(agent: string, tools: AgentTools = [], mcp?: Record<string, McpServer>): SortedTools {
  const own = new Map<string, Tool>()
  const entries = Array.isArray(tools) ? (tools as readonly (ToolEntry | OwnTool)[]) : ownOnly(tools as ToolSet)
  const written = entries.map((entry): unknown => {
    if (!isObject(entry) || !isObject(entry.tool)) return entry
    const { tool, ...grant } = entry as unknown as OwnTool
    own.set(grant.name, tool)
    return grant
  })
  const { problems, ...checked } = checkTools({ tools: written, mcp, own: [...own.keys()] }, 'agent')
  if (problems.length === 0) return { ...checked, own: Object.fromEntries(own) as ToolSet }
  const said = problems.map(({ path, message, hint }) => `${path}: ${message}${hint ? ` (${hint})` : ''}`).join('; ')
  throw new TroupeError('InvalidTeam', `the agent "${agent}" is not valid: ${said}`, { problems })
}

function ownOnly(tools: ToolSet): OwnTool[] {
  return Object.entries(tools).map(([name, tool]) => ({ name, tool }))
}
