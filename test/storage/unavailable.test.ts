// Stores that cannot be used: full, read-only, forbidden, or not a directory. Each says which, and what to do.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openFileStore } from '../../src/storage/file-store'
import type { Store } from '../../src/storage/store'
import { temporaryDirectory } from './support/temporary'

const root = temporaryDirectory()

/** Why no small disk can be mounted here; undefined if one can. */
function mountRefusal(): string | undefined {
  const place = path.join(root, 'trial')
  mkdirSync(place)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'pipe' })
    execFileSync('umount', [place], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return String(error).split('\n')[0]
  }
}
const refusal = mountRefusal()
if (refusal !== undefined) console.warn(`SKIPPED: the tests on full and read-only disks need mount: ${refusal}`)
const testWithDisk = refusal === undefined ? test : test.skip

const mounted: string[] = []
afterEach(() => {
  for (const place of mounted.splice(0)) execFileSync('umount', [place])
})

/** A disk of one MiB with a store on it. */
async function smallDisk(name: string): Promise<{ place: string; store: Store }> {
  const place = path.join(root, name)
  mkdirSync(place)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place])
  mounted.push(place)
  return { place, store: await openFileStore({ directory: path.join(place, 'store') }) }
}

/** Puts artifacts of 32 KiB until one is refused; the refusal and what was kept before. */
async function fill(store: Store): Promise<{ kept: string[]; error: unknown }> {
  const kept: string[] = []
  for (let index = 0; index < 100; index++) {
    try {
      kept.push(await store.artifacts.put(Buffer.alloc(32 * 1024, `block ${index}`)))
    } catch (error) {
      return { kept, error }
    }
  }
  throw new Error('a disk of 1 MiB took more than 3 MiB')
}

testWithDisk(
  'a full disk is named with a remedy, loses nothing that was kept, and is usable once there is space',
  async () => {
    const { place, store } = await smallDisk('full')
    await store.records.create('before', 1)
    const { kept, error } = await fill(store)
    expect(error).toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringMatching(/^the store .*full[/]store is full: no space left|^the store .* is full/),
      hint: expect.stringContaining('TROUPE_STORE'),
      retryable: true,
    })
    expect((error as Error).message).toContain(store.identity.location)
    expect(kept.length).toBeGreaterThan(5)
    for (const id of kept) await store.artifacts.get(id)
    expect(readdirSync(path.join(store.identity.location, 'tmp'))).toEqual([])

    // Not one more byte: a record is refused too, and is not there in halves.
    writeFileSync(path.join(place, 'filler'), '')
    expect(() => writeFileSync(path.join(place, 'filler'), Buffer.alloc(1024 * 1024))).toThrow('ENOSPC')
    await expect(store.records.create('during', 'x'.repeat(5_000))).rejects.toMatchObject({ code: 'StoreUnavailable' })
    expect(await store.records.read('during')).toBeUndefined()
    expect(await store.records.create('before', 2)).toEqual({ created: false, value: 1 })
    expect(await store.records.list('')).toEqual(['before'])

    rmSync(path.join(place, 'filler'))
    rmSync(path.join(store.identity.location, 'artifacts', kept[0]?.slice(0, 2) ?? ''), { recursive: true })
    expect((await store.records.create('during', 'x'.repeat(5_000))).created).toBe(true)
  },
)

testWithDisk('a full store is refused when it is opened, but may be opened for reading', async () => {
  const { place, store } = await smallDisk('refused')
  await store.records.create('before', 1)
  // Room for a few small files is left: without a trial the store would open, and the run would fail half done.
  const filler = path.join(place, 'filler')
  expect(() => writeFileSync(filler, Buffer.alloc(1024 * 1024))).toThrow('ENOSPC')
  truncateSync(filler, statSync(filler).size - 16 * 1024)
  const directory = store.identity.location
  await expect(openFileStore({ directory })).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining('is full'),
  })
  const reader = await openFileStore({ directory, writable: false })
  expect(reader.identity).toEqual(store.identity)
  expect(await reader.records.read('before')).toBe(1)
})

testWithDisk('a read-only disk is refused when the store is opened, but may be opened for reading', async () => {
  const { place, store } = await smallDisk('read-only')
  const id = await store.artifacts.put(Buffer.from('kept'))
  execFileSync('mount', ['-o', 'remount,ro', place])
  const directory = store.identity.location
  await expect(openFileStore({ directory })).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringMatching(/read-only/),
    retryable: true,
  })
  await expect(store.artifacts.put(Buffer.from('new'))).rejects.toMatchObject({ code: 'StoreUnavailable' })
  const reader = await openFileStore({ directory, writable: false })
  expect((await reader.artifacts.get(id)).toString()).toBe('kept')
})

test('a file in place of the directory, or above it, is named', async () => {
  const file = path.join(root, 'a-file')
  writeFileSync(file, 'something else')
  for (const directory of [file, path.join(file, 'store')]) {
    await expect(openFileStore({ directory })).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringMatching(/the store .*a-file.* is not a directory/),
      hint: expect.stringContaining('TROUPE_STORE'),
    })
  }
})

test('a store opened for reading is not created', async () => {
  const directory = path.join(root, 'nowhere')
  await expect(openFileStore({ directory, writable: false })).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining('does not exist'),
  })
  expect(readdirSync(root)).not.toContain('nowhere')
})

test('a store keeps its identity, and one without a legible identity is refused', async () => {
  const directory = path.join(root, 'identity')
  const { identity } = await openFileStore({ directory: path.relative(process.cwd(), directory) })
  expect(identity).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), location: directory })
  expect((await openFileStore({ directory })).identity).toEqual(identity)
  writeFileSync(path.join(directory, 'store.json'), '{"id": 7}')
  await expect(openFileStore({ directory })).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining('store.json'),
  })
})
