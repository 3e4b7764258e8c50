// PURE. JavaScript and TypeScript without comments and without what stands in strings, so that brackets can be counted.
import { expressionEnd } from '../regular-expression'
import { Strings } from './javascript-strings'
import { blank } from './scanned'

/** What comes before a slash that begins a regular expression, and no division. */
const BEFORE_EXPRESSION = /(^|[(,=:[!&|?{};+\-*%~^]|\b(?:return|typeof|case|in|of|do|else|void))\s*$/
/** How much before a slash is looked at. */
const CONTEXT = 20

/** Templates in templates; deeper ones are taken as they come. */
const NESTED = 20

/** Of the same length and with the same lines; strings keep their quotes. */
export function blankJavaScript(text: string): string {
  const blanked: string[] = []
  let before = ''
  let place = 0
  let templates = true
  const strings = new Strings(text)
  const put = (kept: string, end: number): void => {
    blanked.push(kept)
    before = (before + kept).slice(-CONTEXT)
    place = end
  }
  const quoted = (end: number | undefined): void => {
    if (end === undefined) put(' ', place + 1)
    else put(text[place]! + blank(text.slice(place + 1, end - 1)) + text[end - 1]!, end)
  }
  while (place < text.length) {
    const letter = text[place]!
    const next = text[place + 1]
    let end: number | undefined = place + 1
    if (letter === '/' && next === '/') put(blank(text.slice(place, (end = endOf(text, '\n', place)))), end)
    else if (letter === '/' && next === '*') put(blank(text.slice(place, (end = endOf(text, '*/', place + 2, 2)))), end)
    else if (letter === '"' || letter === "'") quoted(strings.stringEnd(place))
    else if (letter === '`') {
      end = templates ? strings.templateEnd(place, NESTED) : undefined
      // After one without an end nothing tells which of the others begin and which end
      templates = end !== undefined
      quoted(end)
    } else if (letter === '/' && BEFORE_EXPRESSION.test(before)) {
      end = expressionEnd(text, place) ?? place + 1
      put(blank(text.slice(place, end)), end)
    } else put(letter, end)
  }
  return blanked.join('')
}

/** The place of a mark, behind `more` of its characters; the text's end where there is none. */
function endOf(text: string, mark: string, from: number, more = 0): number {
  const found = text.indexOf(mark, from)
  return found < 0 ? text.length : found + more
}
