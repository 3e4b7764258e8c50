// Tokens of a text, as the current OpenAI models count them (o200k), without holding up anything else for long.
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Characters that are counted at a time: the tokenizer's time grows with the square of a word's length. */
const PIECE = 4_000
/** The worker's other executions and its heartbeats get their turn so often. */
const PAUSE_AFTER_MS = 25

export async function countTokens(text: string, signal: AbortSignal): Promise<number> {
  // It is large: whoever only loads the team does without it
  const tokenizer = await import('gpt-tokenizer')
  let tokens = 0
  let rested = Date.now()
  for (const piece of pieces(text)) {
    // What looks like a model's control token is only text in a file
    tokens += tokenizer.countTokens(piece, { allowedSpecial: new Set(), disallowedSpecial: new Set() })
    if (Date.now() - rested < PAUSE_AFTER_MS) continue
    await nextTurn()
    signal.throwIfAborted()
    rested = Date.now()
  }
  return tokens
}

/** Whole lines where lines are shorter than a piece, so that the count is nearly that of the whole text. */
function* pieces(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const limit = start + PIECE
    const lineEnd = limit < text.length ? text.lastIndexOf('\n', limit) + 1 : text.length
    const end = lineEnd > start ? lineEnd : limit
    yield text.slice(start, end)
    start = end
  }
}
