// PURE. What a Rust file offers and uses: what is `pub`, methods under their type, `use` and `mod`.
import { behindBracket, blank, oneLine, outsideBrackets, unique, type Exported, type Scanned } from './scanned'

/** What has no end goes to the text's: looking for the ends of many would take the square of its length. */
const NOT_CODE =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\bb?r(#*)"[\s\S]*?(?:"\1|$)|b?"(?:[^"\\]|\\[\s\S])*(?:"|$)|'(?:[^'\\\n]|\\[^'\n]*)'/g
const PUBLIC = 'pub(?:\\s*\\([^)]*\\))?\\s+'
const FUNCTION = '(?:default\\s+|const\\s+|async\\s+|unsafe\\s+|extern\\s+)*fn'
const ITEM = new RegExp(
  `^${PUBLIC}(${FUNCTION}|struct|enum|trait|type|const|static(?:\\s+mut)?|mod|union)\\s+(\\w+)`,
  'gm',
)
const METHOD = new RegExp(`^[ \\t]+${PUBLIC}${FUNCTION}\\s+(\\w+)`, 'gm')

export function scanRust(text: string): Scanned {
  const blanked = text.replace(NOT_CODE, (found) => blank(found))
  const items = [...blanked.matchAll(ITEM)].map(({ 1: kind, 2: name, index }) => ({
    ...{ name: name!, signature: signatureOf(text, blanked, index, kind!), place: index },
  }))
  const found = [...items, ...methods(text, blanked), ...again(blanked), ...macros(blanked)]
  const exports = found.sort((a, b) => a.place - b.place).map(({ name, signature }) => ({ name, signature }))
  return { exports, imports: unique([...modules(blanked), ...uses(blanked)]) }
}

type Found = Exported & { place: number }

/** Types whole; of functions and values what stands before their body. */
function signatureOf(text: string, blanked: string, place: number, kind: string): string {
  const end = outsideBrackets(blanked, place, '{;=')
  const whole = /^(struct|enum|trait|union)$/.test(kind) && blanked[end] === '{'
  return text.slice(place, whole ? behindBracket(blanked, end) : end).trimEnd()
}

/** Of `impl Type` and `impl Trait for Type`. */
function methods(text: string, blanked: string): Found[] {
  return [...blanked.matchAll(/^(?:unsafe\s+)?impl\b([^{;]*)\{/gm)].flatMap(({ 0: head, 1: what, index }) => {
    const begin = index + head.length
    const body = blanked.slice(begin, behindBracket(blanked, begin - 1))
    const target = what!
      .replace(/^\s*<[^{]*?>\s*(?=[A-Z&])/, '')
      .split(/\sfor\s/)
      .at(-1)!
    const type = /\w+/.exec(target.replace(/\bdyn\b|\bmut\b|'\w+/g, ''))?.[0] ?? ''
    return [...body.matchAll(METHOD)].map(({ 1: name, index: place }) => ({
      name: `${type}::${name}`,
      signature: text.slice(begin + place, outsideBrackets(blanked, begin + place, '{;')).trim(),
      place: begin + place,
    }))
  })
}

/** `pub use a::{b, c as d}`: what is handed on. */
function again(blanked: string): Found[] {
  return [...blanked.matchAll(new RegExp(`^${PUBLIC}use\\s+([^;]+);`, 'gm'))].flatMap(({ 0: line, 1: tree, index }) =>
    pathsOf(tree!).map((path) => {
      const name = path
        .split(/\s+as\s+/)
        .at(-1)!
        .split('::')
        .at(-1)!
      return { name: name === '*' ? `* of ${path}` : name, signature: oneLine(line), place: index }
    }),
  )
}

function macros(blanked: string): Found[] {
  return [...blanked.matchAll(/#\[macro_export[^\]]*\]\s*macro_rules!\s+(\w+)/g)].map(({ 1: name, index }) => ({
    ...{ name: `${name}!`, signature: `macro_rules! ${name}`, place: index },
  }))
}

/** `mod a;` is the file of a module below this one. */
function modules(blanked: string): string[] {
  return [...blanked.matchAll(/^[ \t]*(?:pub(?:\s*\([^)]*\))?\s+)?mod\s+(\w+)\s*;/gm)].map(([, name]) => `mod ${name}`)
}

function uses(blanked: string): string[] {
  const lines = blanked.matchAll(/^[ \t]*(?:pub(?:\s*\([^)]*\))?\s+)?use\s+([^;]+);/gm)
  return [...lines].flatMap(([, tree]) => pathsOf(tree!).map((path) => path.split(/\s+as\s+/)[0]!))
}

/** `a::{b, c::{d, self}}` as `a::b`, `a::c::d` and `a::c`. */
function pathsOf(tree: string, depth = 8): string[] {
  const text = oneLine(tree)
  const open = text.indexOf('{')
  if (open < 0 || depth === 0) return text === '' ? [] : [text]
  const prefix = text.slice(0, open)
  return listOf(text.slice(open + 1, behindBracket(text, open) - 1))
    .flatMap((part) => pathsOf(part, depth - 1))
    .map((path) => (path === 'self' ? prefix.replace(/::$/, '') : prefix + path))
}

/** The parts between commas that are outside of braces. */
function listOf(text: string): string[] {
  const parts: string[] = []
  for (let from = 0; from <= text.length;) {
    const end = outsideBrackets(text, from, ',')
    parts.push(text.slice(from, end).trim())
    from = end + 1
  }
  return parts.filter((part) => part !== '')
}
