// TEAM. Small changes to a program that its tests should notice: an operator, a condition, a constant, what is returned. Pure,
// and always the same for the same text.
import { endsValue, tokensOf, type Syntax, type Token } from './tokens'

export interface Mutation {
  /** From 1. */
  line: number
  /** What stood there, and what stands there now. */
  was: string
  now: string
  /** The whole file. */
  source: string
}

const OPERATORS: Readonly<Record<string, string>> = {
  ...{ '===': '!==', '!==': '===', '==': '!=', '!=': '==', '<=': '<', '>=': '>', '<': '<=', '>': '>=' },
  ...{ '+': '-', '-': '+', '*': '/', '/': '*', '%': '*', '//': '*', '+=': '-=', '-=': '+=', '++': '--', '--': '++' },
  ...{ '&&': '||', '||': '&&', '??': '&&', and: 'or', or: 'and' },
}
/** Between other things they are types, signs, or the star of a call. */
const BETWEEN_SPACES = new Set(['<', '>', '+', '-', '*', '/', '%', '//'])
const CONSTANTS: Readonly<Record<string, string>> = { true: 'false', false: 'true', True: 'False', False: 'True' }
const NOTHING: Readonly<Record<Syntax, string>> = { javascript: 'undefined', python: 'None' }
/** Tokens in which the end of a condition or of what is returned is looked for: they are to be on one line. */
const FAR = 200
/** Characters of a changed text that are told. */
const TOLD = 80

/** By the ending of its path; undefined for what we cannot change. */
export function syntaxOf(path: string): Syntax | undefined {
  if (/\.[cm]?[jt]sx?$/.test(path) && !path.endsWith('.d.ts')) return 'javascript'
  return path.endsWith('.py') ? 'python' : undefined
}

/** All that can be made on these lines. */
export function mutationsOf(source: string, syntax: Syntax, lines: ReadonlySet<number>): Mutation[] {
  const tokens = tokensOf(source, syntax)
  return tokens.flatMap((token, place) => {
    if (!lines.has(token.line)) return []
    const change = changeAt(source, tokens, place, syntax)
    if (!change) return []
    const { start, end, now } = change
    const was = source.slice(start, end)
    return [
      {
        line: token.line,
        was: was.slice(0, TOLD),
        now: now.slice(0, TOLD),
        source: source.slice(0, start) + now + source.slice(end),
      },
    ]
  })
}

interface Change {
  start: number
  end: number
  now: string
}

function changeAt(source: string, tokens: readonly Token[], place: number, syntax: Syntax): Change | undefined {
  const token = tokens[place]!
  const { kind, text, start } = token
  const replaced = (now: string): Change => ({ start, end: start + text.length, now })
  if (kind === 'number') return /^\d{1,9}$/.test(text) ? replaced(String(Number(text) + 1)) : undefined
  if (kind === 'text') return undefined
  if (Object.hasOwn(CONSTANTS, text)) return replaced(CONSTANTS[text]!)
  if (text === 'if' || text === 'elif') return condition(source, tokens, place, syntax)
  if (text === 'return') return returned(tokens, place, syntax)
  if (!Object.hasOwn(OPERATORS, text)) return undefined
  const spaced = /\s/.test(source[start - 1] ?? '') && /\s/.test(source[start + text.length] ?? '')
  if (BETWEEN_SPACES.has(text) && (!spaced || !endsValue(tokens[place - 1]))) return undefined
  return replaced(OPERATORS[text]!)
}

/** The opposite of what is asked. */
function condition(source: string, tokens: readonly Token[], place: number, syntax: Syntax): Change | undefined {
  const first = tokens[place + 1]
  if (!first || (syntax === 'javascript' && first.text !== '(')) return undefined
  const ends = syntax === 'javascript' ? ')' : ':'
  const last = endOf(tokens, place + 1, (token, depth) => depth === 0 && token.text === ends)
  // In Python a comprehension has conditions without an end of their own
  if (last === undefined || tokens[last]!.line !== tokens[place]!.line) return undefined
  const [start, end] =
    syntax === 'javascript' ? [first.start + 1, tokens[last]!.start] : [first.start, tokens[last]!.start]
  const asked = source.slice(start, end)
  return { start, end, now: syntax === 'javascript' ? `!(${asked})` : `not (${asked})` }
}

/** Nothing is returned, where what is returned ends on its line. */
function returned(tokens: readonly Token[], place: number, syntax: Syntax): Change | undefined {
  const [keyword, first] = [tokens[place]!, tokens[place + 1]]
  if (!first || first.line !== keyword.line || first.text === ';' || first.text === NOTHING[syntax]) return undefined
  const after = endOf(
    tokens,
    place + 1,
    (token, depth) => token.text === ';' || depth < 0 || (depth === 0 && token.line > keyword.line),
  )
  if (after === undefined && tokens.length > place + FAR) return undefined
  const last = tokens[(after ?? tokens.length) - 1]!
  const next = after === undefined ? undefined : tokens[after]
  const goesOn = next?.kind === 'sign' && ![';', '}', ')', ']', '@', '(', '['].includes(next.text)
  if (last.line !== keyword.line || !endsValue(last) || goesOn) return undefined
  return { start: first.start, end: last.start + last.text.length, now: NOTHING[syntax] }
}

/** The first token from a place on at which something holds, with how deep in brackets it is: closing ones are outside. */
function endOf(
  tokens: readonly Token[],
  from: number,
  holds: (token: Token, depth: number) => boolean,
): number | undefined {
  let depth = 0
  for (let place = from; place < Math.min(tokens.length, from + FAR); place++) {
    const token = tokens[place]!
    if (token.kind === 'sign' && ')]}'.includes(token.text)) depth -= 1
    if (holds(token, depth)) return place
    if (token.kind === 'sign' && '([{'.includes(token.text)) depth += 1
  }
  return undefined
}

/** So many of a list, spread over all of it. */
export function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, place) => items[Math.floor((place * items.length) / count)]!)
}
