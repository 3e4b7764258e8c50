// TEAM. Programs as tokens, well enough to change one of them: comments, texts and regular expressions are told from code. Pure.
// What is taken for something else gives a program that does not start, and that every test notices.
import { expressionEnd } from '../regular-expression'

export interface Token {
  kind: 'word' | 'number' | 'text' | 'sign'
  text: string
  /** In characters. */
  start: number
  /** From 1. */
  line: number
}

export type Syntax = 'javascript' | 'python'

/** What has no end goes to its line's or the text's: looking for the ends of many would take the square of its length. */
const JAVASCRIPT =
  /(?<space>\s+|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))|(?<text>'(?:\\[^]|[^'\\\n])*'?|"(?:\\[^]|[^"\\\n])*"?|`(?:\\[^]|[^`\\])*`?)|(?<number>\d[\w.]*)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<sign>===|!==|\*\*|=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|[-+*/%]=|[^\s\w])/uy
const PYTHON =
  /(?<space>\s+|#[^\n]*)|(?<text>[rbfuRBFU]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|'(?:\\[^]|[^'\\\n])*'?|"(?:\\[^]|[^"\\\n])*"?))|(?<number>\d[\w.]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<sign>\/\/|\*\*|->|:=|==|!=|<=|>=|[-+*/%]=|[^\s\w])/uy
/** After these a value begins, where a slash begins a regular expression. */
const BEFORE_A_VALUE = /^(?:return|typeof|case|in|of|delete|void|throw|new|await|yield|else)$/

export function tokensOf(source: string, syntax: Syntax): Token[] {
  const pattern = new RegExp(syntax === 'python' ? PYTHON : JAVASCRIPT)
  const tokens: Token[] = []
  let line = 1
  for (let place = 0; place < source.length;) {
    const start = place
    const isValueNext = !endsValue(tokens.at(-1))
    const mayBegin = syntax === 'javascript' && isValueNext && source[place] === '/'
    const end = mayBegin ? expressionEnd(source, place) : undefined
    pattern.lastIndex = place
    const match = end === undefined ? pattern.exec(source) : undefined
    const text = match?.[0] ?? source.slice(place, end ?? place + 1)
    const [kind = 'sign'] =
      end !== undefined ? ['text'] : (Object.entries(match?.groups ?? {}).find(([, one]) => one) ?? [])
    if (kind !== 'space') tokens.push({ kind: kind as Token['kind'], text, start, line })
    line += text.split('\n').length - 1
    place += text.length
  }
  return tokens
}

/** Whether an operator after it has something on its left. */
export function endsValue(token: Token | undefined): boolean {
  if (!token) return false
  if (token.kind === 'sign') return [')', ']', '}'].includes(token.text)
  return token.kind !== 'word' || !BEFORE_A_VALUE.test(token.text)
}
