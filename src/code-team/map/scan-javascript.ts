// PURE. What JavaScript and TypeScript export and import: ES modules and CommonJS, declarations and lists.
import { blankJavaScript } from './blank-javascript'
import { signatureOf } from './javascript-signatures'
import { unique, type Exported, type Scanned } from './scanned'

const WORD = '[A-Za-z_$][\\w$]*'
const MODIFIERS = '(?:declare\\s+|abstract\\s+|async\\s+)*'
/** After `export`: what is declared, and its name. */
const DECLARED = new RegExp(
  `^\\s+${MODIFIERS}(function\\s*\\*?|class|interface|const\\s+enum|enum|namespace|module|type|const|let|var)\\s*(${WORD})?`,
)
const SPECIFIER = /\b(?:from|import|require\s*\(|import\s*\()\s*(["'`])/g

export function scanJavaScript(text: string): Scanned {
  const blanked = blankJavaScript(text)
  const exports = [
    ...exportPlaces(blanked).flatMap((place) => exportedAt(text, blanked, place)),
    ...commonJsExports(text, blanked),
  ]
  const imports = [...blanked.matchAll(SPECIFIER)].flatMap(({ 0: found, 1: quote, index }) => {
    const begin = index + found.length
    const end = blanked.indexOf(quote!, begin)
    const specifier = end < 0 ? '' : text.slice(begin, end)
    return /^[^\s${}]{1,200}$/.test(specifier) ? [specifier] : []
  })
  const named = new Map(exports.map((one) => [one.name, one]))
  return { exports: [...named.values()], imports: unique(imports) }
}

/** Those outside of all braces; where the braces do not match, those at the beginning of a line. */
function exportPlaces(blanked: string): number[] {
  const places: number[] = []
  let depth = 0
  for (const { 0: found, index } of blanked.matchAll(/[{}]|(?<![\w$.])export(?![\w$])/g)) {
    if (found !== 'export') depth += found === '{' ? 1 : -1
    else if (depth === 0) places.push(index)
  }
  if (depth === 0) return places
  return [...blanked.matchAll(/^export(?![\w$])/gm)].map(({ index }) => index)
}

function exportedAt(text: string, blanked: string, place: number): Exported[] {
  const after = place + 'export'.length
  const rest = blanked.slice(after, after + 200)
  if (/^\s+default(?![\w$])/.test(rest)) return [{ name: 'default', signature: signatureOf(text, blanked, place) }]
  const list = /^\s*(?:type\s*)?\{/.exec(rest)
  if (list) return listed(blanked, after + list[0].length)
  const star = /^\s*\*\s*(?:as\s+([\w$]+)\s+)?from\s*["']/.exec(rest)
  if (star) return [allOf(text, after + star[0].length, star[1])]
  if (/^\s*=/.test(rest)) return [{ name: 'default', signature: signatureOf(text, blanked, place) }]
  const [, kind, name] = DECLARED.exec(rest) ?? []
  if (kind === undefined) return []
  const signature = signatureOf(text, blanked, place)
  const names = /^(const|let|var)$/.test(kind) ? variableNames(blanked, after) : name === undefined ? [] : [name]
  return names.map((one) => ({ name: one, signature }))
}

/** `{ a, b as c, type d }`. */
function listed(blanked: string, begin: number): Exported[] {
  const end = blanked.indexOf('}', begin)
  return namesIn(blanked.slice(begin, end < 0 ? begin : end), /\sas\s+/).map((name) => ({
    name,
    signature: `export { ${name} }`,
  }))
}

function allOf(text: string, begin: number, name: string | undefined): Exported {
  const from = /^[^"'\n]*/.exec(text.slice(begin, begin + 500))![0]
  return { name: name ?? `* of ${from}`, signature: `export *${name ? ` as ${name}` : ''} from '${from}'` }
}

/** `const a = 1, b = 2` and `const { a, b: c } = …`. */
function variableNames(blanked: string, after: number): string[] {
  const [head] = /^\s+(?:declare\s+)?(?:const|let|var)\s+/.exec(blanked.slice(after, after + 200)) ?? ['']
  const begin = after + head.length
  const pattern = /^[{[]/.test(blanked[begin] ?? '')
  if (pattern) {
    const end = blanked.slice(begin).search(/[}\]]/)
    return namesIn(blanked.slice(begin + 1, begin + Math.max(end, 1)), /:/)
  }
  const line = /^[^;\n]*/.exec(blanked.slice(begin))![0]
  const first = new RegExp(`^${WORD}`).exec(line)?.[0]
  // Beyond the first only where none of their values holds a bracket, in which a comma says something else
  const others = /[({[<]/.test(line) ? [] : [...line.matchAll(new RegExp(`,\\s*(${WORD})\\s*[:=,]`, 'g'))]
  return [...(first === undefined ? [] : [first]), ...others.map(([, name]) => name!)]
}

/** The names of a list, as they are called outside of it. */
function namesIn(list: string, renamed: RegExp): string[] {
  return list
    .split(',')
    .map((one) =>
      one
        .split(renamed)
        .at(-1)!
        .replace(/^\s*type\s+|=.*$|\.{3}/gs, '')
        .trim(),
    )
    .filter((one) => /^[\w$]+$/.test(one))
}

function commonJsExports(text: string, blanked: string): Exported[] {
  return [...blanked.matchAll(/^(?:module\.)?exports(?:\.([\w$]+))?\s*=(?!=)\s*/gm)].flatMap((found) => {
    const begin = found.index + found[0].length
    const signature = signatureOf(text, blanked, found.index)
    if (found[1] !== undefined) return [{ name: found[1], signature }]
    if (blanked[begin] !== '{') return [{ name: 'default', signature }]
    const end = blanked.indexOf('}', begin)
    const keys = blanked.slice(begin + 1, end < 0 ? begin + 1 : end).split(',')
    return namesIn(keys.map((key) => key.split(':')[0]!).join(','), /:/).map((name) => ({ name, signature: name }))
  })
}
