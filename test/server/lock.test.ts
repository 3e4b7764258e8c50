// The lock that keeps two processes from starting two servers, tried with real processes that are really killed.
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withLock } from '../../src/server/lock'
import { runTypeScript, startTypeScript } from '../support/typescript-process'

const COUNT = 'test/server/processes/count.ts'
const HOLD = 'test/server/processes/hold.ts'

let directory: string
let lock: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'troupe-lock-'))
  lock = join(directory, 'a.lock')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function countWith(processes: number, times: number): Promise<number> {
  const file = join(directory, 'count')
  writeFileSync(file, '0')
  const args = [lock, file, String(times)]
  const runs = await Promise.all(Array.from({ length: processes }, () => runTypeScript(COUNT, { args })))
  expect(runs.map((run) => run.exitCode)).toEqual(runs.map(() => 0))
  return Number(readFileSync(file, 'utf8'))
}

test('four processes under one lock never work at the same time', async () => {
  expect(await countWith(4, 15)).toBe(60)
  // One file stays, the latest generation; nothing piles up.
  expect(readdirSync(directory).filter((name) => name !== 'count')).toHaveLength(1)
})

test('a holder that was killed is passed over, and its contenders still exclude each other', async () => {
  const holder = startTypeScript(HOLD, { args: [lock] })
  await once(holder.stdout!, 'data')
  const counting = countWith(3, 5)
  const file = join(directory, 'count')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(readFileSync(file, 'utf8')).toBe('0')
  holder.kill('SIGKILL')
  expect(await counting).toBe(15)
})

test('one who waits is told for whom', async () => {
  let release = (): void => undefined
  const held = withLock(lock, () => new Promise<void>((resolve) => (release = resolve)))
  const told: number[] = []
  const waiting = withLock(
    lock,
    async () => 'mine',
    (holder) => (told.push(holder), release()),
  )
  expect(await waiting).toBe('mine')
  expect(told).toEqual([process.pid])
  await held
})

test('a claim that cannot be read is not taken for released', async () => {
  mkdirSync(`${lock}.1`)
  await expect(withLock(lock, async () => 'mine')).rejects.toThrow('EISDIR')
})

test('work that fails releases the lock', async () => {
  const failing = withLock(lock, () => Promise.reject(new Error('no luck')))
  await expect(failing).rejects.toThrow('no luck')
  expect(await withLock(lock, async () => 'next')).toBe('next')
})
