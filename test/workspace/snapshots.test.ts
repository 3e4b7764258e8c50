// Snapshots as artifacts: one tree has one name, and what is no snapshot is refused, whoever wrote it.
import fc from 'fast-check'
import { applyPatch } from 'diff'
import { diffSnapshots } from '../../src/workspace/diff-snapshots'
import { SNAPSHOT_FILES } from '../../src/workspace/limits'
import { collisions } from '../../src/workspace/paths'
import type { Snapshot } from '../../src/workspace/snapshot'
import { loadSnapshot, readText, storeFile, storeSnapshot, textFiles } from '../../src/workspace/snapshots'
import { MemoryArtifacts } from './support/memory-artifacts'

const artifacts = new MemoryArtifacts()
const snapshotOf = async (files: Record<string, string>): Promise<Snapshot> => ({
  files: await textFiles(artifacts, files),
})

test('the same files have the same artifact, in whatever order they came', async () => {
  const one = await storeSnapshot(artifacts, await snapshotOf({ 'b.js': '2', 'a/c.js': '1' }))
  const other = await storeSnapshot(artifacts, await snapshotOf({ 'a/c.js': '1', 'b.js': '2' }))
  expect(other).toBe(one)
  const loaded = await loadSnapshot(artifacts, one)
  expect(await readText(artifacts, loaded, 'a/c.js')).toBe('1')
  expect(await storeSnapshot(artifacts, loaded)).toBe(one)
})

const hash = 'a'.repeat(64)
test.each<[string, unknown]>([
  ['no object', []],
  ['nothing', null],
  ['a text', 'files'],
  ['files that are a list', { files: [] }],
  ['more than files', { files: {}, toJSON: 1 }],
  ['no artifact', { files: { a: { bytes: 1 } } }],
  ['an artifact that is a path', { files: { a: { artifact: '../../etc/passwd', bytes: 1 } } }],
  ['an artifact in capitals', { files: { a: { artifact: hash.toUpperCase(), bytes: 1 } } }],
  ['negative bytes', { files: { a: { artifact: hash, bytes: -1 } } }],
  ['bytes that are a text', { files: { a: { artifact: hash, bytes: '1' } } }],
  ['a broken number', { files: { a: { artifact: hash, bytes: 0.5 } } }],
  ['executable: false', { files: { a: { artifact: hash, bytes: 1, executable: false } } }],
  ['a link', { files: { a: { artifact: hash, bytes: 1, link: '/etc/passwd' } } }],
  ['a mode', { files: { a: { artifact: hash, bytes: 1, mode: 0o4755 } } }],
])('a forged snapshot is refused: %s', async (_what, value) => {
  await expect(loadSnapshot(artifacts, await artifacts.put(JSON.stringify(value)))).rejects.toMatchObject({
    code: 'ArtifactCorrupt',
  })
})

test('what is no JSON, or no UTF-8, is no snapshot', async () => {
  for (const bytes of [Buffer.from('{'), Buffer.from([0xff, 0xfe]), Buffer.alloc(0)]) {
    await expect(loadSnapshot(artifacts, await artifacts.put(bytes))).rejects.toMatchObject({ code: 'ArtifactCorrupt' })
  }
})

test('a size that is not the real one is noticed when the file is read', async () => {
  const { artifact } = await storeFile(artifacts, Buffer.from('12345'))
  const id = await artifacts.put(JSON.stringify({ files: { a: { artifact, bytes: 1 } } }))
  const forged = await loadSnapshot(artifacts, id)
  await expect(readText(artifacts, forged, 'a')).rejects.toMatchObject({ code: 'ArtifactCorrupt' })
})

test('names of what every object has are no files', async () => {
  await expect(readText(artifacts, { files: {} }, 'constructor')).rejects.toMatchObject({ code: 'ArtifactNotFound' })
})

test('too many files, a file too large, and too much in all are refused', async () => {
  const many = Object.fromEntries(
    Array.from({ length: SNAPSHOT_FILES + 1 }, (_, index) => [`f${index}`, { artifact: hash, bytes: 0 }]),
  )
  const refused = { code: 'OutputTooLarge' }
  await expect(storeSnapshot(artifacts, { files: many })).rejects.toMatchObject(refused)
  await expect(storeSnapshot(artifacts, { files: { a: { artifact: hash, bytes: 1e9 } } })).rejects.toMatchObject(
    refused,
  )
  const large = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`f${index}`, { artifact: hash, bytes: 6e7 }]),
  )
  await expect(storeSnapshot(artifacts, { files: large })).rejects.toMatchObject(refused)
})

