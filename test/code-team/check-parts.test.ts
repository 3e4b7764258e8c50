// What surrounds the tests: contributions merged by ownership, and what a program lacks.
import { mergeContributions } from '../../src/code-team/check/merge'
import { runOwnTests } from '../../src/code-team/check/own-tests'
import { endOf } from '../../src/code-team/check/output'
import { commandLine, scaffoldFiles } from '../../src/code-team/check/scaffold'
import { EMPTY_SNAPSHOT } from '../../src/workspace/snapshots'
import { SANDBOX } from '../support/sandbox'
import { memoryArtifacts, snapshotOf } from './support/artifacts'
import { architecture } from './support/program'

const artifacts = memoryArtifacts()

it('merges by ownership, and what cannot be merged is its author’s problem', async () => {
  const file = { artifact: 'a'.repeat(64), bytes: 1 }
  const left = (module: string, ...paths: string[]): Parameters<typeof mergeContributions>[2][0] => ({
    ...{
      module,
      role: 'code',
      notes: '',
      patch: { write: Object.fromEntries(paths.map((path) => [path, file])), remove: [] },
    },
  })
  const { snapshot, problems } = mergeContributions(EMPTY_SNAPSHOT, architecture, [
    left('add', 'src/add.js'),
    left('cli', 'src/cli.js', 'src/add.js'),
    { ...left('add'), role: 'tests', refusal: 'it wrote elsewhere' },
  ])
  expect(Object.keys(snapshot.files)).toEqual(['src/add.js'])
  expect(problems).toEqual([
    { module: 'add', role: 'tests', text: 'what it answered was refused: it wrote elsewhere' },
    { module: 'cli', role: 'code', text: expect.stringContaining('the coder of "cli" may not change "src/add.js"') },
  ])
})

it('adds only what a program lacks', async () => {
  const merged = await snapshotOf(artifacts, { 'src/a.js': '' })
  const input = { language: 'javascript' as const, architecture, title: 'Größe & more!', base: EMPTY_SNAPSHOT, merged }
  expect(JSON.parse(scaffoldFiles(input)['package.json']!)).toMatchObject({ name: 'gro-e-more', type: 'module' })
  expect(scaffoldFiles({ ...input, merged: await snapshotOf(artifacts, { 'package.json': '{}' }) })).toEqual({})
  expect(scaffoldFiles({ ...input, base: merged })).toEqual({})
  expect(commandLine(['node', "it's", 'a b', '$(x)'])).toBe(`node 'it'\\''s' 'a b' '$(x)'`)
})

it.each([
  ['python3 -m unittest', { 'tests/test_a.py': 'import unittest\n', 'tests/__init__.py': '' }],
  ['node --test', { 'test/a.test.json': '' }],
])('does not call it passed where %s of a repository runs no test', async (command, texts) => {
  const { signal } = new AbortController()
  const snapshot = await snapshotOf(artifacts, texts)
  expect(await runOwnTests(artifacts, snapshot, command, { signal, sandbox: SANDBOX })).toMatchObject({
    passed: false,
  })
})

it('tells the end of a long output as the end, with how much there was', () => {
  expect(endOf('all of it', 9)).toBe('all of it')
  expect(endOf('all of it', 5)).toBe('[the last 5 of 9 characters]\nof it')
})
