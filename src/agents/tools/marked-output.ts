// HOST. A tool's result as the AI SDK hands it to the model: every text in it marked as data.
import type { Tool } from 'ai'
import { asData } from './as-data'

type ToModelOutput = NonNullable<Tool['toModelOutput']>
type Output = Awaited<ReturnType<ToModelOutput>>

/** What `tool` itself would tell, or the result as text or JSON, in envelopes. `name` is the one that the model calls. */
export function markedOutput(name: string, { toModelOutput }: Tool): ToModelOutput {
  return async (call) => {
    if (toModelOutput) return marked(name, await toModelOutput(call))
    const output: unknown = call.output
    return { type: 'text', value: asData(name, textOf(output)) }
  }
}

function marked(name: string, output: Output): Output {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return { ...output, value: asData(name, output.value) }
    case 'json':
      return { ...output, type: 'text', value: asData(name, textOf(output.value)) }
    case 'error-json':
      return { ...output, type: 'error-text', value: asData(name, textOf(output.value)) }
    case 'content':
      return {
        ...output,
        value: output.value.map((part) => (part.type === 'text' ? { ...part, text: asData(name, part.text) } : part)),
      }
    default:
      return output
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
}
