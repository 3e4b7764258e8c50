// Records in a file store: created once, under any name, found again by prefix.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import type { JsonValue } from '../../src/contract/json'
import { openFileStore } from '../../src/storage/file-store'
import type { RecordStore, Store } from '../../src/storage/store'
import { anyName } from './support/any-name'
import { filesBelow, temporaryDirectory } from './support/temporary'

const root = temporaryDirectory()
let opened = 0
const newStore = (): Promise<Store> => openFileStore({ directory: path.join(root, `store-${opened++}`) })

async function createAll(records: RecordStore, names: string[]): Promise<void> {
  await Promise.all(names.map((name) => records.create(name, { name })))
}

test('the first writer wins, and a later one reads what stands', async () => {
  const { records } = await newStore()
  expect(await records.read('owner')).toBeUndefined()
  expect(await records.create('owner', { process: 1 })).toEqual({ created: true, value: { process: 1 } })
  expect(await records.create('owner', { process: 2 })).toEqual({ created: false, value: { process: 1 } })
  expect(await records.read('owner')).toEqual({ process: 1 })
})

test('of many creations within one process exactly one wins', async () => {
  const { records } = await newStore()
  const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => records.create('one', index)))
  const winner = outcomes.findIndex((outcome) => outcome.created)
  expect(outcomes.filter((outcome) => outcome.created)).toHaveLength(1)
  expect(outcomes.map((outcome) => outcome.value)).toEqual(outcomes.map(() => winner))
})

test('a value comes back as JSON gives it back, to the creator too', async () => {
  const { records } = await newStore()
  await fc.assert(
    fc.asyncProperty(fc.uuid(), fc.jsonValue(), async (name, value) => {
      const back = JSON.parse(JSON.stringify(value)) as JsonValue
      expect(await records.create(name, value as JsonValue)).toEqual({ created: true, value: back })
      expect(await records.read(name)).toEqual(back)
    }),
    { numRuns: 50 },
  )
  const hostile = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as JsonValue
  expect(JSON.stringify((await records.create('hostile', hostile)).value)).toBe(JSON.stringify(hostile))
})

test('what JSON cannot hold is refused and leaves nothing', async () => {
  const { records } = await newStore()
  await expect(records.create('nothing', undefined as unknown as JsonValue)).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringContaining('"nothing"'),
  })
  expect(await records.list('')).toEqual([])
})

test('any names are kept apart, inside the directory, on file systems that ignore case and Unicode forms', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyName, { minLength: 1, maxLength: 12 }), async (names) => {
      const { records, identity } = await newStore()
      await createAll(records, names)
      for (const name of names) expect(await records.read(name)).toEqual({ name })
      expect(await records.list('')).toEqual([...names].sort())
      const files = filesBelow(path.join(identity.location, 'records'))
      expect(files).toHaveLength(names.length)
      for (const file of files) expect(file).toMatch(/^(?:[a-z0-9_=-]{1,143}(?:\/|$))+$/)
      expect(filesBelow(identity.location)).toHaveLength(names.length + 1)
    }),
    { numRuns: 60 },
  )
})

test('a listing is exactly the names that start with the prefix, wherever the prefix ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyName, { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.nat(),
      async (names, which, cut) => {
        const { records } = await newStore()
        await createAll(records, names)
        const chosen = names[which % names.length] ?? ''
        const prefixes = [chosen, chosen.slice(0, cut % (chosen.length + 1)), `${chosen}/`, `${chosen}x`]
        for (const prefix of prefixes) {
          expect(await records.list(prefix)).toEqual(
            [...new Set(names)].filter((name) => name.startsWith(prefix)).sort(),
          )
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('ids of spawned subtasks, eight deep and 128 characters each, are kept and listed', async () => {
  const { records } = await newStore()
  const ids = ['x', '語', 'É', '\u{1f3ad}'].map((unit) => unit.repeat(128 / unit.length))
  const names = ids.flatMap((id) =>
    Array.from(
      { length: 9 },
      (_, depth) =>
        `runs/docs-x1y2/ledger/${Array(depth + 1)
          .fill(id)
          .join('/')}/1`,
    ),
  )
  await createAll(records, names)
  expect(await records.list('runs/docs-x1y2/')).toEqual([...names].sort())
  for (const name of names) {
    expect(await records.read(name)).toEqual({ name })
    const prefix = name.slice(0, -10)
    expect(await records.list(prefix)).toEqual(names.filter((other) => other.startsWith(prefix)).sort())
  }
})

test('a record and records below its name live side by side', async () => {
  const { records } = await newStore()
  const names = ['a', 'a/', 'a/b', 'a/b/c', 'ab', '/a', 'A', 'A/b', '']
  await createAll(records, names)
  for (const name of names) expect(await records.read(name)).toEqual({ name })
  expect(await records.list('a')).toEqual(['a', 'a/', 'a/b', 'a/b/c', 'ab'])
  expect(await records.list('a/')).toEqual(['a/', 'a/b', 'a/b/c'])
  expect(await records.list('b')).toEqual([])
})

test('files of others in the directory are not taken for records', async () => {
  const { records, identity } = await newStore()
  await records.create('mine', 1)
  writeFileSync(path.join(identity.location, 'records', '.DS_Store'), 'x')
  expect(await records.list('')).toEqual(['mine'])
})

test('a damaged record is refused with its file, not read as something else', async () => {
  const { records, identity } = await newStore()
  await records.create('mine', 1)
  const file = path.join(identity.location, 'records', filesBelow(path.join(identity.location, 'records'))[0] ?? '')
  for (const damage of ['', '{"name":"mine","val', 'null', '{"name":"mine"}']) {
    writeFileSync(file, damage)
    await expect(records.read('mine')).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringContaining(file),
      retryable: false,
    })
  }
})
