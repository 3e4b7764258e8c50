// PURE. The file of a recorded model: its format, and its refusal.
import type { LanguageModelV3Content, LanguageModelV3FinishReason } from '@ai-sdk/provider'
import { z } from 'zod'
import { TroupeError } from '../../contract/errors'
import type { JsonObject } from '../../contract/json'
import { joinPath } from '../../contract/schema/path'

export const RECORDING_FORMAT = 'troupe-recording'
export const RECORDING_VERSION = 1

/** Longer than any model that somebody would want to play. */
const MAX_DELAY_MS = 60_000

const finishReasons = ['stop', 'length', 'content-filter', 'tool-calls', 'error', 'other'] as const
const tokens = z.int().nonnegative()
const place = z.int().nonnegative().optional()
const typed = z.looseObject({ type: z.string() })

const answerSchema = z.strictObject({
  /** The agent's name. */
  agent: z.string().min(1),
  /** The subtask's id; any unless given. */
  subtask: z.string().optional(),
  /** The logical attempt, from 0: it rises when recorded answers were refused, not after a crash. Any unless given. */
  attempt: place,
  /** Which of the execution's model calls, from 0. Any unless given. */
  call: place,
  /** A text; an object, whose JSON is the text; or the AI SDK's parts of an answer, tool calls among them. */
  content: z.union([
    z.string(),
    z.array(typed),
    z.custom<JsonObject>(isPlainObject, 'must be a text, an object or a list'),
  ]),
  /** `tool-calls` where the content calls tools, else `stop`, unless given. */
  finishReason: z.enum(finishReasons).optional(),
  /** Tokens that the call counts as; none unless given. */
  usage: z.strictObject({ inputTokens: tokens, outputTokens: tokens }).optional(),
  /** Milliseconds that the answer lets wait for itself, so that people can watch; none unless given. */
  delayMs: z.int().nonnegative().max(MAX_DELAY_MS).optional(),
})

const recordingSchema = z.strictObject({
  format: z.literal(RECORDING_FORMAT),
  version: z.literal(RECORDING_VERSION),
  answers: z.array(answerSchema),
})

/** One answer of a recorded model. */
export type RecordedAnswer = z.output<typeof answerSchema>

/**
 * The file of a recorded model, for `scripted/<file>`.
 *
 * @example
 * { "format": "troupe-recording", "version": 1, "answers": [
 *   { "agent": "summary", "content": { "points": ["one"] }, "usage": { "inputTokens": 20, "outputTokens": 5 } },
 *   { "agent": "summary", "subtask": "long", "call": 0,
 *     "content": [{ "type": "tool-call", "toolCallId": "1", "toolName": "search", "input": { "query": "tides" } }] }
 * ] }
 */
export type Recording = z.output<typeof recordingSchema>

/** @throws TroupeError `InvalidUsage` naming every place that is wrong */
export function parseRecording(text: string, file: string): Recording {
  const parsed = recordingSchema.safeParse(parseJson(text, file))
  if (parsed.success) return parsed.data
  // The file may be any that a plan names: no value of it gets into the error
  const said = parsed.error.issues.map(({ path, message }) => `${joinPath('', path) || 'the file'}: ${message}`)
  throw notRecording(file, said.slice(0, 10).join('; '))
}

/** What an answer holds, as the AI SDK has it. */
export function contentOf({ content }: RecordedAnswer): LanguageModelV3Content[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) return [{ type: 'text', text: JSON.stringify(content) }]
  return content.map((part) => {
    const isCall = part.type === 'tool-call' && typeof part.input !== 'string'
    return (isCall ? { ...part, input: JSON.stringify(part.input ?? {}) } : part) as LanguageModelV3Content
  })
}

export function finishReasonOf(answer: RecordedAnswer): LanguageModelV3FinishReason {
  const callsTools = contentOf(answer).some(({ type }) => type === 'tool-call')
  const unified = answer.finishReason ?? (callsTools ? 'tool-calls' : 'stop')
  return { unified, raw: unified }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Beyond its position, the parser's message quotes the text
    const position = /at position \d+/.exec((error as Error).message)?.[0]
    throw notRecording(file, `no JSON${position ? ` ${position}` : ''}`)
  }
}

function notRecording(file: string, why: string): TroupeError {
  return new TroupeError('InvalidUsage', `"${file}" is not a recording of a model: ${why}`, {
    hint: `it is JSON: {"format": "${RECORDING_FORMAT}", "version": ${RECORDING_VERSION}, "answers": [{"agent": …, "content": …}]}`,
  })
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
