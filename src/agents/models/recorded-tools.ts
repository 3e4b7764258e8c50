// HOST. Tools whose results are recorded: a retry after a crash does not call them again.
import type { Tool, ToolSet } from 'ai'
import type { AgentContext } from '../context'
import { recordedTool } from '../ledger/equip'

/** The same tools; those that Troupe executes go through the ledger. */
export function recordedTools(tools: ToolSet, context: AgentContext): ToolSet {
  const entries = Object.entries(tools).map(([name, tool]) => [name, recorded(name, tool, context)])
  return Object.fromEntries(entries) as ToolSet
}

function recorded(name: string, tool: Tool, context: AgentContext): Tool {
  const { execute } = tool
  if (!execute) return tool
  const once = (input: unknown, options: Parameters<typeof execute>[1]): Promise<unknown> =>
    recordedTool(context, name, input, async () => last(await execute(input, options)))
  return { ...tool, execute: once } as Tool
}

/** A tool may return its results bit by bit: the last one counts. */
async function last(result: unknown): Promise<unknown> {
  if (typeof (result as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] !== 'function') return result
  let value: unknown
  for await (const next of result as AsyncIterable<unknown>) value = next
  return value
}
