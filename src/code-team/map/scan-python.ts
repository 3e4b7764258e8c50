// PURE. What Python modules offer and import: what stands at the top, or what `__all__` names.
import { behindBracket, blank, oneLine, unique, type Exported, type Scanned } from './scanned'

/** What has no end goes to the text's: looking for the ends of many would take the square of its length. */
const STRING =
  /(?:[rbuf]{0,2})("""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|#[^\n]*/gi

export function scanPython(text: string): Scanned {
  const blanked = text.replace(STRING, (found) => blank(found))
  const found = [...definitions(text, blanked), ...assigned(text, blanked)].sort((a, b) => a.place - b.place)
  const all = namesOfAll(text, blanked)
  const exports = all
    ? all.map((name) => found.find((one) => one.name === name) ?? { name, signature: name })
    : found.filter(({ name }) => !name.startsWith('_'))
  const byName = new Map(exports.map(({ name, signature }) => [name, { name, signature }]))
  return { exports: [...byName.values()], imports: unique(importsOf(blanked)) }
}

type Found = Exported & { place: number }

function definitions(text: string, blanked: string): Found[] {
  return [...blanked.matchAll(/^(?:async\s+)?(def|class)\s+(\w+)/gm)].map(({ 1: kind, 2: name, index }) => {
    const end = colonAfter(blanked, index)
    const head = text.slice(index, end)
    const methods = kind === 'class' ? methodsOf(text, blanked, end) : []
    return { name: name!, signature: [head, ...methods].join('\n'), place: index }
  })
}

/** Those that are not private, and how it is made. */
function methodsOf(text: string, blanked: string, from: number): string[] {
  const next = blanked.slice(from).search(/\n[^\s]/)
  const end = next < 0 ? blanked.length : from + next
  const heads = [...blanked.slice(from, end).matchAll(/^( +|\t+)(?:async\s+)?def\s+(\w+)/gm)]
  const least = Math.min(...heads.map(([, indent]) => indent!.length))
  return heads
    .filter(([, indent, name]) => indent!.length === least && (name === '__init__' || !name!.startsWith('_')))
    .map(({ index }) => text.slice(from + index, colonAfter(blanked, from + index)))
}

/** Behind the colon that ends a head. */
function colonAfter(blanked: string, from: number): number {
  for (let place = from; place < blanked.length; place++) {
    if (blanked[place] === ':') return place + 1
    if ('([{'.includes(blanked[place]!)) place = behindBracket(blanked, place) - 1
  }
  return blanked.length
}

function assigned(text: string, blanked: string): Found[] {
  return [...blanked.matchAll(/^([A-Za-z_]\w*)\s*(:[^=\n]+)?=(?!=).*$/gm)].map(({ 0: line, 1: name, index }) => {
    const short = !/[([{]/.test(line) && line.length <= 160
    const end = short ? line.length : line.indexOf('=') + 1
    return { name: name!, signature: text.slice(index, index + end).trimEnd(), place: index }
  })
}

function namesOfAll(text: string, blanked: string): string[] | undefined {
  const begin = /^__all__\s*(?::[^=\n]+)?=\s*(?=[[(])/m.exec(blanked)
  if (!begin) return undefined
  const open = begin.index + begin[0].length
  return [...text.slice(open, behindBracket(blanked, open)).matchAll(/["'](\w+)["']/g)].map(([, name]) => name!)
}

/** `a.b`; `.c` and `..d.e` for those that count from the module; with the name, since that may be a module too. */
function importsOf(blanked: string): string[] {
  const imports: string[] = []
  const statements = /^[ \t]*(?:import\s+([^\n;(]+)|from\s+([.\w]+)\s+import\s+(\([^)]*\)|[^\n;]+))/gm
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
