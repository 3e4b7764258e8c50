// Odd source files: whatever is repeated in one, and however its brackets stand, scanning it takes time in proportion to its
// length. One that took the square of it would hold up all agents of a worker, and its heartbeats, for minutes.
import { tokenCounter } from '../../../src/agents/models/count-tokens'
import { takeInventory, type SourceFile } from '../../../src/code-team/map/inventory'
import { renderMap } from '../../../src/code-team/map/render-map'
import { scan } from '../../../src/code-team/map/scan'
import { mutationsOf, syntaxOf } from '../../../src/code-team/mutations/mutate'

/** Characters: a quarter of what is read. */
const LENGTH = 128 * 1024
/** Some twenty times what the slowest takes, and less than the square would. */
const BOUND_MS = 2_000

const ANY = ['([{', '\\"', '/*a']
const JAVASCRIPT = [
  ...[
    'module.exports = {\n',
    'exports.a = {',
    'exports.a = {\n',
    'module.exports = {a,\n',
    'exports\n',
    'exports.a = (\n',
  ],
  ...['export class A {\n', 'export class A {}\n', 'export class A ', 'export class A extends (\n', 'export abstract '],
  ...['export {', 'export { a,\n', 'export { a as\n', 'export * from "', 'export = (\n', 'export default {\n'],
  ...[
    'export const a = (\n',
    'export const {\n',
    'export const a\n',
    'export let a, ',
    'export const a = <',
    'export var a;',
  ],
  ...[
    'export function a(\n',
    'export function a() {\n',
    'export function a\n',
    'export function a(): {\n',
    'export type A = {\n',
  ],
  ...['export interface A {\n', 'export interface A\n', 'export type A = |\n', 'export const a = async ', 'export\n'],
  ...[
    '(/[',
    '(/[\\',
    '(/a',
    '(/\\',
    '(/[\\a',
    '`${',
    '`${"',
    '${',
    "`${'\\'",
    'from ',
    'from "',
    'import(',
    'require("',
    'import ',
  ],
  ...['if (', 'return (', 'return a ', 'a ? '],
]
const PYTHON = [
  ...[
    'class A(',
    'class A(\n',
    'class A:\n',
    'class A:\n def a',
    'class A:\n def a(self):\n',
    ' def a(',
    'def a(\n',
    'def a\n',
  ],
  ...[
    '"""',
    "'''",
    '"""\\',
    'r"',
    '#',
    'a = (\n',
    'a: ',
    'a :\n',
    '__all__ = [\n',
    '__all__',
    '__all__ = ["a", ',
    'async ',
  ],
  ...[
    'from a import (\n',
    'from a import (',
    'from a import a,\\\n',
    'from ',
    'from .',
    'import a.',
    'import (',
    'if (',
    'return (',
  ],
]
const GO = [
  ...[
    'type A struct {\n',
    'type A struct {\n}\n',
    'type (\n',
    'type (\nA (\n',
    'var A = (\n',
    'const (\n',
    'var A, ',
    'type A ',
    'type\n',
  ],
  ...[
    'func (',
    'func (a',
    'func (a\n',
    'func (a *A',
    'func (a *A)\n',
    'func A(\n',
    'func A[',
    'func A() interface{',
    'func A() (\n',
  ],
  ...['func\n', 'import (\n', 'import ("a"\n', 'import "', 'import a', "'\\''", "'\\", 'interface ', 'interface{'],
]
const RUST = [
  ...[
    'impl A {',
    'impl A {\n',
    'impl A\n',
    'impl A;\n',
    'impl<A> ',
    'impl <\n',
    'impl A for ',
    'unsafe impl A {\n',
    'unsafe\n',
  ],
  ...[
    'pub fn a(\n',
    'pub fn a() {\n',
    ' pub fn a(\n',
    'pub(\n',
    'pub (',
    'pub struct A {\n',
    'pub struct A\n',
    'pub\n',
    'pub const ',
  ],
  ...[
    'pub use a::{\n',
    'pub use a::{',
    'pub use a\n',
    'use a::{',
    'use a::{b,\n',
    'use a\n',
    'use a;\n',
    'a::{',
    'mod a\n',
    'mod ',
  ],
  ...['#[macro_export', '#[macro_export]\n', '#[macro_export] macro_rules! ', 'r#"', 'r#', 'r"', "'\\", "'\\'", 'b"\\'],
]

