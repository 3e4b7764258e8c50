// PURE. What a Go file exports and imports: names that begin with a capital letter, methods under their type.
import { behindBracket, blank, unique, type Exported, type Scanned } from './scanned'

/** What has no end goes to the text's: looking for the ends of many would take the square of its length. */
const NOT_CODE = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"|`[^`]*(?:`|$)|'(?:[^'\\\n]|\\.)+'/g
const EXPORTED = /^\p{Lu}/u

export function scanGo(text: string): Scanned {
  const blanked = text.replace(NOT_CODE, (found) => blank(found))
  const exports = [...functions(text, blanked), ...declared(text, blanked)]
  return { exports: exports.map(({ name, signature }) => ({ name, signature })), imports: unique(importsOf(text)) }
}

/** `func Name(…) T` and `func (r *Type[T]) Name(…) T`: of methods those of exported types. */
function functions(text: string, blanked: string): Exported[] {
  const heads = blanked.matchAll(/^func\s+(?:\(\s*(?:\w+\s+)?\*?\s*(\w+)[^)]*\)\s*)?(\w+)\s*[[(]/gm)
  return [...heads].flatMap(({ 0: head, 1: type, 2: name, index }) => {
    if (!EXPORTED.test(name!) || (type !== undefined && !EXPORTED.test(type))) return []
    const parameters = index + head.length - 1
    return [
      { name: type === undefined ? name! : `${type}.${name}`, signature: headOf(text, blanked, index, parameters) },
    ]
  })
}

function headOf(text: string, blanked: string, begin: number, parameters: number): string {
  let end = behindBracket(blanked, parameters)
  if (blanked[parameters] === '[') end = behindBracket(blanked, Math.max(end, blanked.indexOf('(', end)))
  // The result may hold braces of its own: interface{}, struct{}
  const result = /^[ \t]*(?:\([^)]*\)|(?:[^\n{]|\b(?:interface|struct)\s*\{[^}\n]*\})*)/.exec(blanked.slice(end))![0]
  return text.slice(begin, end + result.length).trimEnd()
}

/** `type`, `var` and `const`, alone and in groups. */
function declared(text: string, blanked: string): Exported[] {
  return [...blanked.matchAll(/^(type|var|const)\s+(\(|\w+)/gm)].flatMap(({ 0: head, 1: kind, 2: first, index }) => {
    const begin = index + head.length - first!.length
    if (first !== '(') return member(text, blanked, begin, `${kind} `)
    const end = behindBracket(blanked, begin) - 1
    const members: Exported[] = []
    for (let place = begin + 1; place < end;) {
      const line = blanked.slice(place, end).search(/[^\s]/)
      if (line < 0) break
      const found = member(text, blanked, place + line, `${kind} `)
      members.push(...found)
      place = lineEnd(blanked, place + line) + 1
    }
    return members
  })
}

/** A type whole; of a value its line. */
function member(text: string, blanked: string, begin: number, kind: string): Exported[] {
  const end = lineEnd(blanked, begin)
  const names = /^[\w\s,]+/.exec(blanked.slice(begin, end))?.[0].trim() ?? ''
  const list = kind === 'type ' ? [names.split(/\s/)[0]!] : names.split(',').map((name) => name.trim().split(/\s/)[0]!)
  const signature = kind + text.slice(begin, end).trimEnd()
  return list.filter((name) => EXPORTED.test(name)).map((name) => ({ name, signature }))
}

/** The end of the line in which all brackets of it are closed. */
function lineEnd(blanked: string, from: number): number {
  for (let place = from; place < blanked.length; place++) {
    if (blanked[place] === '\n') return place
    if ('([{'.includes(blanked[place]!)) place = behindBracket(blanked, place) - 1
  }
  return blanked.length
}

function importsOf(text: string): string[] {
  const plain = text.replace(/\/\*[\s\S]*?(?:\*\/|(?![\s\S]))|^[ \t]*\/\/[^\n]*/gm, (found) => blank(found))
  const groups = [...plain.matchAll(/^import\s*\(([^)]*)\)/gm)].map(([, group]) => group!)
  const single = [...plain.matchAll(/^import\s+((?:[\w.]+\s+)?"[^"\n]+")/gm)].map(([, one]) => one!)
  return [...groups, ...single].flatMap((part) => [...part.matchAll(/"([^"\n]+)"/g)].map(([, path]) => path!))
}
