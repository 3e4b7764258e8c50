// What surrounds the tests: contributions merged by ownership, what a program lacks, and the tests that a repository had.
import { mergeContributions } from '../../src/code-team/check/merge'
import { changedTests, ownTestCommand, runOwnTests, withoutNewTests } from '../../src/code-team/check/own-tests'
import { commandLine, scaffoldFiles } from '../../src/code-team/check/scaffold'
import type { LanguageName } from '../../src/code-team/languages'
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

it('knows the tests that a repository had', async () => {
  const command = async (
    texts: Record<string, string>,
    language: LanguageName = 'javascript',
  ): Promise<string | undefined> => ownTestCommand(artifacts, await snapshotOf(artifacts, texts), language)
  const manifest = (test: string): Record<string, string> => ({ 'package.json': JSON.stringify({ scripts: { test } }) })
  expect(await command(manifest('mocha --exit'))).toBe('mocha --exit')
  expect(await command(manifest('echo "Error: no test specified" && exit 1'))).toBeUndefined()
  expect(await command({ 'package.json': '{' })).toBeUndefined()
  expect(await command({})).toBeUndefined()
  expect(await command({ 'tests/test_a.py': '' }, 'python')).toBe('python3 -m unittest')
  expect(await command({ 'test/a.test.js': '' })).toBe('node --test')
  expect(await command({ ...manifest(''), 'test/helper.js': '' })).toBeUndefined()
  const base = await snapshotOf(artifacts, { 'test/old.test.js': '', 'src/a.js': '' })
  const now = {
    files: { ...base.files, ...(await snapshotOf(artifacts, { 'test/new.test.js': '', 'src/b.js': '' })).files },
  }
  expect(Object.keys(withoutNewTests(base, now, 'javascript').files)).toEqual([
    'test/old.test.js',
    'src/a.js',
    'src/b.js',
  ])
  const other = { files: { ...now.files, ...(await snapshotOf(artifacts, { 'test/old.test.js': 'weaker' })).files } }
  expect(changedTests(base, other, 'javascript')).toEqual(['test/old.test.js'])
  expect(changedTests(base, now, 'javascript')).toEqual([])
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
