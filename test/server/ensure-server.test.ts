// Our own server, with the real Temporal binary: one for all processes, its database kept, nobody else's process touched.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@temporalio/client'
import { ensureDevServer, findDevServer } from '../../src/server/ensure-server'
import { findOrInstallBinary } from '../../src/server/binary'
import { withConnection } from '../../src/server/health'
import { anyFreePort, nextFreePort } from '../../src/server/ports'
import { commandLine, identify, isRunning } from '../../src/server/process-identity'
import type { ServerInfo } from '../../src/server/server-info'
import { serverStatus } from '../../src/server/server-status'
import { stopServer } from '../../src/server/stop-server'
import { runTypeScript } from '../support/typescript-process'

const ENSURE = 'test/server/processes/ensure.ts'
const ATTRIBUTES = ['TroupePlan', 'TroupeStatus', 'TroupeTeam']
const TIMEOUT_MS = 15_000

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'troupe-server-'))
})
afterEach(async () => {
  await stopServer({ stateDir })
  rmSync(stateDir, { recursive: true, force: true })
})

function ask(...args: string[]): Promise<ServerInfo> {
  const settings = { args, environment: { TROUPE_DIR: stateDir } }
  return runTypeScript(ENSURE, settings).then(({ stdout }) => JSON.parse(stdout) as ServerInfo)
}

/** All living Temporal servers that were given this state directory's database. */
function serversOnDatabase(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => commandLine(Number(pid)).includes(`--db-filename ${join(stateDir, 'temporal.db')}`))
}

function attributesOf(address: string, namespace: string): Promise<string[]> {
  return withConnection(address, TIMEOUT_MS, async (connection) => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    return Object.keys(customAttributes)
      .filter((name) => ATTRIBUTES.includes(name))
      .sort()
  })
}

test('three processes that want the server at once get one, on loopback, which outlives them', async () => {
  const [first, second, third] = await Promise.all([ask(), ask(), ask()])
  expect(second).toEqual(first)
  expect(third).toEqual(first)
  expect(serversOnDatabase()).toEqual([String(first.pid)])
  expect(first).toMatchObject({
    origin: 'dev-server',
    namespace: 'default',
    databaseFile: join(stateDir, 'temporal.db'),
  })
  expect(first.address).toMatch(/^127\.0\.0\.1:\d+$/)
  expect((await fetch(first.uiUrl ?? '')).status).toBe(200)
  expect(await attributesOf(first.address, 'default')).toEqual(ATTRIBUTES)
  expect(await serverStatus({ stateDir })).toMatchObject({ state: 'running', server: { pid: first.pid } })
  expect(identify(first.pid!)).toBeDefined()
})

test('a server that was killed is replaced on the same database, so that runs survive', async () => {
  const first = await ensureDevServer({ stateDir })
  await withConnection(first.address, TIMEOUT_MS, async (connection) => {
    await new Client({ connection }).workflow.start('anything', { taskQueue: 'nobody', workflowId: 'kept', args: [] })
  })
  process.kill(first.pid!, 'SIGKILL')
  while (identify(first.pid!)) await sleep(20)
  expect(await findDevServer({ stateDir })).toBeUndefined()
  const second = await ensureDevServer({ stateDir })
  expect(second.pid).not.toBe(first.pid)
  const status = await withConnection(second.address, TIMEOUT_MS, async (connection) => {
    return (await new Client({ connection }).workflow.getHandle('kept').describe()).status.name
  })
  expect(status).toBe('RUNNING')
})

test('a server that was killed comes back at its address, where its workers look for it', async () => {
  const port = await anyFreePort()
  const uiPort = await nextFreePort(port + 1)
  const first = await ensureDevServer({ stateDir, port, uiPort })
  process.kill(first.pid!, 'SIGKILL')
  while (identify(first.pid!)) await sleep(20)
  const second = await ensureDevServer({ stateDir })
  expect({ ...second, pid: 0 }).toEqual({ ...first, pid: 0 })
})

test('a server that was killed comes back elsewhere when its port is taken by now', async () => {
  const first = await ensureDevServer({ stateDir, port: await anyFreePort() })
  process.kill(first.pid!, 'SIGKILL')
  while (identify(first.pid!)) await sleep(20)
  const squatter = createServer()
  await once(squatter.listen(Number(first.address.split(':')[1]), '127.0.0.1'), 'listening')
  try {
    expect((await ensureDevServer({ stateDir })).address).not.toBe(first.address)
  } finally {
    squatter.close()
  }
})

test('a server that cannot be recorded is ended, and the refusal names the directory', async () => {
  mkdirSync(join(stateDir, 'server.json', 'in-the-way'), { recursive: true })
  await expect(ensureDevServer({ stateDir })).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining(stateDir) as string,
    hint: expect.stringContaining('TROUPE_DIR') as string,
  })
  while (serversOnDatabase().length > 0) await sleep(20)
  rmSync(join(stateDir, 'server.json'), { recursive: true })
})

