// What is found in a file of each language: exported names, how they are used, and imports; and that nothing makes it fail.
import fc from 'fast-check'
import { scan } from '../../../src/code-team/map/scan'

const found = (path: string, text: string): { names: string[]; imports: string[] } => {
  const { exports, imports } = scan(path, text)
  return { names: exports.map(({ name }) => name), imports }
}
const signature = (path: string, text: string, name: string): string | undefined =>
  scan(path, text).exports.find((one) => one.name === name)?.signature

type Row = [what: string, text: string, names: string[], imports?: string[]]
const table = (path: string, rows: Row[]): void => {
  it.each(rows)(`${path}: %s`, (_what, text, names, imports = []) => {
    expect(found(path, text)).toEqual({ names, imports })
  })
}

table('a.ts', [
  ['functions', 'export function a() {}\nexport async function b() {}\nexport function* c() {}', ['a', 'b', 'c']],
  ['classes', 'export class A<T> extends B {}\nexport abstract class C {}\nexport declare class D {}', ['A', 'C', 'D']],
  ['values', 'export const a = 1, b = 2\nexport let c: number\nexport var d = { x: 1, y: 2 }', ['a', 'b', 'c', 'd']],
  ['taken apart', 'export const { a, b: c, ...d } = e\nexport const [x, y] = z', ['a', 'c', 'd', 'x', 'y']],
  [
    'types',
    'export type A = string\nexport interface B {}\nexport enum C {}\nexport const enum D {}',
    ['A', 'B', 'C', 'D'],
  ],
  ['a default', 'export default function a() {}', ['default']],
  ['lists', 'const a = 1\nexport { a, b as c, type D }\nexport type { E }', ['a', 'c', 'D', 'E']],
  [
    'handed on',
    "export { a as b } from './x'\nexport * from './y'\nexport * as z from './z'",
    ['b', '* of ./y', 'z'],
    ['./x', './y', './z'],
  ],
  [
    'imports of all kinds',
    `import a, { b } from './a'\nimport type { C } from "./c"\nimport './d'\nimport * as e from 'e'\nconst f = await import('./f')\nconst g = require('./g')\nimport h = require('./h')\nimport {\n  i,\n} from './i'`,
    [],
    ['./a', './c', './d', 'e', './f', './g', './h', './i'],
  ],
  ['one of several times', "import a from 'x'\nimport b from 'x'", [], ['x']],
  ['nothing in comments', "// export const a = 1\n/* export const b\nimport 'c' */\n/** import('d') */", []],
  ['nothing in strings', 'const a = "export const b = 1"\nconst c = `\nexport const d = 1\nimport \'e\'\n`', []],
  ['nothing of what is inserted in them', 'const a = `${b(`}${"}"}`)}`\nexport const c = 1', ['c']],
  ['nothing inside of others', 'namespace A {\n  export const b = 1\n}\nexport const c = 1', ['c']],
  ['behind regular expressions', 'const a = /[\'"`{]/g\nconst b = x / y\nexport const c = 1', ['c']],
  ['behind an apostrophe of JSX', "const a = <p>don't {b}</p>\nexport const c = 1", ['c']],
  ['where braces do not match', 'const a = {{\nexport const b = 1', ['b']],
  ['CommonJS', "const x = require('x')\nmodule.exports = { a, b: c, d }\nexports.e = 1", ['a', 'b', 'd', 'e'], ['x']],
  ['CommonJS, one value', 'module.exports = class A {}', ['default']],
  ['no imports that are made up while it runs', 'import(`./${a}`)\nrequire(b)', []],
])

table('a.py', [
  ['functions and classes', 'def a(): pass\nasync def b(): pass\nclass C(D): pass', ['a', 'b', 'C']],
  ['values', 'A = 1\nB: int = 2\nc == 3\nd.e = 4', ['A', 'B']],
  ['nothing that is private', 'def _a(): pass\n_B = 1\nclass _C: pass\ndef d(): pass', ['d']],
  ['what __all__ names', "__all__ = ['_a', 'z']\ndef _a(): pass\ndef b(): pass", ['_a', 'z']],
  ['nothing inside of others', 'class A:\n    B = 1\n    def c(self): pass\nif x:\n    def d(): pass', ['A']],
  [
    'imports',
    'import a.b as c, d\nfrom e.f import g, h as i\nfrom . import j\nfrom ..k import (\n    l,\n    m,\n)\nfrom n import *',
    [],
    ['a.b', 'd', 'e.f.g', 'e.f.h', '.j', '..k.l', '..k.m', 'n'],
  ],
  ['imports inside of others', 'def a():\n    import b\n    from c import d', ['a'], ['b', 'c.d']],
  [
    'nothing in strings and comments',
    '"""\nimport a\ndef b(): pass\n"""\n# import c\nx = \'\'\'\nimport d\n\'\'\'',
    ['x'],
  ],
])

table('a.go', [
  ['functions', 'package a\nfunc A() {}\nfunc b() {}\nfunc C[T any](x T) T { return x }', ['A', 'C']],
  [
    'methods of exported types',
    'func (t *T) A() {}\nfunc (T) B() {}\nfunc (t t) C() {}\nfunc (l List[T]) D() {}',
    ['T.A', 'T.B', 'List.D'],
  ],
  [
    'types, values, groups',
    'type A struct { B int }\ntype (\n\tC int\n\td int\n)\nvar E, f = 1, 2\nconst (\n\tG = iota\n\th\n\tI\n)',
    ['A', 'C', 'E', 'G', 'I'],
  ],
  [
    'imports',
    'import "a"\nimport b "c/d"\nimport (\n\t"e"\n\t_ "f"\n\t. "g/h" // "i"\n)',
    [],
    ['e', 'f', 'g/h', 'i', 'a', 'c/d'],
  ],
  ['nothing in strings and comments', 'var A = `\nfunc B() {}\n`\n// func C() {}\n/*\nfunc D() {}\n*/', ['A']],
])

