// HOST. Tools whose results are recorded, and bounded: a retry after a crash does not call them again.
import type { Tool, ToolSet } from 'ai'
import type { AgentContext } from '../context'
import { recordedTool } from '../ledger/equip'
import { toldResult, type ToolGuard } from './tool-guard'

/** The same tools; those that Troupe executes go through the ledger. */
export function recordedTools(tools: ToolSet, context: AgentContext, guard: ToolGuard): ToolSet {
  const entries = Object.entries(tools).map(([name, tool]) => [name, recorded(name, tool, context, guard)])
  return Object.fromEntries(entries) as ToolSet
}

function recorded(name: string, tool: Tool, context: AgentContext, guard: ToolGuard): Tool {
  const { execute, toModelOutput } = tool
  if (!execute) return tool
  const once = async (input: unknown, options: Parameters<typeof execute>[1]): Promise<unknown> => {
    guard.count(name, input)
    return recordedTool(context, name, input, async () => {
      const result = await last(await execute(input, options))
      // One that says itself what the model is told knows what that costs
      return toModelOutput ? result : toldResult(result, context.artifacts)
    })
  }
  return { ...tool, execute: once } as Tool
}

/** A tool may return its results bit by bit: the last one counts. */
async function last(result: unknown): Promise<unknown> {
  if (typeof (result as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] !== 'function') return result
  let value: unknown
  for await (const next of result as AsyncIterable<unknown>) value = next
  return value
}
