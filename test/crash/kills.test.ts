// Processes killed with SIGKILL in the middle of a run: the worker, the server, both. The run ends well, and nothing that
// had completed is executed again.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Run, type SubTask, type Troupe } from '../../src/index'
import { ensureDevServer } from '../../src/server/ensure-server'
import type { ServerInfo } from '../../src/server/server-info'
import { stopServer } from '../../src/server/stop-server'
import { startTypeScript } from '../support/typescript-process'
import { markingTeam } from './marking-team'

const directory = mkdtempSync(join(tmpdir(), 'troupe-crash-'))
const stateDir = join(directory, 'state')
const store = join(directory, 'store')
const marks = join(directory, 'marks')
let server: ServerInfo
let troupe: Troupe
let worker: ChildProcess | undefined

jest.setTimeout(120_000)

beforeAll(async () => {
  server = await ensureDevServer({ stateDir })
  troupe = await connect({ address: server.address, store })
})
beforeEach(() => writeFileSync(marks, ''))
afterAll(async () => {
  worker?.kill('SIGKILL')
  await troupe.close()
  await stopServer({ stateDir })
  rmSync(directory, { recursive: true, force: true })
})

async function startWorker(): Promise<void> {
  const environment = { ADDRESS: server.address, TROUPE_STORE: store, MARKS_FILE: marks }
  const started = startTypeScript('test/crash/worker.ts', { environment })
  worker = started
  let said = ''
  started.stderr?.on('data', (text: Buffer) => (said += text.toString()))
  await new Promise<void>((resolve, reject) => {
    started.stdout?.once('data', () => resolve())
    started.once('exit', () => reject(new Error(`the worker ended: ${said}`)))
  })
}

async function killWorker(): Promise<void> {
  const gone = new Promise((resolve) => worker?.once('exit', resolve))
  worker?.kill('SIGKILL')
  await gone
}

/** SIGKILL, and a new server on the same database and port. */
async function restartServer(): Promise<void> {
  process.kill(server.pid!, 'SIGKILL')
  await sleep(500)
  const port = Number(server.address.split(':')[1])
  server = await ensureDevServer({ stateDir, port })
}

/** Three chains of eight and their join. */
function plan(): { name: string; subtasks: SubTask[] } {
  const chains = ['a', 'b', 'c'].flatMap((chain) =>
    Array.from({ length: 8 }, (_, index) => ({
      id: `${chain}${index}`,
      agentType: 'mark',
      payload: { ms: 250 },
      dependsOn: index === 0 ? [] : [`${chain}${index - 1}`],
    })),
  )
  return {
    name: 'killed',
    subtasks: [
      ...chains,
      {
        id: 'join',
        agentType: 'mark',
        payload: { ms: 10, after: [{ $from: 'a7' }, { $from: 'b7' }, { $from: 'c7' }] },
      },
    ],
  }
}

/** Waits until some have completed, and tells which; the run is then in full swing. */
async function someCompleted(run: Run): Promise<string[]> {
  const completed: string[] = []
  for await (const event of run.events({ type: 'subtask.completed' }))
    if (completed.push(event.correlationId!) === 8) break
  return completed
}

function begun(id: string): number {
  return readFileSync(marks, 'utf8')
    .split('\n')
    .filter((line) => line === `begin ${id}`).length
}

async function expectGoodEnd(run: Run, completed: string[]): Promise<void> {
  const { status, counts } = await run.outcome()
  expect(status).toBe('succeeded')
  expect(counts.succeeded).toBe(25)
  for (const id of completed) expect([id, begun(id)]).toEqual([id, 1])
  for (const { id } of plan().subtasks) expect(begun(id)).toBeGreaterThan(0)
}

it('goes on after its worker was killed and started again', async () => {
  await startWorker()
  const run = await troupe.start(plan(), { team: markingTeam })
  const completed = await someCompleted(run)
  await killWorker()
  await startWorker()
  await expectGoodEnd(run, completed)
})

it('goes on after the Temporal server was killed and started again on its database', async () => {
  const run = await troupe.start(plan(), { team: markingTeam })
  const followed: string[] = []
  const ended = (async () => {
    for await (const { id } of run.events()) followed.push(id)
  })()
  const completed = await someCompleted(run)
  await restartServer()
  await expectGoodEnd(run, completed)
  await ended
  // A follower that was there all the time has missed nothing
  expect([...followed].sort()).toEqual((await run.getEventLog()).map(({ id }) => id).sort())
})

it('goes on after both were killed', async () => {
  const run = await troupe.start(plan(), { team: markingTeam })
  const completed = await someCompleted(run)
  await killWorker()
  await restartServer()
  await startWorker()
  await expectGoodEnd(run, completed)
})
