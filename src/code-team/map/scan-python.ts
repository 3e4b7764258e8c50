// PURE. What Python modules offer and import: what stands at the top, or what `__all__` names.
import { Code } from './code'
import { blank, oneLine, unique, type Exported, type Scanner } from './scanned'

/** What has no end goes to its line's or the text's: looking for the ends of many would take the square of its length. */
const STRING =
  /(?:[rbuf]{0,2})("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?)|#[^\n]*/gi

export const scanPython: Scanner = (text, requireTime) => {
  const blanked = text.replace(STRING, (found) => blank(found))
  const code = new Code(text, blanked, requireTime)
  const found = [...definitions(code), ...assigned(code)].sort((a, b) => a.place - b.place)
  const first = new Map([...found].reverse().map((one) => [one.name, one]))
  const all = namesOfAll(code)
  const exports = all
    ? all.map((name) => first.get(name) ?? { name, signature: name })
    : found.filter(({ name }) => !name.startsWith('_'))
  const byName = new Map(exports.map(({ name, signature }) => [name, { name, signature }]))
  return { exports: [...byName.values()], imports: unique(importsOf(blanked)) }
}

type Found = Exported & { place: number }

function definitions(code: Code): Found[] {
  return code.matches(/^(?:async\s+)?(def|class)\s+(\w+)/gm, ({ found: { 1: kind, 2: name }, place, limit }) => {
    const end = colonAfter(code, place, limit)
    const head = code.text.slice(place, end)
    const methods = kind === 'class' ? methodsOf(code, end, limit) : []
    return [{ name: name!, signature: [head, ...methods].join('\n'), place }]
  })
}

/** Those that are not private, and how it is made. */
function methodsOf(code: Code, from: number, limit: number): string[] {
  const next = code.blanked.slice(from, limit).search(/\n[^\s]/)
  const end = next < 0 ? limit : from + next
  const heads = code.matches(/^( +|\t+)(?:async\s+)?def\s+(\w+)/gm, (one) => [one], [from, end])
  const least = heads.reduce((fewest, { found }) => Math.min(fewest, found[1]!.length), Infinity)
  return heads
    .filter(({ found: [, indent] }) => indent!.length === least)
    .filter(({ found: { 2: name } }) => name === '__init__' || !name!.startsWith('_'))
    .map(({ place, limit: beyond }) => code.text.slice(place, colonAfter(code, place, beyond)))
}

/** Behind the colon that ends a head. */
function colonAfter(code: Code, from: number, limit: number): number {
  return Math.min(code.outside(from, ':', limit) + 1, limit)
}

function assigned(code: Code): Found[] {
  return code.matches(/^([A-Za-z_]\w*)\s*(:[^=\n]+)?=(?!=).*$/gm, ({ found: [line, name], place }) => {
    const short = !/[([{]/.test(line) && line.length <= 160
    const end = short ? line.length : line.indexOf('=') + 1
    return [{ name: name!, signature: code.text.slice(place, place + end).trimEnd(), place }]
  })
}

function namesOfAll(code: Code): string[] | undefined {
  const begin = /^__all__\s*(?::[^=\n]+)?=\s*(?=[[(])/m.exec(code.blanked)
  if (!begin) return undefined
  const open = begin.index + begin[0].length
  return [...code.text.slice(open, code.behind(open)).matchAll(/["'](\w+)["']/g)].map(([, name]) => name!)
}

/** `a.b`; `.c` and `..d.e` for those that count from the module; with the name, since that may be a module too. */
function importsOf(blanked: string): string[] {
  const imports: string[] = []
  const statements = /^[ \t]*(?:import\s+([^\n;(]+)|from\s+([.\w]{1,300})\s+import\s+(\([^()]*\)|[^\n;]+))/gm
  for (const [, plain, from, names] of blanked.matchAll(statements)) {
    if (plain !== undefined) imports.push(...listOf(plain))
    else if (from !== undefined) {
      const dot = from.endsWith('.') ? '' : '.'
      imports.push(...listOf(names!).map((name) => (name === '*' ? from : `${from}${dot}${name}`)))
    }
  }
  return imports
}

function listOf(names: string): string[] {
  return names
    .replace(/[()\\]/g, ' ')
    .split(',')
    .map((name) => oneLine(name).split(' ')[0]!)
    .filter((name) => /^([\w.]+|\*)$/.test(name))
}