const repeated = (one: string, length = LENGTH): string => one.repeat(length / one.length)
/** Milliseconds of this process alone: what else the machine does counts for nothing. */
const elapsed = (act: () => void): number => {
  const began = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1_000
}

it.each([
  [
    'a.ts',
    [...ANY, ...JAVASCRIPT],
    [`export class A {\n${repeated('a\n', LENGTH / 4)}}`, `export class A {${repeated('a(){} ')}}`],
  ],
  [
    'a.py',
    [...ANY, ...PYTHON],
    [`__all__ = [${repeated('"a", ')}]`, `from ${repeated('a')} import ${repeated('a, ')}`],
  ],
  ['a.go', [...ANY, ...GO], [`func (${repeated('a')}`, `type A struct {\n${repeated('func (a) A() {\n')}`]],
  [
    'a.rs',
    [...ANY, ...RUST],
    [`pub use ${repeated('a')}::{${repeated('a, ')}};`, `impl A {\n${repeated('    pub fn a() {}\n')}}`],
  ],
])('%s: no repeated text takes long to scan, or gives more than there is', (path, openings, others) => {
  const texts = [
    ...openings.map((one) => repeated(one)),
    ...openings.filter((one) => one.includes('{')).map((one) => closed(one)),
    ...others,
  ]
  const slow = texts.flatMap((text) => {
    let characters = 0
    const took = elapsed(() => {
      const { unscanned, exports } = scan(path, text, () => 0)
      const signatures = [...new Set(exports.map(({ signature }) => signature))]
      characters = unscanned ? Infinity : signatures.reduce((sum, one) => sum + one.length, 0)
    })
    return took > BOUND_MS || characters > 2.5 * text.length ? [[text.slice(0, 40), took, characters]] : []
  })
  expect(slow).toEqual([])
})

/** As many braces that close as open. */
function closed(one: string): string {
  const text = repeated(one, LENGTH / 2)
  return text + '}'.repeat(text.split('{').length - 1)
}

it.each([
  ['a.ts', ['/*a', '`\\`', '\\"', '(/[', '(/[\\a']],
  ['a.py', ['"""', "\\'"]],
])('%s: nor to look for changes in', (path, openings) => {
  const slow = openings.filter((one) => {
    const text = repeated(one, LENGTH / 4)
    return elapsed(() => void mutationsOf(text, syntaxOf(path)!, new Set([1]))) > BOUND_MS
  })
  expect(slow).toEqual([])
  // Each escape in a class that never ends could once be read in two ways: 2 to the power of 40
  expect(elapsed(() => void mutationsOf(`(/[${'\\a'.repeat(40)}`, 'javascript', new Set([1])))).toBeLessThan(BOUND_MS)
})

it('a file that has had its time is told without names, and the map says so', async () => {
  let now = 0
  const text = 'export const a = 1\nexport const b = 2\n'
  expect(scan('a.ts', text, () => now++).exports).toHaveLength(2)
  const late = scan('a.ts', text, () => (now += 2_000))
  expect(late).toEqual({ exports: [], imports: [], unscanned: true })
  const file = { path: 'a.ts', bytes: text.length, tokens: 12, importedBy: 0, ...late }
  const map = renderMap({ files: [file], leftOut: {} }, 1_000, await tokenCounter())
  expect(map.text).toContain('Names and imports not taken of 1 file: too slow to scan.')
  expect(map.text).toContain('a.ts: 12 tokens, names and imports not taken: too slow to scan')
})

it('between files others have their turn', async () => {
  const text = 'export const a = 1\n'.repeat(1_000)
  const source = (path: string): SourceFile => ({ path, bytes: text.length, read: () => Promise.resolve(text) })
  await tokenCounter()
  let turns = 0
  let next: NodeJS.Immediate
  const beat = (): void => {
    turns++
    next = setImmediate(beat)
  }
  beat()
  await takeInventory(Array.from({ length: 50 }, (_, place) => source(`a${place}.ts`)))
  clearImmediate(next!)
  expect(turns).toBeGreaterThanOrEqual(50)
})