table('a.rs', [
  [
    'items',
    'pub fn a() {}\npub struct B;\npub enum C {}\npub trait D {}\npub type E = u8;\npub const F: u8 = 1;\npub static G: u8 = 1;\npub mod h;\nfn i() {}',
    ['a', 'B', 'C', 'D', 'E', 'F', 'G', 'h'],
    ['mod h'],
  ],
  ['with qualifiers', 'pub(crate) async fn a() {}\npub const unsafe fn b() {}\npub extern fn c() {}', ['a', 'b', 'c']],
  [
    'methods',
    "impl<'a, T: B> A<T> {\n    pub fn b(&self) {}\n    fn c() {}\n}\nimpl D for E {\n    pub fn f() {}\n}",
    ['A::b', 'E::f'],
  ],
  [
    'handed on, and macros',
    'pub use a::{b, c as d};\npub use e::*;\n#[macro_export]\nmacro_rules! f { () => {} }',
    ['b', 'd', '* of e::*', 'f!'],
    ['a::b', 'a::c', 'e::*'],
  ],
  [
    'uses',
    'use std::io;\nuse crate::a::{self, b::{c, d}, e as f};\nmod g;',
    [],
    ['mod g', 'std::io', 'crate::a', 'crate::a::b::c', 'crate::a::b::d', 'crate::a::e'],
  ],
  [
    'nothing in strings and comments',
    "const A: &str = r#\"\npub fn b() {}\n\"#;\n// pub fn c() {}\nfn d<'a>(x: &'a str) -> char { '\"' }\npub fn e() {}",
    ['e'],
  ],
])

it('knows nothing of other languages', () => {
  expect(found('README.md', 'export const a = 1')).toEqual({ names: [], imports: [] })
})

it('says how a name is used: heads without bodies, types whole', () => {
  const ts = `/** Doc. */
export function f(a: { b: number }, c = '{'): Promise<{ d: string }> {
  return g(a)
}
export const h = async (x: number): Promise<void> => { await x }
export const LIMIT = 10
export const LONG = [${'1, '.repeat(100)}]
export interface I {
  /** How many. */
  a: number
}
export type T =
  | 'one'
  | 'two'
export class C<X> extends D {
  private readonly secret = 1
  readonly open: string = 'x'
  #hidden = 2

  /** Makes it. */
  constructor(readonly a: number) {
    super()
  }
  get size(): number {
    return 1
  }
}
`
  const of = (name: string): string | undefined => signature('a.ts', ts, name)
  expect(of('f')).toBe("export function f(a: { b: number }, c = '{'): Promise<{ d: string }>")
  expect(of('h')).toBe('export const h = async (x: number): Promise<void> =>')
  expect(of('LIMIT')).toBe('export const LIMIT = 10')
  expect(of('LONG')).toBe('export const LONG =')
  expect(of('I')).toBe('export interface I {\n  /** How many. */\n  a: number\n}')
  expect(of('T')).toBe("export type T =\n  | 'one'\n  | 'two'")
  expect(of('C')).toBe(
    'export class C<X> extends D {\n  readonly open: string\n  /** Makes it. */\n  constructor(readonly a: number)\n  get size(): number\n}',
  )
  const python =
    'class A(B):\n    """Doc."""\n    def __init__(self, a: dict[str, int] = {}) -> None:\n        pass\n    def _b(self): pass\n    def c(self): pass\n'
  expect(signature('a.py', python, 'A')).toBe(
    'class A(B):\n    def __init__(self, a: dict[str, int] = {}) -> None:\n    def c(self):',
  )
  expect(signature('a.go', 'func (t *T) A(x interface{}) (int, error) {\n\treturn 1, nil\n}', 'T.A')).toBe(
    'func (t *T) A(x interface{}) (int, error)',
  )
  expect(signature('a.go', 'type A struct {\n\tB int\n}', 'A')).toBe('type A struct {\n\tB int\n}')
  expect(signature('a.rs', 'pub fn a<T>(x: &T) -> Option<T> where T: B {\n    None\n}', 'a')).toBe(
    'pub fn a<T>(x: &T) -> Option<T> where T: B',
  )
  expect(signature('a.rs', 'pub struct A {\n    pub b: u8,\n}', 'A')).toBe('pub struct A {\n    pub b: u8,\n}')
})

const pieces = [
  'export ',
  'const a',
  ' = ',
  '{',
  '}',
  '(',
  ')',
  '`',
  '${',
  "'",
  '"',
  '/',
  '*',
  '\n',
  '  ',
  'class A',
  'def a',
  ':',
  'impl X',
  'pub fn a',
  'use a::{',
  'func (',
  'type (',
  'import ',
  '"""',
  'r#"',
  ',',
  ';',
  '\\',
  '[',
  ']',
  '=>',
  'é',
]

it.each(['a.ts', 'a.py', 'a.go', 'a.rs'])(
  '%s: nothing makes it fail or hang, and what it finds is in the text',
  (path) => {
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((all) => all.join(''))
    fc.assert(
      fc.property(text, (some) => {
        for (const { name } of scan(path, some).exports) expect(name).not.toBe('')
      }),
      { numRuns: 2_000 },
    )
    const began = Date.now()
    for (const piece of pieces) scan(path, piece.repeat(100_000 / piece.length))
    expect(Date.now() - began).toBeLessThan(30_000)
  },
)