test('a server whose starter was killed before it served is taken over, not doubled', async () => {
  const environment = { TROUPE_DIR: stateDir }
  const { stdout } = await runTypeScript('test/server/processes/abandon-start.ts', { environment })
  const server = await ensureDevServer({ stateDir })
  expect(String(server.pid)).toBe(stdout.trim())
  expect(serversOnDatabase()).toEqual([stdout.trim()])
})

/** A busy machine stops them one after the other. */
function threadStates(pid: number): string[] {
  const stats = readdirSync(`/proc/${pid}/task`).map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'),
  )
  return stats.map((stat) => stat.slice(stat.lastIndexOf(')') + 2)[0]!)
}

test('a server that does not answer any more is reported, and stopped even so', async () => {
  const { pid = 0 } = await ensureDevServer({ stateDir, ephemeral: true })
  process.kill(pid, 'SIGSTOP')
  while (threadStates(pid).some((state) => state !== 'T')) await sleep(20)
  expect(await serverStatus({ stateDir })).toMatchObject({ state: 'unhealthy', server: { pid } })
  expect(await stopServer({ stateDir })).toBe(true)
  expect(identify(pid)).toBeUndefined()
})

test("another program's database gets the search attributes that it lacks", async () => {
  const { path } = await findOrInstallBinary(() => undefined)
  const port = await anyFreePort()
  const settings = ['--headless', '--ip', '127.0.0.1', '--port', String(port)]
  const plain = spawn(path, ['server', 'start-dev', ...settings, '--db-filename', join(stateDir, 'temporal.db')])
  const attributes = async (): Promise<string[]> => attributesOf(`127.0.0.1:${port}`, 'default')
  let before: string[] | undefined
  while (!before) before = await attributes().catch(() => sleep(100).then(() => undefined))
  expect(before).toEqual([])
  plain.kill('SIGTERM')
  await once(plain, 'exit')
  const { address } = await ensureDevServer({ stateDir })
  expect(await attributesOf(address, 'default')).toEqual(ATTRIBUTES)
})

test('namespaces that are asked for exist, on a new server and on one that runs', async () => {
  const { address } = await ensureDevServer({ stateDir, ephemeral: true, namespaces: ['first'] })
  await ensureDevServer({ stateDir, ephemeral: true, namespaces: ['first', 'second'] })
  expect(await attributesOf(address, 'first')).toEqual(ATTRIBUTES)
  expect(await attributesOf(address, 'second')).toEqual(ATTRIBUTES)
})

test('a port that is asked for and taken is refused by number', async () => {
  const port = await anyFreePort()
  const { address } = await ensureDevServer({ stateDir, ephemeral: true, port })
  expect(address).toBe(`127.0.0.1:${port}`)
  const elsewhere = join(stateDir, 'elsewhere')
  await expect(ensureDevServer({ stateDir: elsewhere, ephemeral: true, port })).rejects.toMatchObject({
    code: 'ServerUnavailable',
    message: expect.stringContaining(String(port)) as string,
  })
})

test('a start that fails quotes the log and leaves no state behind', async () => {
  writeFileSync(join(stateDir, 'temporal.db'), 'this is no database')
  await expect(ensureDevServer({ stateDir })).rejects.toMatchObject({
    code: 'ServerUnavailable',
    message: expect.stringMatching(/did not start.*database/s) as string,
    hint: expect.stringContaining(join(stateDir, 'server.log')) as string,
  })
  expect(await serverStatus({ stateDir })).toMatchObject({ state: 'stopped' })
  expect(readFileSync(join(stateDir, 'temporal.db'), 'utf8')).toBe('this is no database')
})

test('stopping never ends a process that is not ours', async () => {
  const stranger = spawn('sleep', ['600'])
  const identity = identify(stranger.pid!)!
  // A state file from before: the pid was ours once, and now belongs to another program.
  writeFileSync(
    join(stateDir, 'server.json'),
    JSON.stringify({ ...identity, port: 7233, binary: 'temporal', started: '' }),
  )
  expect(await stopServer({ stateDir })).toBe(false)
  expect(isRunning(identity)).toBe(true)
  stranger.kill('SIGKILL')
})

test('stopping where nothing runs says so', async () => {
  expect(await stopServer({ stateDir })).toBe(false)
})

test('a process is the same only with the same start', () => {
  const ourselves = identify(process.pid)!
  expect(isRunning(ourselves)).toBe(true)
  expect(isRunning({ ...ourselves, startedAt: 'earlier' })).toBe(false)
  // What /proc says is what ps says.
  expect(commandLine(process.pid).split(' ')[0]).toBe(
    execFileSync('ps', ['-o', 'args=', '-p', String(process.pid)], { encoding: 'utf8' }).split(' ')[0],
  )
})
