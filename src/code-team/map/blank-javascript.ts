// PURE. JavaScript and TypeScript without comments and without what stands in strings, so that brackets can be counted.
import { blank } from './scanned'

/** What comes before a slash that begins a regular expression, and no division. */
const BEFORE_EXPRESSION = /(^|[(,=:[!&|?{};+\-*%~^]|\b(?:return|typeof|case|in|of|do|else|void))\s*$/
/** A regular expression in one line. */
const EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
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
    else if (letter === '"' || letter === "'") quoted(stringEnd(text, place))
    else if (letter === '`') {
      end = templates ? templateEnd(text, place, NESTED) : undefined
      // After one without an end nothing tells which of the others begin and which end
      templates = end !== undefined
      quoted(end)
    } else if (letter === '/' && BEFORE_EXPRESSION.test(before)) {
      end = expressionEnd(text, place)
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

/** A string ends in its line: what looks like one without an end (an apostrophe in JSX) is none. */
function stringEnd(text: string, start: number): number | undefined {
  for (let place = start + 1; place < text.length; place++) {
    if (text[place] === '\\') place++
    else if (text[place] === '\n') return undefined
    else if (text[place] === text[start]) return place + 1
  }
  return undefined
}

/** With what is inserted, strings and templates in it included; undefined where it never ends. */
function templateEnd(text: string, start: number, nested: number): number | undefined {
  for (let place = start + 1; place < text.length; place++) {
    if (text[place] === '\\') place++
    else if (text[place] === '`') return place + 1
    else if (text[place] === '$' && text[place + 1] === '{') {
      const end = nested === 0 ? undefined : insertedEnd(text, place + 2, nested - 1)
      if (end === undefined) return undefined
      place = end
    }
  }
  return undefined
}

/** The place of the brace that ends what is inserted. */
function insertedEnd(text: string, start: number, nested: number): number | undefined {
  let depth = 1
  for (let place = start; place < text.length; place++) {
    const letter = text[place]!
    if (letter === '{') depth++
    else if (letter === '}' && --depth === 0) return place
    else if (letter === '"' || letter === "'") place = (stringEnd(text, place) ?? place + 1) - 1
    else if (letter === '`') {
      const end = templateEnd(text, place, nested)
      if (end === undefined) return undefined
      place = end - 1
    }
  }
  return undefined
}

function expressionEnd(text: string, start: number): number {
  EXPRESSION.lastIndex = start
  return EXPRESSION.exec(text) ? EXPRESSION.lastIndex : start + 1
}
