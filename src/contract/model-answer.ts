// PURE. What is kept of a model's answer: what it said and what it cost, and nothing of the request or the connection.
import type { JsonObject } from './json'

export interface ModelAnswer {
  /** Texts, reasoning, tool calls, files (base64) and sources, as the AI SDK has them (`LanguageModelV3Content`). */
  content: JsonObject[]
  finishReason: { unified: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other'; raw?: string }
  /** As the provider counted; a number that it did not tell is missing. */
  usage: {
    inputTokens: { total?: number; noCache?: number; cacheRead?: number; cacheWrite?: number }
    outputTokens: { total?: number; text?: number; reasoning?: number }
  }
}

/** What one call has cost. */
export interface ModelTokens {
  input: number
  output: number
  /** Of the input: what the provider had in its cache, and what it put there; absent where it was none, or nobody says. */
  cachedInput?: number
  cacheWrites?: number
  /** Of what it put there: what it keeps for an hour, at a higher price than the usual minutes. */
  hourCacheWrites?: number
  /** The provider did not count, or not all: then these are estimates, three bytes a token. */
  estimated?: true
}

/** One model call of a run, as it was recorded. */
export interface RecordedCall {
  subtask: string
  agent: string
  /** The logical attempt, from 0: it rises when recorded answers themselves made an attempt fail. */
  attempt: number
  /** Which of the execution's model calls it was, from 0. */
  number: number
  /** `<provider>/<model>` */
  model: string
  tokens: ModelTokens
  answer: ModelAnswer
}
