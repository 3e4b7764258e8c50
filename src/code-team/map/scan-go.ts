// PURE. What a Go file exports and imports: names that begin with a capital letter, methods under their type.
import { Code } from './code'
import { blank, unique, type Exported, type Scanner } from './scanned'

/** What has no end goes to its line's or the text's: looking for the ends of many would take the square of its length. */
const NOT_CODE = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"?|`[^`]*(?:`|$)|'(?:[^'\\\n]|\\.)*'?/g
const EXPORTED = /^\p{Lu}/u

export const scanGo: Scanner = (text, requireTime) => {
  const blanked = text.replace(NOT_CODE, (found) => blank(found))
  const code = new Code(text, blanked, requireTime)
  const exports = [...functions(code), ...declared(code)]
  return { exports: exports.map(({ name, signature }) => ({ name, signature })), imports: unique(importsOf(text)) }
}

/** `func Name(…) T` and `func (r *Type[T]) Name(…) T`: of methods those of exported types. */
function functions(code: Code): Exported[] {
  return code.matches(/^func\s+/gm, ({ found: [head], place, limit }) => {
    const receiver = place + head.length
    const hasReceiver = code.blanked[receiver] === '('
    const begin = hasReceiver ? code.behind(receiver, limit) : receiver
    const [all, name] = /^\s*(\w+)\s*(?=[[(])/.exec(code.blanked.slice(begin, limit)) ?? []
    const type = hasReceiver ? typeOf(code.blanked.slice(receiver + 1, begin - 1)) : undefined
    if (!all || !EXPORTED.test(name!) || (type !== undefined && !EXPORTED.test(type))) return []
    const signature = headOf(code, place, begin + all.length, limit)
    return [{ name: type === undefined ? name! : `${type}.${name}`, signature }]
  })
}

/** Of `t *Type[T]` and the like. */
function typeOf(receiver: string): string {
  return receiver.split('[', 1)[0]!.trim().split(/[\s*]/).at(-1)!
}

function headOf(code: Code, begin: number, parameters: number, limit: number): string {
  let end = code.behind(parameters, limit)
  if (code.blanked[parameters] === '[') end = code.behind(code.find('(', end, limit), limit)
  // The result may hold braces of its own: interface{}, struct{}
  const result = /^[ \t]*(?:\([^)]*\)|(?:[^\n{]|\b(?:interface|struct)\s*\{[^}\n]*\})*)/
  return code.text.slice(begin, end + result.exec(code.blanked.slice(end, limit))![0].length).trimEnd()
}

/** `type`, `var` and `const`, alone and in groups. */
function declared(code: Code): Exported[] {
  return code.matches(/^(type|var|const)\s+(\(|\w+)/gm, ({ found: [head, kind, first], place: start, limit }) => {
    const begin = start + head.length - first!.length
    if (first !== '(') return member(code, [begin, lineEnd(code, begin, limit)], `${kind} `)
    const end = code.behind(begin, limit) - 1
    const members: Exported[][] = []
    for (let place = begin + 1; place < end;) {
      const line = code.blanked.slice(place, end).search(/[^\s]/)
      if (line < 0) break
      const after = lineEnd(code, place + line, limit)
      members.push(member(code, [place + line, after], `${kind} `))
      place = after + 1
    }
    return members.flat()
  })
}

/** A type whole; of a value its line. */
function member(code: Code, [begin, end]: readonly [number, number], kind: string): Exported[] {
  const names = /^[\w\s,]+/.exec(code.blanked.slice(begin, end))?.[0].trim() ?? ''
  const list = kind === 'type ' ? [names.split(/\s/)[0]!] : names.split(',').map((name) => name.trim().split(/\s/)[0]!)
  const signature = kind + code.text.slice(begin, end).trimEnd()
  return list.filter((name) => EXPORTED.test(name)).map((name) => ({ name, signature }))
}

/** The end of the line in which all brackets of it are closed. */
function lineEnd(code: Code, from: number, limit: number): number {
  let place = code.outside(from, '\n', limit)
  // What closes nothing is passed
  while (place < limit && code.blanked[place] !== '\n') place = code.outside(place + 1, '\n', limit)
  return place
}

function importsOf(text: string): string[] {
  const plain = text.replace(/\/\*[\s\S]*?(?:\*\/|(?![\s\S]))|^[ \t]*\/\/[^\n]*/gm, (found) => blank(found))
  const groups = plain
    .split(/^import\s*\(/m)
    .slice(1)
    .map((group) => /^[^)]*\)/.exec(group)?.[0] ?? '')
  const single = [...plain.matchAll(/^import\s+((?:[\w.]+\s+)?"[^"\n]+")/gm)].map(([, one]) => one!)
  return [...groups, ...single].flatMap((part) => [...part.matchAll(/"([^"\n]+)"/g)].map(([, path]) => path!))
}
