// Artifacts in a file store: kept by hash, written once, checked when read.
import { createHash, randomBytes } from 'node:crypto'
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Store } from '../../src/storage/store'
import { openFileStore } from '../../src/storage/file-store'
import { startChild } from './support/child'
import { artifactFiles, filesBelow, temporaryDirectory } from './support/temporary'

const root = temporaryDirectory()
let store: Store
beforeAll(async () => {
  store = await openFileStore({ directory: path.join(root, 'store') })
})
const fileOf = (id: string): string => path.join(store.identity.location, 'artifacts', id.slice(0, 2), id)

test('an artifact is named by its SHA-256 and comes back byte for byte', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('déjà vu'), randomBytes(3_000_000), new Uint8Array([0, 255, 10])]) {
    const id = await store.artifacts.put(bytes)
    expect(id).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(await store.artifacts.has(id)).toBe(true)
    expect((await store.artifacts.get(id)).equals(bytes)).toBe(true)
  }
})

test('a view into a larger buffer is kept as the view, not as the buffer', async () => {
  const view = new Uint8Array(Buffer.from('0123456789')).subarray(2, 5)
  expect((await store.artifacts.get(await store.artifacts.put(view))).toString()).toBe('234')
})

test('a text is kept as its UTF-8', async () => {
  const id = await store.artifacts.put('déjà vu')
  expect(id).toBe(createHash('sha256').update('déjà vu', 'utf8').digest('hex'))
  expect((await store.artifacts.get(id)).toString()).toBe('déjà vu')
})

test('the same bytes are written once', async () => {
  const id = await store.artifacts.put(Buffer.from('once'))
  const before = statSync(fileOf(id))
  expect(await store.artifacts.put(Buffer.from('once'))).toBe(id)
  const after = statSync(fileOf(id))
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs])
})

test('the same bytes put many times at once are one artifact', async () => {
  const ids = await Promise.all(Array.from({ length: 100 }, () => store.artifacts.put(Buffer.from('many'))))
  expect(new Set(ids).size).toBe(1)
  expect((await store.artifacts.get(ids[0] ?? '')).toString()).toBe('many')
  expect(filesBelow(path.join(store.identity.location, 'tmp'))).toEqual([])
})

test.each(['0'.repeat(64), '', '../store.json', 'A'.repeat(64), `${'0'.repeat(62)}/.`])(
  'an artifact that is not there is named in the refusal: %j',
  async (id) => {
    expect(await store.artifacts.has(id)).toBe(false)
    await expect(store.artifacts.get(id)).rejects.toMatchObject({
      code: 'ArtifactNotFound',
      message: expect.stringContaining(JSON.stringify(id)),
      retryable: false,
    })
  },
)

test('damaged bytes are refused, and put again where their size is wrong', async () => {
  const id = await store.artifacts.put(Buffer.from('whole'))
  writeFileSync(fileOf(id), 'w-ole')
  await expect(store.artifacts.get(id)).rejects.toMatchObject({
    code: 'ArtifactCorrupt',
    message: expect.stringContaining(fileOf(id)),
  })
  truncateSync(fileOf(id), 2)
  await expect(store.artifacts.get(id)).rejects.toMatchObject({ code: 'ArtifactCorrupt' })
  await store.artifacts.put(Buffer.from('whole'))
  expect((await store.artifacts.get(id)).toString()).toBe('whole')
})

test('two thousand artifacts and records at once are kept with 64 open files', async () => {
  const directory = path.join(root, 'many')
  const child = startChild('write-many', [directory, '1000'], { openFiles: 64 })
  expect(await child.ended).toBe(0)
  expect(new Set(artifactFiles(directory))).toEqual(new Set(child.lines))
  expect(child.lines).toHaveLength(1_000)
  expect(await (await openFileStore({ directory })).records.list('many/')).toHaveLength(1_000)
})

test('a store that was removed under a process says so, for reads and for writes', async () => {
  const other = await openFileStore({ directory: path.join(root, 'removed') })
  const id = await other.artifacts.put(Buffer.from('gone'))
  rmSync(other.identity.location, { recursive: true })
  const refusal = { code: 'StoreUnavailable', message: expect.stringContaining(other.identity.location) }
  await expect(other.artifacts.get(id)).rejects.toMatchObject(refusal)
  await expect(other.artifacts.has(id)).rejects.toMatchObject(refusal)
  await expect(other.artifacts.put(Buffer.from('gone'))).rejects.toMatchObject(refusal)
  await expect(other.records.read('a')).rejects.toMatchObject(refusal)
  await expect(other.records.list('')).rejects.toMatchObject(refusal)
  await expect(other.records.create('a', 1)).rejects.toMatchObject(refusal)
})
