// Patches of parallel modules: each in its own paths, no path twice, and the base stays what it was.
import { applyPatches, ownerOverlaps, ownershipProblems, type OwnedPatch } from '../../src/workspace/patches'
import { EVERYTHING, isOwned, ownedPathProblem } from '../../src/workspace/paths'
import type { Snapshot } from '../../src/workspace/snapshot'
import { readText, textFiles } from '../../src/workspace/snapshots'
import { MemoryArtifacts } from './support/memory-artifacts'

const artifacts = new MemoryArtifacts()
let base: Snapshot
beforeAll(async () => {
  base = { files: await textFiles(artifacts, { 'src/a/one.js': '1', 'src/b/two.js': '2', 'README.md': 'r' }) }
})

async function patchOf(
  owner: string,
  paths: string[],
  write: Record<string, string>,
  remove: string[] = [],
): Promise<OwnedPatch> {
  return { owner, paths, patch: { write: await textFiles(artifacts, write), remove } }
}

test('patches of several owners become one snapshot, whatever their order', async () => {
  const a = await patchOf('a', ['src/a/', 'package.json'], { 'src/a/new.js': 'n', 'package.json': '{}' }, [
    'src/a/one.js',
  ])
  const b = await patchOf('b', ['src/b/'], { 'src/b/two.js': 'zwei' })
  const before = JSON.stringify(base)
  const merged = applyPatches(base, [a, b])
  expect(Object.keys(merged.files)).toEqual(['README.md', 'package.json', 'src/a/new.js', 'src/b/two.js'])
  expect(await readText(artifacts, merged, 'src/b/two.js')).toBe('zwei')
  expect(applyPatches(base, [b, a])).toEqual(merged)
  expect(JSON.stringify(base)).toBe(before)
})

test.each<[string, string[], Record<string, string>, string[]]>([
  ['a file of another', ['src/a/'], { 'src/b/two.js': 'x' }, []],
  ['removing a file of another', ['src/a/'], {}, ['src/b/two.js']],
  ['a directory whose name begins alike', ['src/a/'], { 'src/ab/x.js': 'x' }, []],
  ['a file whose name begins alike', ['src/a'], { 'src/a.js': 'x' }, []],
  ['below an owned file', ['src/a'], { 'src/a/x': 'x' }, []],
  ['the owned directory in other letters', ['src/a/'], { 'SRC/a/x.js': 'x' }, []],
  ['nothing owned', [], { x: 'x' }, []],
])('%s is refused, naming owner, path and what is owned', async (_what, paths, write, remove) => {
  const patch = await patchOf('mallory', paths, write, remove)
  const path = [...Object.keys(write), ...remove][0]!
  const owned = paths.map((one) => `"${one}"`).join(', ') || 'nothing'
  expect(() => applyPatches(base, [patch])).toThrow(
    expect.objectContaining({ code: 'PathRefused', message: `mallory may not change "${path}": it owns ${owned}` }),
  )
  expect(ownershipProblems(base, [patch])).toEqual([`mallory may not change "${path}": it owns ${owned}`])
})

test.each<[string, boolean]>([
  ['node_modules/numbers/index.js', true],
  ['node_modules/.bin/jest', true],
  ['node_modules', true],
  ['Node_Modules/x/index.js', true],
  ['packages/a/node_modules/x/index.js', true],
  ['.venv/bin/python3', true],
  ['venv/x', true],
  ['packages/tracked/node_modules/kept/index.js', false],
  ['test/fixtures/b/node_modules/x/index.js', false],
  ['src/node_modules.js', false],
])('%s is where packages are installed: %s, and then it is nobody’s', async (path, refused) => {
  const tracked = [
    'packages/a/package.json',
    'packages/tracked/package.json',
    'packages/tracked/node_modules/kept/x.js',
  ]
  const texts = Object.fromEntries(tracked.map((one) => [one, '']))
  const here = { files: { ...base.files, ...(await textFiles(artifacts, texts)) } }
  const patch = await patchOf('mallory', [EVERYTHING], { [path]: '' })
  const problems = refused ? [`mallory may not change "${path}": packages are installed there`] : []
  expect(ownershipProblems(here, [patch])).toEqual(problems)
})

test('what two owners change is a conflict, even if it is the same', async () => {
  const both = [await patchOf('a', ['/'], { x: '1' }), await patchOf('b', ['x'], { x: '1' })]
  expect(() => applyPatches(base, both)).toThrow(
    expect.objectContaining({ code: 'PatchConflict', message: 'a and b both change "x"' }),
  )
  const removed = [await patchOf('a', ['/'], { 'README.md': '1' }), await patchOf('b', ['/'], {}, ['README.md'])]
  expect(() => applyPatches(base, removed)).toThrow(expect.objectContaining({ code: 'PatchConflict' }))
  const twice = await patchOf('a', ['/'], { x: '1' }, ['x'])
  expect(ownershipProblems(base, [twice])).toEqual(['a changes "x" twice'])
})

test('files that cannot be beside each other are a conflict', async () => {
  for (const path of ['readme.md', 'README.md/x', 'src/a', 'Src/x']) {
    const patch = await patchOf('a', [EVERYTHING], { [path]: 'x' })
    expect(() => applyPatches(base, [patch])).toThrow(expect.objectContaining({ code: 'PatchConflict' }))
    expect(ownershipProblems(base, [patch])).toHaveLength(1)
  }
  const renamed = await patchOf('a', [EVERYTHING], { 'readme.md': 'x' }, ['README.md'])
  expect(ownershipProblems(base, [renamed])).toEqual([])
})

test('a forged entry of a patch is refused', () => {
  const write = { 'src/x.js': { artifact: '/etc/passwd', bytes: 3 } }
  expect(() => applyPatches(base, [{ owner: 'a', paths: ['/'], patch: { write, remove: [] } }])).toThrow(
    expect.objectContaining({ code: 'ArtifactCorrupt' }),
  )
})

test('removing what is not there changes nothing', async () => {
  expect(applyPatches(base, [await patchOf('a', ['/'], {}, ['nothing.js'])])).toEqual(applyPatches(base, []))
})

test('owned paths: files, directories, everything; and what is none', () => {
  expect(isOwned('a/b', ['a/'])).toBe(true)
  expect(isOwned('a', ['a/'])).toBe(false)
  expect(isOwned('a', ['a'])).toBe(true)
  expect(isOwned('anything', [EVERYTHING])).toBe(true)
  for (const entry of ['a', 'a/', 'a/b/', EVERYTHING]) expect(ownedPathProblem(entry)).toBeUndefined()
  for (const entry of ['', '//', '../', 'a//', './', '/a', 'a/**', '.git/', '.'])
    expect(ownedPathProblem(entry)).toEqual(expect.any(String))
})

test('overlapping owners are named with their paths', () => {
  const owners = [
    { owner: 'a', paths: ['src/', 'x.js'] },
    { owner: 'b', paths: ['src/b/', 'y.js'] },
    { owner: 'c', paths: ['x.js', 'source/'] },
  ]
  expect(ownerOverlaps(owners)).toEqual([
    '"src/" of a and "src/b/" of b overlap',
    '"x.js" of a and "x.js" of c overlap',
  ])
  expect(
    ownerOverlaps([
      { owner: 'a', paths: ['/'] },
      { owner: 'b', paths: ['b'] },
    ]),
  ).toHaveLength(1)
})
