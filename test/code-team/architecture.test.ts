// What is wrong with an architecture or a specification is told to their authors at once, in words that they can act on.
import { architectureProblems } from '../../src/code-team/architecture/check-architecture'
import type { Architecture, Module } from '../../src/code-team/documents'
import { LANGUAGES } from '../../src/code-team/languages'
import { specificationFor, specificationProblems } from '../../src/code-team/specification'
import { architecture, specification } from './support/program'

const [add, cli] = architecture.modules as [Module, Module]
const check = (changed: Partial<Architecture>, existing: string[] = []): string[] =>
  architectureProblems({ ...architecture, ...changed }, { specification, language: 'javascript', existing })
const modules = (first: Partial<Module>, second: Partial<Module> = {}): Partial<Architecture> => ({
  modules: [
    { ...add, ...first },
    { ...cli, ...second },
  ],
})

it('finds nothing wrong with a good one', () => {
  expect(check({})).toEqual([])
  expect(specificationProblems(specification)).toEqual([])
})

it.each<[string, Partial<Architecture>, string | RegExp]>([
  ['a cycle, with its path', modules({ imports: ['cli'] }), 'in a cycle: add → cli → add;'],
  ['a module that imports itself', modules({ imports: ['add'] }), 'in a cycle: add → add;'],
  [
    'an import of nothing',
    modules({ imports: ['ad'] }),
    '"add" imports "ad", which is no module of this architecture (did you mean "add"?)',
  ],
  ['two modules of one name', modules({}, { name: 'add', imports: [] }), 'two modules are named "add"'],
  [
    'a path that two own',
    modules({ paths: ['src/'] }),
    '"src/" of the code of "add" and "src/cli.js" of the code of "cli" overlap',
  ],
  ['code among tests', modules({ paths: ['test/'] }), 'overlap: give every path one owner'],
  ['paths that differ in case alone', modules({ paths: ['SRC/CLI.js'] }), 'overlap: give every path one owner'],
  ['a path that leads out', modules({ paths: ['../src/add.js'] }), '"add" cannot own "../src/add.js"'],
  ['an absolute path', modules({ testPaths: ['/etc/'] }), '"add" cannot own "/etc/"'],
  ['the whole tree', modules({ paths: ['/'] }), 'a module owns a part of the tree'],
  ['the whole tree under another name', modules({ paths: ['./'] }), 'a module owns a part of the tree'],
  ["git's directory", modules({ paths: ['.git/'] }), '"add" cannot own ".git/"'],
  ['a manifest of its own', modules({ paths: ['src/add.js', 'package.json'] }), '"add" cannot own "package.json"'],
  [
    'a manifest under another spelling',
    modules({ paths: ['src/add.js', 'Package.JSON'] }),
    'cannot own "package.json"',
  ],
  ['a manifest among tests', modules({ testPaths: ['test/add.test.js', 'package.json'] }), 'cannot own "package.json"'],
  ['a manifest as a directory', modules({ paths: ['src/add.js', 'package.json/'] }), 'cannot own "package.json"'],
  ['code that is run as tests', modules({ paths: ['src/add.test.js'] }), 'cannot be in "src/add.test.js"'],
  ['code in a directory of tests', modules({ paths: ['lib/test/'] }), 'cannot be in "lib/test/"'],
  ['a directory that is written as a file', modules({ paths: ['lib'] }), 'a directory ends in "/"'],
  ['a file that others lie in', modules({ paths: ['src/add.js', 'src'] }), 'a directory ends in "/"'],
  [
    'a program that begins in no module',
    { runCommand: ['node', './bin/main.js'] },
    '"runCommand" starts "bin/main.js", which is in the "paths" of no module',
  ],
  [
    'tests that nobody would find',
    modules({ testPaths: ['checks/add.js'] }),
    'the tests of module "add" would not be found in "checks/add.js"',
  ],
  ['a criterion that there is not', modules({ criteria: ['AC-1', 'AC-9'] }), 'names the criterion AC-9, which'],
  ['a criterion that nobody meets', modules({}, { criteria: ['AC-1'] }), 'no module is there for the criterion AC-2'],
  ['a module without a criterion', modules({ criteria: [] }), '"add" is there for no criterion'],
  [
    'tests that we cannot read',
    { testCommand: ['npx', 'jest'] },
    '"testCommand" has to be ["node","--test"], not ["npx","jest"]',
  ],
  ['another program to run', { runCommand: ['sh', '-c', 'node x'] }, '"runCommand" has to be "node" and its arguments'],
])('names %s', (_what, changed, problem) => {
  expect(check(changed)).toContainEqual(expect.stringContaining(problem as string))
})

it('refuses directories in which Python finds no tests', () => {
  const python = (testPaths: string[]): string[] =>
    architectureProblems(
      { ...architecture, ...modules({ testPaths }) },
      { specification, language: 'python', existing: [] },
    ).filter((text) => text.includes('"add"'))
  expect(python(['tests/add/'])).toEqual([])
  expect(python(['tests/add-numbers/'])).toEqual([
    expect.stringContaining('would not be found in "tests/add-numbers/"'),
  ])
})

it('names everything at once', () => {
  const wrong = modules({ imports: ['cli'], paths: ['/x'], criteria: ['AC-7'] })
  expect(check({ ...wrong, testCommand: ['make'] }).length).toBeGreaterThanOrEqual(5)
})

it('lets a module change a manifest that is there', () => {
  expect(check(modules({ paths: ['src/add.js', 'package.json'] }), ['package.json'])).toEqual([])
})

it('refuses ids that stand for two things', () => {
  const [first] = specification.requirements
  const twice = { ...specification, requirements: [first!, first!] }
  expect(specificationProblems(twice)).toEqual([
    expect.stringContaining('two requirements have the id R-1'),
    expect.stringContaining('two criteria have the id AC-1'),
  ])
})

it('hands a module the part of the specification that concerns it', () => {
  expect(specificationFor(specification, add).requirements).toEqual([specification.requirements[0]])
  expect(specificationFor(specification, { ...add, criteria: [] }).requirements).toEqual([])
})

it.each([
  ['test/add.test.js', true],
  ['src/add.test.mjs', true],
  ['test/helpers/data.js', true],
  ['src/test-add.cjs', true],
  ['src/add.js', false],
  ['test/data.json', false],
  ['src/latest.js', false],
  ['node_modules/x/test/a.js', false],
])('knows whether node --test finds %s', (path, found) => {
  expect(LANGUAGES.javascript.isTestFile(path)).toBe(found)
})
