// PURE. What a Rust file offers and uses: what is `pub`, methods under their type, `use` and `mod`.
import { Code } from './code'
import { blank, oneLine, unique, type Exported, type Scanner } from './scanned'
import { pathsOf } from './rust-paths'

/** What has no end goes to the text's: looking for the ends of many would take the square of its length. */
const NOT_CODE =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\bb?r(#*)"[\s\S]*?(?:"\1|$)|b?"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[^'\n]*)'/g
const PUBLIC = 'pub(?:\\s*\\([^()]*\\))?\\s+'
const FUNCTION = '(?:default\\s+|const\\s+|async\\s+|unsafe\\s+|extern\\s+)*fn'
const ITEM = new RegExp(
  `^${PUBLIC}(${FUNCTION}|struct|enum|trait|type|const|static(?:\\s+mut)?|mod|union)\\s+(\\w+)`,
  'gm',
)
const METHOD = new RegExp(`^[ \\t]+${PUBLIC}${FUNCTION}\\s+(\\w+)`, 'gm')

const AGAIN = new RegExp(`^${PUBLIC}use\\s+`, 'gm')
const USE = new RegExp(`^[ \\t]*(?:${PUBLIC})?use\\s+`, 'gm')
const MODULE = new RegExp(`^[ \\t]*(?:${PUBLIC})?mod\\s+(\\w+)\\s*;`, 'gm')

export const scanRust: Scanner = (text, requireTime) => {
  const code = new Code(
    text,
    text.replace(NOT_CODE, (found) => blank(found)),
    requireTime,
  )
  const found = [...items(code), ...methods(code), ...again(code), ...macros(code)]
  const exports = found.sort((a, b) => a.place - b.place).map(({ name, signature }) => ({ name, signature }))
  return { exports, imports: unique([...modules(code), ...uses(code)]) }
}

type Found = Exported & { place: number }

/** Types whole; of functions and values what stands before their body. */
function items(code: Code): Found[] {
  return code.matches(ITEM, ({ found: { 1: kind, 2: name }, place, limit }) => {
    const end = code.outside(place, '{;=', limit)
    const whole = /^(struct|enum|trait|union)$/.test(kind!) && code.blanked[end] === '{'
    return [{ name: name!, signature: code.text.slice(place, whole ? code.behind(end, limit) : end).trimEnd(), place }]
  })
}

/** Of `impl Type` and `impl Trait for Type`. */
function methods(code: Code): Found[] {
  return code.matches(/^(?:unsafe\s+)?impl\b/gm, ({ found: [head], place: start, limit }) => {
    const open = code.blanked.slice(start, limit).search(/[{;]/) + start
    if (code.blanked[open] !== '{') return []
    const target = code.blanked
      .slice(start + head.length, open)
      .replace(/^\s*<[^{]*?>\s*(?=[A-Z&])/, '')
      .split(/\sfor\s/)
      .at(-1)!
    const type = /\w+/.exec(target.replace(/\bdyn\b|\bmut\b|'\w+/g, ''))?.[0] ?? ''
    const method = (name: string, place: number, end: number): Found => ({
      ...{ name: `${type}::${name}`, signature: code.text.slice(place, code.outside(place, '{;', end)).trim(), place },
    })
    const body = [open + 1, code.behind(open, limit)] as const
    return code.matches(METHOD, ({ found, place, limit: end }) => [method(found[1]!, place, end)], body)
  })
}

/** `pub use a::{b, c as d}`: what is handed on. */
function again(code: Code): Found[] {
  return code.matches(AGAIN, ({ found: [head], place, limit }) => {
    const end = code.find(';', place, limit)
    if (end === limit) return []
    const signature = oneLine(code.blanked.slice(place, end + 1))
    return pathsOf(code.blanked.slice(place + head.length, end)).map((path) => {
      const name = path
        .split(/\s+as\s+/)
        .at(-1)!
        .split('::')
        .at(-1)!
      return { name: name === '*' ? `* of ${path}` : name, signature, place }
    })
  })
}

function macros(code: Code): Found[] {
  const pattern = /#\[macro_export[^\][]*\]\s*macro_rules!\s+(\w+)/g
  return code.matches(pattern, ({ found: { 1: name }, place }) => [
    { name: `${name}!`, signature: `macro_rules! ${name}`, place },
  ])
}

/** `mod a;` is the file of a module below this one. */
function modules({ blanked }: Code): string[] {
  return [...blanked.matchAll(MODULE)].map(([, name]) => `mod ${name}`)
}

function uses(code: Code): string[] {
  return code.matches(USE, ({ found: [head], place, limit }) => {
    const end = code.find(';', place, limit)
    if (end === limit) return []
    return pathsOf(code.blanked.slice(place + head.length, end)).map((path) => path.split(/\s+as\s+/)[0]!)
  })
}
