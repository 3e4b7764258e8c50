// PURE. What JavaScript and TypeScript export and import: ES modules and CommonJS, declarations and lists.
import { blankJavaScript } from './blank-javascript'
import { signatureOf } from './javascript-signatures'
import { Code } from './code'
import { unique, type Exported, type Scanner } from './scanned'

const WORD = '[A-Za-z_$][\\w$]*'
const MODIFIERS = '(?:declare\\s+|abstract\\s+|async\\s+)*'
/** After `export`: what is declared, and its name. */
const DECLARED = new RegExp(
  `^\\s+${MODIFIERS}(function\\s*\\*?|class|interface|const\\s+enum|enum|namespace|module|type|const|let|var)\\s*(${WORD})?`,
)
const SPECIFIER = /\b(?:from|import|require\s*\(|import\s*\()\s*(["'`])/g

export const scanJavaScript: Scanner = (text, requireTime) => {
  const blanked = blankJavaScript(text)
  const code = new Code(text, blanked, requireTime)
  const exports = [
    ...code.each(exportPlaces(blanked), (place, limit) => exportedAt(code, place, limit)),
    ...commonJsExports(code),
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

function exportedAt(code: Code, place: number, limit: number): Exported[] {
  const after = place + 'export'.length
  const rest = code.blanked.slice(after, Math.min(after + 200, limit))
  if (/^\s+default(?![\w$])/.test(rest)) return [{ name: 'default', signature: signatureOf(code, place, limit) }]
  const list = /^\s*(?:type\s*)?\{/.exec(rest)
  if (list) return listed(code, after + list[0].length, limit)
  const star = /^\s*\*\s*(?:as\s+([\w$]+)\s+)?from\s*["']/.exec(rest)
  if (star) return [allOf(code.text, after + star[0].length, star[1])]
  if (/^\s*=/.test(rest)) return [{ name: 'default', signature: signatureOf(code, place, limit) }]
  const [, kind, name] = DECLARED.exec(rest) ?? []
  if (kind === undefined) return []
  const signature = signatureOf(code, place, limit)
  const names = /^(const|let|var)$/.test(kind)
    ? variableNames(code.blanked.slice(after, limit))
    : name === undefined
      ? []
      : [name]
  return names.map((one) => ({ name: one, signature }))
}

/** `{ a, b as c, type d }`. */
function listed(code: Code, begin: number, limit: number): Exported[] {
  return namesIn(listAt(code, begin, limit), /\sas\s+/).map((name) => ({
    name,
    signature: `export { ${name} }`,
  }))
}

function allOf(text: string, begin: number, name: string | undefined): Exported {
  const from = /^[^"'\n]*/.exec(text.slice(begin, begin + 500))![0]
  return { name: name ?? `* of ${from}`, signature: `export *${name ? ` as ${name}` : ''} from '${from}'` }
}

/** `const a = 1, b = 2` and `const { a, b: c } = …`. */
function variableNames(declaration: string): string[] {
  const [head] = /^\s+(?:declare\s+)?(?:const|let|var)\s+/.exec(declaration) ?? ['']
  const variables = declaration.slice(head.length)
  if (/^[{[]/.test(variables)) return namesIn(variables.slice(1, Math.max(variables.search(/[}\]]/), 1)), /:/)
  const line = /^[^;\n]*/.exec(variables)![0]
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

/** Up to the first brace that closes; nothing where none does. */
function listAt(code: Code, begin: number, limit: number): string {
  const end = code.find('}', begin, limit)
  return end === limit ? '' : code.blanked.slice(begin, end)
}

function commonJsExports(code: Code): Exported[] {
  const pattern = /^(?:module\.)?exports(?:\.([\w$]+))?\s*=(?!=)\s*/gm
  return code.matches(pattern, ({ found: [head, name], place, limit }) => {
    const begin = place + head.length
    const signature = signatureOf(code, place, limit)
    if (name !== undefined) return [{ name, signature }]
    if (code.blanked[begin] !== '{') return [{ name: 'default', signature }]
    const keys = listAt(code, begin + 1, limit).split(',')
    return namesIn(keys.map((key) => key.split(':')[0]!).join(','), /:/).map((one) => ({ name: one, signature: one }))
  })
}
