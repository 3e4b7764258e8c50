// PURE. A conversation with a model in its parts: the beginning, which stays, and rounds, of which none is ever torn apart.
import type { LanguageModelV3Message, LanguageModelV3Prompt } from '@ai-sdk/provider'

/** Where the beginning ends: the system message, and what was asked before the model said anything. */
export function beginningOf(prompt: LanguageModelV3Prompt): number {
  const first = prompt.findIndex(({ role }) => role === 'assistant')
  return first < 0 ? prompt.length : first
}

/** The places at which a round begins: an answer of the model, with the results of the tools that it called. */
export function roundsOf(prompt: LanguageModelV3Prompt): number[] {
  return prompt.flatMap(({ role }, place) => (role === 'assistant' ? [place] : []))
}

/** What was said, as a text that a model can read. */
export function transcript(messages: readonly LanguageModelV3Message[]): string {
  return messages.map((message) => `[${message.role}]\n${textOf(message)}`).join('\n\n')
}

function textOf({ content }: LanguageModelV3Message): string {
  return typeof content === 'string' ? content : content.map(partText).filter(Boolean).join('\n')
}

type Part = Exclude<LanguageModelV3Message['content'], string>[number]

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text
    case 'tool-call':
      return `calls ${part.toolName} with ${JSON.stringify(part.input)}`
    case 'tool-result':
      return `${part.toolName} returned: ${outputText(part.output)}`
    case 'file':
      return `(a file: ${part.mediaType})`
    default:
      return '' // how it came to its answer, and what only its provider reads
  }
}

function outputText(output: Extract<Part, { type: 'tool-result' }>['output']): string {
  return 'value' in output && typeof output.value === 'string' ? output.value : JSON.stringify(output)
}
