// No server, the wrong one, the wrong namespace, a store that cannot be used: exit 3 within 10 s, and what to do.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Workplace, type Finished } from './support/command'

let place: Workplace
beforeAll(async () => {
  place = await Workplace.open('cli-around')
  place.write('plan.yaml', 'name: p\nsubtasks:\n  - { id: a, agentType: echo }\n')
  place.write('a-file', 'not a directory')
})
afterAll(() => place.close())

function expectRefusal({ code, stdout, stderr, tookMs }: Finished, says: RegExp): void {
  expect([code, stdout]).toEqual([3, ''])
  expect(stderr).toMatch(says)
  expect(stderr).toMatch(/\nhint: .+/)
  expect(tookMs).toBeLessThan(10_000)
}

const MUTES: [what: string, args: string[]][] = [
  ['run', ['run', 'plan.yaml']],
  ['status', ['status', 'x']],
]

it.each(MUTES)('%s names a server that nobody listens at', async (_what, args) => {
  const environment = { TEMPORAL_ADDRESS: '127.0.0.1:1' }
  expectRefusal(await place.start(args, { environment }).finished, /error ConnectionFailed: .*127\.0\.0\.1:1/)
})

it.each(MUTES)('%s names a server that takes connections and says nothing', async (_what, args) => {
  const mute: Server = createServer(() => undefined)
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const { port } = mute.address() as { port: number }
  try {
    const environment = { TEMPORAL_ADDRESS: `127.0.0.1:${port}` }
    expectRefusal(await place.start(args, { environment }).finished, new RegExp(`ConnectionFailed: .*${port}`))
  } finally {
    mute.close()
  }
})

it.each(MUTES)('%s names a namespace that does not exist', async (_what, args) => {
  const environment = { TEMPORAL_NAMESPACE: 'nowhere' }
  expectRefusal(await place.start(args, { environment }).finished, /error NamespaceNotFound: .*"nowhere"/)
})

it('run names a store that cannot be written to', async () => {
  const environment = { TROUPE_STORE: join(place.directory, 'a-file') }
  expectRefusal(await place.start(['run', 'plan.yaml'], { environment }).finished, /error StoreUnavailable: .*a-file/)
})

it('run names a store that is full', async () => {
  const disk = mkdtempSync(join(tmpdir(), 'troupe-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'pipe' })
  } catch (error) {
    console.warn(`SKIPPED: a full disk needs mount: ${String(error)}`)
    return rmSync(disk, { recursive: true })
  }
  try {
    expect(() => writeFileSync(join(disk, 'all'), Buffer.alloc(2 * 1024 * 1024))).toThrow('ENOSPC')
    const environment = { TROUPE_STORE: join(disk, 'store') }
    expectRefusal(
      await place.start(['run', 'plan.yaml'], { environment }).finished,
      /error StoreUnavailable: .*is full/,
    )
  } finally {
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  }
})

it('a reading command starts no server where none runs', async () => {
  const environment = { TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, TEMPORAL_CONFIG_FILE: '/nowhere' }
  for (const args of [['list'], ['cancel', 'x'], ['events']]) {
    const finished = await place.start(args, { environment }).finished
    expectRefusal(finished, /error ServerUnavailable: no Temporal server runs here\nhint: troupe server start/)
  }
  expect(existsSync(join(place.directory, '.troupe', 'server.json'))).toBe(false)
})

it('attach refuses a store that is not the run’s, naming both', async () => {
  const here = await place.run('run', 'plan.yaml', '--id', 'mine')
  expect(here.code).toBe(0)
  place.write('waits.yaml', 'name: w\nsubtasks:\n  - { id: a, agentType: wait, payload: { ms: 600000 } }\n')
  const running = place.start(['run', 'waits.yaml', '--id', 'theirs', '-o', 'jsonl'])
  while (!running.said.stdout.includes('subtask.started')) await new Promise((next) => setTimeout(next, 50))
  const environment = { TROUPE_STORE: join(place.directory, 'other') }
  const refused = await place.start(['attach', 'theirs'], { environment }).finished
  expectRefusal(refused, /error StoreMismatch: .*\.troupe\/store.*other/)
  await place.run('cancel', 'theirs')
  expect((await running.finished).code).toBe(1)
})