test.each([
  [['a.js', 'A.js']],
  [['straße', 'STRASSE']],
  [['src/a.js', 'SRC/b.js']],
  [['ﬁle', 'file']],
  [['Å', 'å']],
  [['ς', 'σ']],
  [['a', 'a/b']],
  [['A', 'a/b']],
  [['x/y/z', 'X/Y']],
])('%j cannot be beside each other', async (paths) => {
  expect(collisions(paths)).not.toEqual([])
  expect(collisions([...paths].reverse())).not.toEqual([])
  const files = Object.fromEntries(paths.map((path) => [path, { artifact: hash, bytes: 0 }]))
  await expect(storeSnapshot(artifacts, { files })).rejects.toMatchObject({ code: 'PatchConflict' })
})

test('paths that only resemble each other do not collide', () => {
  expect(collisions(['a', 'ab', 'b/a', 'a.js', 'src/a', 'src/b', 'src.js', 'source/a'])).toEqual([])
})

test('a difference shows new, changed and removed files, modes, and names what is no text', async () => {
  const before = await snapshotOf({
    'keep.js': 'same\n',
    'change.js': 'one\ntwo\n',
    'gone.js': 'bye\n',
    'run.sh': 'x\n',
  })
  const after = await snapshotOf({ 'keep.js': 'same\n', 'change.js': 'one\n2\n', 'new/a.js': 'hello', 'run.sh': 'x\n' })
  after.files['run.sh'] = { ...after.files['run.sh']!, executable: true }
  after.files['empty'] = await storeFile(artifacts, Buffer.alloc(0))
  after.files['image.png'] = await storeFile(artifacts, Buffer.from([0x89, 0, 1]))
  expect(await diffSnapshots(artifacts, before, after)).toBe(
    [
      'diff --git a/change.js b/change.js',
      '--- a/change.js',
      '+++ b/change.js',
      '@@ -1,2 +1,2 @@',
      ' one',
      '-two',
      '+2',
      'diff --git a/empty b/empty',
      'new file mode 100644',
      'diff --git a/gone.js b/gone.js',
      'deleted file mode 100644',
      '--- a/gone.js',
      '+++ /dev/null',
      '@@ -1,1 +0,0 @@',
      '-bye',
      'diff --git a/image.png b/image.png',
      'new file mode 100644',
      'Binary files /dev/null and b/image.png differ',
      'diff --git a/new/a.js b/new/a.js',
      'new file mode 100644',
      '--- /dev/null',
      '+++ b/new/a.js',
      '@@ -0,0 +1,1 @@',
      '+hello',
      '\\ No newline at end of file',
      'diff --git a/run.sh b/run.sh',
      'old mode 100644',
      'new mode 100755',
      '',
    ].join('\n'),
  )
  expect(await diffSnapshots(artifacts, after, after)).toBe('')
  expect(await diffSnapshots(artifacts, undefined, await snapshotOf({ a: '1\n' }))).toContain('+++ b/a')
})

test('any text is a path that is refused, or one that makes the round trip', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), async (path) => {
      const id = await artifacts.put(`{"files":{${JSON.stringify(path)}:{"artifact":"${hash}","bytes":0}}}`)
      const loaded = await loadSnapshot(artifacts, id).catch((error: unknown) => error)
      if ((loaded as { code?: string }).code === 'PathRefused') return
      expect(Object.keys((loaded as Snapshot).files)).toEqual([path])
    }),
  )
})

it('replaces a file that changed in too many lines as a whole, and leaves none of them out', async () => {
  const lines = (word: string): string => Array.from({ length: 2_600 }, (_, place) => `${word} ${place}\n`).join('')
  const texts = { from: lines('old'), to: `${lines('new')}without an end` }
  const [before, after] = [await snapshotOf({ a: texts.from }), await snapshotOf({ a: texts.to })]
  expect(applyPatch(texts.from, await diffSnapshots(artifacts, before, after))).toBe(texts.to)
  expect(applyPatch('', await diffSnapshots(artifacts, undefined, after))).toBe(texts.to)
  expect(applyPatch(texts.from, await diffSnapshots(artifacts, before, await snapshotOf({ a: '' })))).toBe('')
})
