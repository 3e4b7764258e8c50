// No server, the wrong one, the wrong namespace, a store that cannot be used: exit 3 within 10 s, and what to do.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http2 from 'node:http2'
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

/** What runs, and what reads: both at once, since each waits for a server that does not answer. */
async function expectRefusals(environment: NodeJS.ProcessEnv, says: RegExp): Promise<void> {
  const commands = [
    ['run', 'plan.yaml'],
    ['status', 'x'],
  ]
  const finished = await Promise.all(commands.map((args) => place.start(args, { environment }).finished))
  for (const one of finished) expectRefusal(one, says)
}

it('a server that nobody listens at is named', () =>
  expectRefusals({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, /error ConnectionFailed: .*127\.0\.0\.1:1/))

it('what is no address is named', () =>
  expectRefusals({ TEMPORAL_ADDRESS: 'http://nowhere:7233' }, /error ConnectionFailed: .*http:\/\/nowhere:7233/))

it('a server that is not Temporal’s is named', async () => {
  const other = http2.createServer().on('stream', (stream) => {
    stream.respond({ ':status': 404 })
    stream.end()
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  try {
    await expectRefusals({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` }, new RegExp(`ConnectionFailed: .*${port}`))
  } finally {
    other.close()
  }
})

it('a server that takes connections and says nothing is named', async () => {
  const mute: Server = createServer(() => undefined)
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const { port } = mute.address() as { port: number }
  try {
    await expectRefusals({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` }, new RegExp(`ConnectionFailed: .*${port}`))
  } finally {
    mute.close()
  }
})

it('a namespace that does not exist is named', () =>
  expectRefusals({ TEMPORAL_NAMESPACE: 'nowhere' }, /error NamespaceNotFound: .*"nowhere"/))

// Node's own way of making directories never returns there
it('a directory that takes no entries is named', async () => {
  const nobody = { TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, TEMPORAL_CONFIG_FILE: '/nowhere' }
  const start = (args: string[], environment: NodeJS.ProcessEnv) => place.start(args, { environment }).finished
  const finished = await Promise.all([
    start(['run', 'plan.yaml'], { TROUPE_STORE: '/proc/nowhere/store' }),
    start(['run', 'plan.yaml'], { TROUPE_DIR: '/proc/nowhere' }),
    start(['server', 'start'], { ...nobody, TROUPE_DIR: '/proc/nowhere' }),
  ])
  for (const one of finished) expectRefusal(one, /error StoreUnavailable: .*\/proc\/nowhere/)
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
  const commands = [['list'], ['cancel', 'x'], ['events']]
  for (const finished of await Promise.all(commands.map((args) => place.start(args, { environment }).finished))) {
    expectRefusal(finished, /error ServerUnavailable: no Temporal server runs here\nhint: troupe server start/)
  }
  expect(existsSync(join(place.directory, '.troupe', 'server.json'))).toBe(false)
})

it('attach refuses a store that is not the run’s, naming both', async () => {
  const here = await place.run('run', 'plan.yaml', '--id', 'mine')
  expect(here.code).toBe(0)
  // Payloads and results are nobody else's to read
  expect(statSync(join(place.directory, '.troupe', 'store')).mode & 0o777).toBe(0o700)
  place.write('waits.yaml', 'name: w\nsubtasks:\n  - { id: a, agentType: wait, payload: { ms: 600000 } }\n')
  const running = place.start(['run', 'waits.yaml', '--id', 'theirs', '-o', 'jsonl'])
  while (!running.said.stdout.includes('subtask.started')) await new Promise((next) => setTimeout(next, 50))
  const environment = { TROUPE_STORE: join(place.directory, 'other') }
  const refused = await place.start(['attach', 'theirs'], { environment }).finished
  expectRefusal(refused, /error StoreMismatch: .*\.troupe\/store.*other/)
  await place.run('cancel', 'theirs')
  expect((await running.finished).code).toBe(1)
})
