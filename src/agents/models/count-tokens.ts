// PURE. How many tokens a text is, by OpenAI's newest encoding. Other providers cut texts otherwise (some need a third more):
// whoever holds a count against a model's window leaves room for that.
import { TroupeError } from '../../contract/errors'

/** How many tokens a text is. */
export type TokenCounter = (text: string) => number

/** Characters without a border between words from which a text is cut before it is counted: merging takes their square. */
const LONG_RUN = 2_000
const LONG_RUNS = new RegExp(`\\S{${LONG_RUN},}|\\s{${LONG_RUN},}`, 'gu')

let loaded: Promise<TokenCounter> | undefined

/** The encoding is 2 MB of tables, which most commands never need: it is loaded at the first call, and kept. */
export function tokenCounter(): Promise<TokenCounter> {
  return (loaded ??= load())
}

export async function countTokens(text: string): Promise<number> {
  return (await tokenCounter())(text)
}

/**
 * For what must not be cut.
 *
 * @throws TroupeError `TooManyTokens` with both numbers
 */
export function requireTokens(
  what: string,
  { tokens, limit, hint }: { tokens: number; limit: number; hint: string },
): void {
  if (tokens <= limit) return
  throw new TroupeError('TooManyTokens', `${what} has ${grouped(tokens)} tokens, at most ${grouped(limit)} fit`, {
    hint,
  })
}

/** A number of tokens as it is told, to people and to models. */
export function grouped(tokens: number): string {
  return tokens.toLocaleString('en')
}

async function load(): Promise<TokenCounter> {
  const encoding = await import('gpt-tokenizer/encoding/o200k_base')
  // What looks like a control token in a file is text
  const options = { disallowedSpecial: new Set<string>() }
  const count = (text: string): number => (text === '' ? 0 : encoding.countTokens(text, options))
  return (text) => piecesOf(text).reduce((sum, piece) => sum + count(piece), 0)
}

/** The text itself, but for runs that no border divides: each cut in one may count a token too many. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  let end = 0
  for (const { 0: run, index } of text.matchAll(LONG_RUNS)) {
    pieces.push(text.slice(end, index))
    for (let from = 0; from < run.length; from += LONG_RUN) pieces.push(run.slice(from, from + LONG_RUN))
    end = index + run.length
  }
  return end === 0 ? [text] : [...pieces, text.slice(end)]
}
