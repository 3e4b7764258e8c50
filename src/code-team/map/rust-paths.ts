// PURE. The paths of a `use` of Rust.
import { Code } from './code'
import { oneLine } from './scanned'

/** Braces in braces. */
const DEEPEST = 8
/** Characters of a path; what is longer is no name, and before many braces it would be told many times. */
const LONGEST = 300

/** `a::{b, c::{d, self}}` as `a::b`, `a::c::d` and `a::c`. */
export function pathsOf(tree: string, depth = DEEPEST): string[] {
  const text = oneLine(tree)
  const open = text.indexOf('{')
  if (open < 0 || depth === 0) return text === '' || text.length > LONGEST ? [] : [text]
  const prefix = text.slice(0, open)
  if (prefix.length > LONGEST) return []
  const code = new Code(text, text, () => {})
  return listOf(code, open + 1, code.behind(open) - 1)
    .flatMap((part) => pathsOf(part, depth - 1))
    .map((path) => (path === 'self' ? prefix.replace(/::$/, '') : prefix + path))
}

/** The parts between commas that are outside of braces. */
function listOf(code: Code, begin: number, limit: number): string[] {
  const parts: string[] = []
  for (let from = begin; from <= limit;) {
    const end = code.outside(from, ',', limit)
    parts.push(code.text.slice(from, end).trim())
    from = end + 1
  }
  return parts.filter((part) => part !== '')
}
