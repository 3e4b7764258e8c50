// The 4 KiB rule for outputs, and where the store is by default.
import path from 'node:path'
import type { JsonValue } from '../../src/contract/json'
import { INLINE_OUTPUT_BYTES } from '../../src/contract/limits'
import type { OutputReference } from '../../src/contract/run'
import { defaultStoreLocation } from '../../src/storage/defaults'
import { openFileStore } from '../../src/storage/file-store'
import { loadOutput, storeOutput } from '../../src/storage/output'
import type { Store } from '../../src/storage/store'
import { artifactFiles, temporaryDirectory } from './support/temporary'

const directory = temporaryDirectory()
let store: Store
beforeAll(async () => {
  store = await openFileStore({ directory })
})

async function referenceTo(value: JsonValue): Promise<OutputReference> {
  const stored = await storeOutput(store, value)
  if (!('reference' in stored)) throw new Error('it went inline')
  return stored.reference
}

test('4 KiB of JSON go inline, one byte more goes by reference', async () => {
  const inline = 'x'.repeat(INLINE_OUTPUT_BYTES - 2)
  expect(await storeOutput(store, inline)).toEqual({ inline })
  expect(artifactFiles(directory)).toEqual([])
  expect(await referenceTo(`${inline}x`)).toMatchObject({ bytes: INLINE_OUTPUT_BYTES + 1 })
})

test('the limit counts bytes, not characters', async () => {
  expect(await referenceTo('語'.repeat(1_366))).toMatchObject({ bytes: 1_366 * 3 + 2 })
})

test('a large output comes back whole, from its exact JSON', async () => {
  const value = { points: Array.from({ length: 1_000 }, (_, index) => `point ${index}`), null: null }
  const reference = await referenceTo(value)
  expect(reference.bytes).toBe(Buffer.byteLength(JSON.stringify(value)))
  expect(JSON.stringify(value).startsWith(reference.preview)).toBe(true)
  expect(reference.preview).toHaveLength(200)
  expect(await loadOutput(store, reference)).toEqual(value)
})

test('a preview never ends in half a character', async () => {
  for (const offset of ['', 'x']) {
    const { preview } = await referenceTo(offset + '🎭'.repeat(2_000))
    expect(preview.length).toBeGreaterThanOrEqual(199)
    expect(preview.length).toBeLessThanOrEqual(200)
    expect(Buffer.from(preview).toString()).toBe(preview)
  }
})

test('an output that looks like a reference stays an output', async () => {
  const lookalike = { reference: { artifact: '0'.repeat(64), bytes: 5_000, preview: '' } }
  expect(await storeOutput(store, lookalike)).toEqual({ inline: lookalike })
})

test('a reference that this store does not hold is refused', async () => {
  const reference = { artifact: '0'.repeat(64), bytes: 5_000, preview: '' }
  await expect(loadOutput(store, reference)).rejects.toMatchObject({ code: 'ArtifactNotFound' })
})

describe('the default directory', () => {
  const { TROUPE_STORE, TROUPE_DIR } = process.env
  const setting = (values: { TROUPE_STORE?: string; TROUPE_DIR?: string }): string => {
    for (const key of ['TROUPE_STORE', 'TROUPE_DIR'] as const) {
      if (values[key] === undefined) delete process.env[key]
      else process.env[key] = values[key]
    }
    return defaultStoreLocation()
  }
  afterAll(() => setting({ TROUPE_STORE, TROUPE_DIR }))

  test('is TROUPE_STORE, else in TROUPE_DIR, else in .troupe here; empty counts as unset', () => {
    expect(setting({ TROUPE_STORE: '/data/store', TROUPE_DIR: '/data' })).toBe(path.resolve('/data/store'))
    expect(setting({ TROUPE_STORE: 'near' })).toBe(path.resolve('near'))
    expect(setting({ TROUPE_STORE: '', TROUPE_DIR: '/data' })).toBe(path.resolve('/data/store'))
    expect(setting({ TROUPE_DIR: '' })).toBe(path.join(process.cwd(), '.troupe', 'store'))
    expect(setting({})).toBe(path.join(process.cwd(), '.troupe', 'store'))
  })
})
