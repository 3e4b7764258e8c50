// PURE. How an exported declaration is used: a function's head, a type whole, a class without the bodies of its methods.
import type { Code } from './code'

/** Characters of a constant that is told with its value. */
const SHORT = 160
/** Characters in which the keywords of a declaration stand. */
const HEAD = 200
/** A brace after one of these begins a type, and no body. */
const TYPE_FOLLOWS = /([:<,|&(=]|=>|\bis|\bextends)\s*$/
/** Characters in which the end of a class's member is looked for first: then in twice as many, and so on. */
const NEAR = 32

const CLASS = /^export\s+(default\s+)?(declare\s+|abstract\s+)*class\b/

/** Of the declaration that begins at `place`, up to the next at `limit`; the text's own words, comments among them. */
export function signatureOf(code: Code, place: number, limit: number): string {
  const end = signatureEnd(code, place, limit)
  if (CLASS.test(code.blanked.slice(place, place + HEAD))) return classSignature(code, place, end, limit)
  return code.text.slice(place, end).trimEnd()
}

function signatureEnd(code: Code, place: number, limit: number): number {
  const head = code.blanked.slice(place, place + HEAD)
  if (/^export\s+(default\s+)?(declare\s+)?(async\s+)?function\b/.test(head)) return functionHead(code, place, limit)
  if (CLASS.test(head)) return bodyStart(code, place, limit)
  if (/^export\s+(default\s+)?(declare\s+)?(const\s+)?(interface|enum|namespace|module)\b/.test(head)) {
    return code.behind(code.find('{', place, limit), limit)
  }
  if (/^export\s+(declare\s+)?type\b/.test(head)) return statementEnd(code, place, limit)
  return valueEnd(code, place, limit)
}

/** `export const a: T = value`: with the value where it is short, and the head where it is a function. */
function valueEnd(code: Code, place: number, limit: number): number {
  const end = statementEnd(code, place, limit)
  const equals = assignment(code, place, end)
  if (equals === undefined) return end
  const value = code.blanked.slice(equals, end)
  if (/^\s*(async\s+)?function\b/.test(value)) return functionHead(code, equals, limit)
  if (/^\s*(async\s*)?(<[^>]*>\s*)?(\(|[\w$]+\s*=>)/.test(value)) {
    const arrow = arrowAfter(code, equals, end)
    if (arrow !== undefined) return arrow
  }
  return end - place <= SHORT ? end : equals
}

/** The place behind the first `=` outside of brackets that assigns. */
function assignment(code: Code, from: number, end: number): number | undefined {
  const { blanked } = code
  for (let place = code.outside(from, '=', end); place < end; place = code.outside(place + 1, '=', end)) {
    if (blanked[place] !== '=') return undefined
    if (blanked[place + 1] !== '>' && blanked[place + 1] !== '=' && !'=!<>'.includes(blanked[place - 1] ?? '')) {
      return place + 1
    }
  }
  return undefined
}

function arrowAfter(code: Code, from: number, end: number): number | undefined {
  for (let place = code.outside(from, '=', end); place < end; place = code.outside(place + 1, '=', end)) {
    if (code.blanked[place] !== '=') return undefined
    if (code.blanked[place + 1] === '>') return place + 2
  }
  return undefined
}

function functionHead(code: Code, place: number, limit: number): number {
  const open = code.find('(', place, limit)
  return open === limit ? statementEnd(code, place, limit) : bodyStart(code, code.behind(open, limit), limit)
}

/** The first brace that begins no type; or the end of a declaration without a body. */
function bodyStart(code: Code, from: number, limit: number): number {
  let place = from
  for (;;) {
    place = code.outside(place, '{;', limit)
    const before = code.blanked.slice(Math.max(from - 1, place - 20), place)
    if (place === limit || code.blanked[place] !== '{' || !TYPE_FOLLOWS.test(before)) return place
    place = code.behind(place, limit)
  }
}

/** A semicolon; or the end of a line after which something else begins. */
function statementEnd(code: Code, from: number, limit: number): number {
  const { blanked } = code
  for (let place = from; ; place++) {
    place = code.outside(place, ';\n', limit)
    if (place >= limit || blanked[place] !== '\n') return Math.min(place, limit)
    const goesOn = /[=|&,:?+(]\s*$/.test(blanked.slice(Math.max(from, place - 20), place))
    if (!goesOn && /^\s*($|[^\s|&.?:=])/.test(blanked.slice(place + 1, place + 200))) return place
  }
}

/** Its members without their bodies, those that are private left out. */
function classSignature(code: Code, place: number, open: number, limit: number): string {
  const { text, blanked } = code
  const last = code.behind(open, limit) - 1
  const lines: string[] = []
  for (let from = open + 1; from < last;) {
    // What comes before it is its comment
    const start = from + blanked.slice(from, last).search(/[^\s;]|$/)
    if (start >= last) break
    const end = memberEnd(code, start, last)
    const equals = assignment(code, start, end)
    const member = text.slice(from, equals === undefined ? end : equals - 1)
    if (!/^(#|private\b|static\s*$)/.test(blanked.slice(start, end)))
      lines.push(`  ${member.replace(/^[\s;]+/, '').trimEnd()}`)
    from = blanked[end] === '{' ? code.behind(end, last) : Math.max(end, start + 1)
  }
  return `${text.slice(place, open).trimEnd()} {\n${lines.join('\n')}\n}`
}

/** Where the body of a method begins or a statement ends. No further is looked than twice as far as that is. */
function memberEnd(code: Code, start: number, last: number): number {
  for (let far = NEAR; ; far *= 2) {
    const limit = Math.min(start + far, last)
    const end = Math.min(bodyStart(code, start, limit), statementEnd(code, start, limit))
    if (end < limit || limit === last) return end
  }
}
