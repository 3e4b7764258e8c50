// PURE. How an exported declaration is used: a function's head, a type whole, a class without the bodies of its methods.
import { behindBracket, outsideBrackets } from './scanned'

/** Characters of a constant that is told with its value. */
const SHORT = 160
/** A brace after one of these begins a type, and no body. */
const TYPE_FOLLOWS = /([:<,|&(=]|=>|\bis|\bextends)\s*$/

/** Of the declaration that begins at `place`; the text's own words, comments among them. */
export function signatureOf(text: string, blanked: string, place: number): string {
  const end = signatureEnd(blanked, place)
  const head = blanked.slice(place, place + 200)
  if (/^export\s+(default\s+)?(declare\s+|abstract\s+)*class\b/.test(head))
    return classSignature(text, blanked, place, end)
  return text.slice(place, end).trimEnd()
}

function signatureEnd(blanked: string, place: number): number {
  const head = blanked.slice(place, place + 200)
  if (/^export\s+(default\s+)?(declare\s+)?(async\s+)?function\b/.test(head)) return functionHead(blanked, place)
  if (/^export\s+(default\s+)?(declare\s+|abstract\s+)*class\b/.test(head)) return bodyStart(blanked, place)
  if (/^export\s+(default\s+)?(declare\s+)?(const\s+)?(interface|enum|namespace|module)\b/.test(head)) {
    return behindBracket(blanked, orEnd(blanked, blanked.indexOf('{', place)))
  }
  if (/^export\s+(declare\s+)?type\b/.test(head)) return statementEnd(blanked, place)
  return valueEnd(blanked, place)
}

/** `export const a: T = value`: with the value where it is short, and the head where it is a function. */
function valueEnd(blanked: string, place: number): number {
  const end = statementEnd(blanked, place)
  const equals = assignment(blanked, place, end)
  if (equals === undefined) return end
  const value = blanked.slice(equals, end)
  if (/^\s*(async\s+)?function\b/.test(value)) return functionHead(blanked, equals)
  if (/^\s*(async\s*)?(<[^>]*>\s*)?(\(|[\w$]+\s*=>)/.test(value)) {
    const arrow = arrowAfter(blanked, equals, end)
    if (arrow !== undefined) return arrow
  }
  return end - place <= SHORT ? end : equals
}

/** The place behind the first `=` outside of brackets that assigns. */
function assignment(blanked: string, from: number, end: number): number | undefined {
  for (let place = outsideBrackets(blanked, from, '='); place < end; place = outsideBrackets(blanked, place + 1, '=')) {
    if (blanked[place] !== '=') return undefined
    if (blanked[place + 1] !== '>' && blanked[place + 1] !== '=' && !'=!<>'.includes(blanked[place - 1] ?? '')) {
      return place + 1
    }
  }
  return undefined
}

function arrowAfter(blanked: string, from: number, end: number): number | undefined {
  for (let place = outsideBrackets(blanked, from, '='); place < end; place = outsideBrackets(blanked, place + 1, '=')) {
    if (blanked[place] !== '=') return undefined
    if (blanked[place + 1] === '>') return place + 2
  }
  return undefined
}

function functionHead(blanked: string, place: number): number {
  const open = blanked.indexOf('(', place)
  return open < 0 ? statementEnd(blanked, place) : bodyStart(blanked, behindBracket(blanked, open))
}

/** The first brace that begins no type; or the end of a declaration without a body. */
function bodyStart(blanked: string, from: number): number {
  let place = from
  for (;;) {
    place = outsideBrackets(blanked, place, '{;')
    if (blanked[place] !== '{' || !TYPE_FOLLOWS.test(blanked.slice(Math.max(from - 1, place - 20), place))) return place
    place = behindBracket(blanked, place)
  }
}

/** A semicolon; or the end of a line after which something else begins. */
function statementEnd(blanked: string, from: number): number {
  for (let place = from; ; place++) {
    place = outsideBrackets(blanked, place, ';\n')
    if (place >= blanked.length || blanked[place] !== '\n') return place
    const goesOn = /[=|&,:?+(]\s*$/.test(blanked.slice(Math.max(from, place - 20), place))
    if (!goesOn && /^\s*($|[^\s|&.?:=])/.test(blanked.slice(place + 1, place + 200))) return place
  }
}

/** Its members without their bodies, those that are private left out. */
function classSignature(text: string, blanked: string, place: number, open: number): string {
  const close = behindBracket(blanked, open)
  const lines: string[] = []
  for (let from = open + 1; from < close - 1;) {
    // What comes before it is its comment
    const start = from + blanked.slice(from).search(/[^\s;]|$/)
    if (start >= close - 1) break
    const end = Math.min(bodyStart(blanked, start), statementEnd(blanked, start), close - 1)
    const equals = assignment(blanked, start, end)
    const member = text.slice(from, equals === undefined ? end : equals - 1)
    if (!/^(#|private\b|static\s*$)/.test(blanked.slice(start, end)))
      lines.push(`  ${member.replace(/^[\s;]+/, '').trimEnd()}`)
    from = blanked[end] === '{' ? behindBracket(blanked, end) : Math.max(end, start + 1)
  }
  return `${text.slice(place, open).trimEnd()} {\n${lines.join('\n')}\n}`
}

function orEnd(text: string, place: number): number {
  return place < 0 ? text.length : place
}
