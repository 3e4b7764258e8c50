// A store in a bucket, over real HTTP: what holds of one in a directory holds of it, and a service that cannot keep records is
// refused before anything is done. With the address of a service in TROUPE_TEST_S3 (`s3://BUCKET/…?endpoint=…`) that one is tried.
import fc from 'fast-check'
import type { JsonValue } from '../../src/contract/json'
import { openStore } from '../../src/storage/open-store'
import type { Store } from '../../src/storage/store'
import { spendTogether } from '../agents/ledger/support/spending-subtasks'
import { Picks } from '../contract/support/picks'
import { anyName } from './support/any-name'
import { S3Server } from './support/s3-server'

let server: S3Server
let opened = 0
const service = process.env['TROUPE_TEST_S3']
beforeAll(async () => {
  server = await S3Server.start({ pageSize: 7 })
  if (service === undefined) Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
})
afterAll(() => server.close())

/** A place of its own: at the service, unless the test needs a server of ours. */
function place(own?: S3Server): string {
  const prefix = `store ${opened++}/${Date.now()}`
  if (service !== undefined && !own) {
    const url = new URL(service)
    url.pathname += `/${prefix}`
    return url.href
  }
  return `s3://bucket/${encodeURIComponent(prefix)}?endpoint=${encodeURIComponent((own ?? server).endpoint)}`
}

const newStore = (): Promise<Store> => openStore(place())

test('artifacts are kept by their hash, once, and given back', async () => {
  const { artifacts } = await newStore()
  const id = await artifacts.put('tides')
  expect(id).toBe(await artifacts.put(Buffer.from('tides')))
  expect((await artifacts.get(id)).toString()).toBe('tides')
  expect([await artifacts.has(id), await artifacts.has('0'.repeat(64)), await artifacts.has('../x')]).toEqual([
    true,
    false,
    false,
  ])
  const large = Buffer.alloc(3_000_000, 7)
  expect((await artifacts.get(await artifacts.put(large))).equals(large)).toBe(true)
  await expect(artifacts.get('0'.repeat(64))).rejects.toMatchObject({ code: 'ArtifactNotFound' })
  const empty = await artifacts.put('')
  expect((await artifacts.get(empty)).length).toBe(0)
})

test('of many creations of a record exactly one wins, and all read what stands', async () => {
  const { records } = await newStore()
  expect(await records.read('one')).toBeUndefined()
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => records.create('one', index)))
  const winner = outcomes.findIndex((outcome) => outcome.created)
  expect(outcomes.filter((outcome) => outcome.created)).toHaveLength(1)
  expect(outcomes.map((outcome) => outcome.value)).toEqual(outcomes.map(() => winner))
  expect(await records.read('one')).toBe(winner)
  await expect(records.create('nothing', undefined as unknown as JsonValue)).rejects.toMatchObject({
    code: 'InvalidInput',
  })
})

test('any names are kept apart, and a listing is exactly those that start with the prefix', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(anyName, { minLength: 1, maxLength: 10 }),
      fc.nat(),
      fc.nat(),
      async (names, which, cut) => {
        const { records } = await newStore()
        await Promise.all(names.map((name) => records.create(name, { name })))
        for (const name of names) expect(await records.read(name)).toEqual({ name })
        const chosen = names[which % names.length]!
        for (const prefix of ['', chosen, chosen.slice(0, cut % (chosen.length + 1)), `${chosen}/`])
          expect(await records.list(prefix)).toEqual(names.filter((name) => name.startsWith(prefix)).sort())
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

test('is the same store for all who open it, and for those who only read', async () => {
  const location = place()
  await expect(openStore(location, { writable: false })).rejects.toMatchObject({ code: 'StoreUnavailable' })
  const [one, two] = await Promise.all([openStore(location), openStore(location)])
  expect(one.identity).toEqual(two.identity)
  await one.records.create('here', 1)
  const read = await openStore(location, { writable: false })
  expect(read.identity).toEqual(one.identity)
  expect(await read.records.list('')).toEqual(['here'])
})

test('a creation whose answer was lost is known as its own', async () => {
  const { records } = await openStore(place(server))
  server.failing = { status: 500, times: 1, afterTheWork: true }
  expect(await records.create('claim', { token: 'mine' })).toEqual({ created: true, value: { token: 'mine' } })
})

test('a service without conditional creation is refused, and nothing is left there', async () => {
  const careless = await S3Server.start({ heedsConditions: false })
  await expect(openStore(place(careless))).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining('If-None-Match') as string,
  })
  expect([...careless.objects.keys()]).toEqual([])
  await careless.close()
})

test.each([
  ['a bucket that is not there', () => `s3://other-bucket/x?endpoint=${server.endpoint}`, 'NoSuchBucket'],
  ['a service that is not there', () => 's3://bucket/x?endpoint=http://127.0.0.1:1', 'ECONNREFUSED'],
])('%s is named', async (_what, location, named) => {
  await expect(openStore(location())).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining(named) as string,
  })
})

test.each([
  ['s3://', 'a bucket is not called ""'],
  ['s3://Bad_Bucket/x', 'a bucket is not called'],
  ['s3://key:secret@bucket/x', '"s3://…@bucket/x" is no place of a store: it holds a key'],
  ['s3://bucket/x?endpont=http://x', 'it has no setting "endpont"'],
  ['s3://key:sec/ret@bucket/x', '"s3://…@bucket/x" is no place of a store'],
  ['s3://bucket/x?endpoint=https://me:secret@host', '"s3://…@host" is no place of a store: its endpoint holds a key'],
  ['s3://bucket/x?endpoint=host:9000', 'its endpoint is no URL'],
  ['s3://bucket/a%zz', 'its prefix is not encoded'],
])('%s is refused before anything is asked', async (location, message) => {
  await expect(Promise.resolve().then(() => openStore(location))).rejects.toMatchObject({
    code: 'InvalidUsage',
    message: expect.stringContaining(message) as string,
  })
})

test('keys that may not list are refused as the store is opened', async () => {
  const strict = await S3Server.start({ mayList: false })
  await expect(openStore(place(strict))).rejects.toMatchObject({
    code: 'StoreUnavailable',
    retryable: false,
    hint: expect.stringContaining('s3:ListBucket') as string,
  })
  await strict.close()
})

test('a body that breaks off is asked for again, a few times', async () => {
  const shaky = await S3Server.start()
  const { artifacts } = await openStore(place(shaky))
  const id = await artifacts.put('x'.repeat(10_000))
  shaky.breaking = 2
  expect((await artifacts.get(id)).length).toBe(10_000)
  shaky.breaking = 3
  await expect(artifacts.get(id)).rejects.toMatchObject({ code: 'StoreUnavailable', retryable: true })
  await shaky.close()
})

test('no budget is passed by several processes that have only the bucket in common', async () => {
  const at = place()
  const ways = await Promise.all(Array.from({ length: 3 }, async () => (await openStore(at)).records))
  server.failing = { status: 503, times: 2, afterTheWork: true }
  expect(await spendTogether(ways, new Picks(1))).toBeGreaterThan(0)
})
