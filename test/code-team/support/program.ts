// A small program as the five agents would answer it: two modules, one of which imports the other.
import type { Architecture, FilesAnswer, Review, Specification } from '../../../src/code-team/documents'

export const REQUEST = 'a command that adds numbers'

export const specification: Specification = {
  title: 'Sum: a command that adds numbers',
  summary: 'It adds the numbers that it is given.',
  requirements: [
    { id: 'R-1', text: 'It adds.', criteria: [{ id: 'AC-1', text: 'add(2, 3) is 5.' }] },
    { id: 'R-2', text: 'It prints.', criteria: [{ id: 'AC-2', text: 'The arguments 2 3 give "sum: 5".' }] },
  ],
  openQuestions: [{ question: 'How many numbers?', assumption: 'Two.' }],
  outOfScope: ['Subtraction'],
}

export const architecture: Architecture = {
  decisions: [{ decision: 'Two modules.', reason: 'Adding can be tested alone.' }],
  modules: [
    {
      name: 'add',
      purpose: 'Adds.',
      paths: ['src/add.js'],
      testPaths: ['test/add.test.js'],
      contract: 'src/add.js exports add(a: number, b: number): number',
      imports: [],
      criteria: ['AC-1'],
    },
    {
      name: 'cli',
      purpose: 'The command.',
      paths: ['src/cli.js'],
      testPaths: ['test/cli.test.js'],
      contract: 'src/cli.js exports sum(args: string[]): string',
      imports: ['add'],
      criteria: ['AC-2'],
    },
  ],
  testCommand: ['node', '--test'],
  runCommand: ['node', 'src/cli.js', '2', '3'],
  diagram: 'flowchart LR\n  cli --> add',
}

export function files(contents: Record<string, string>, remove: string[] = []): FilesAnswer {
  const list = Object.entries(contents).map(([path, content]) => ({ path, content }))
  return { files: list, remove, notes: 'It is short.' }
}

export const approve: Review = { verdict: 'approve', findings: [] }

const code = {
  add: 'export const add = (a, b) => a + b\n',
  cli: "import { add } from './add.js'\nexport const sum = (args) => `sum: ${add(Number(args[0]), Number(args[1]))}`\n",
}
const tests = {
  add: testFile("import { add } from '../src/add.js'", '[AC-1] adds', 'assert.equal(add(2, 3), 5)'),
  cli: testFile("import { sum } from '../src/cli.js'", '[AC-2] prints', "assert.equal(sum(['2', '3']), 'sum: 5')"),
}

export function testFile(imports: string, title: string, body: string): string {
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
${imports}
test('${title}', () => { ${body} })
`
}

export const good = {
  code: { add: files({ 'src/add.js': code.add }), cli: files({ 'src/cli.js': code.cli }) },
  tests: { add: files({ 'test/add.test.js': tests.add }), cli: files({ 'test/cli.test.js': tests.cli }) },
}
export const wrongAdd = files({ 'src/add.js': 'export const add = (a, b) => a - b\n' })
