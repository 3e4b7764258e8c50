// PURE. What a tool of an MCP server returned, as a text.
import { isObject } from '../../../contract/json'

export interface ToolResult {
  content?: unknown
  structuredContent?: unknown
  isError?: boolean
  toolResult?: unknown
}

/** @throws Error with the text, where the tool says that it failed */
export function resultText(result: ToolResult): string {
  const { content, structuredContent, isError, toolResult } = result
  const parts = Array.isArray(content) ? content.map(partText) : []
  const text = parts.length > 0 ? parts.join('\n') : JSON.stringify(structuredContent ?? toolResult ?? null)
  if (isError) throw new Error(text)
  return text
}

/** Bytes are told by their kind and length alone. */
function partText(part: unknown): string {
  if (!isObject(part)) return JSON.stringify(part)
  const inner = isObject(part.resource) ? part.resource : part
  if (typeof inner.text === 'string') return inner.text
  const bytes = [inner.data, inner.blob].find((one) => typeof one === 'string') as string | undefined
  if (bytes === undefined) return JSON.stringify(part)
  return `[${String(inner.mimeType ?? part.type)}: ${bytes.length} characters of base64, not shown]`
}
