// A worker whose event loop an agent blocks, orchestrator and all: status names worker and agent while it stands still,
// says nothing of it any more once it goes on or is gone, and the worker tells it afterwards.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import type { Run, RunStatusReport } from '../../src/index'
import { useTroupe } from '../support/troupe'
import { startTeamWorker } from '../support/typescript-process'
import { blockingTeam } from './support/blocking-team'

const test = useTroupe('blocked')
/** Reads answer within this, whoever is blocked. */
const READ_MS = 5_000
const PATIENCE_MS = 30_000

let worker: ChildProcess
let said = ''

beforeEach(async () => {
  const environment = { ADDRESS: test.address, NAMESPACE: test.namespace, TROUPE_STORE: test.storeDirectory }
  worker = startTeamWorker('test/run/support/blocking-team.ts', 'blockingTeam', environment)
  said = ''
  worker.stderr?.on('data', (text: Buffer) => (said += text.toString()))
  await Promise.race([
    once(worker.stdout!, 'data'),
    once(worker, 'exit').then(() => Promise.reject(new Error(`the worker ended: ${said}`))),
  ])
})
afterEach(killWorker)

async function killWorker(): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return
  const gone = once(worker, 'exit')
  worker.kill('SIGKILL')
  await gone
}

/** Its next attempt would block the next worker before that serves. */
async function terminate(run: Run): Promise<void> {
  const connection = await Connection.connect({ address: test.address })
  await new Client({ connection, namespace: test.namespace }).workflow.getHandle(run.id).terminate()
  await connection.close()
}

/** Asks again and again until the answer is as wanted; each answer comes in time. */
async function statusUntil(run: Run, wanted: (report: RunStatusReport) => boolean): Promise<RunStatusReport> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const asked = Date.now()
    const report = await run.status()
    expect(Date.now() - asked).toBeLessThan(READ_MS)
    if (wanted(report)) return report
    if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS} ms; at last: ${JSON.stringify(report)}`)
    await sleep(200)
  }
}

it('names the worker and the agent that blocks it, for as long as it does', async () => {
  const plan = { name: 'endless', subtasks: [{ id: 'loop', agentType: 'spin' }] }
  const run = await test.troupe.start(plan, { team: blockingTeam })
  const found = await statusUntil(run, ({ blocked }) => blocked.length > 0)
  const blocker = {
    worker: expect.stringMatching(`^${worker.pid}@`) as string,
    since: expect.any(String) as string,
    executions: [{ agent: 'spin', subtask: 'loop', attempt: 1 }],
  }
  expect(found).toMatchObject({ source: 'history', status: 'running', blocked: [blocker] })
  // Without heartbeats Temporal gives the attempt up, and the worker is blocked by it all the same
  const later = await statusUntil(run, ({ pending }) => pending.some(({ attempt }) => attempt > 1))
  expect(later.blocked).toMatchObject([blocker])
  await killWorker()
  await statusUntil(run, ({ blocked }) => blocked.length === 0)
  await terminate(run)
})

it('names a worker once, and no longer when its event loop moves again', async () => {
  const payload = { blockMs: 3_000, waitMs: 60_000 }
  const subtasks = ['a', 'b'].map((id) => ({ id, agentType: 'stall', payload }))
  const run = await test.troupe.start({ name: 'stalling', subtasks }, { team: blockingTeam })
  const { blocked } = await statusUntil(run, (report) => report.blocked.length > 0)
  expect(blocked).toHaveLength(1)
  const moving = await statusUntil(run, (report) => report.source === 'worker' && report.blocked.length === 0)
  expect(moving.pending.map(({ subtask, state }) => `${subtask} ${state}`).sort()).toEqual(['a started', 'b started'])
  await run.cancel()
  await run.closed()
})

it('lets the worker say, once it goes on, how long it stood still and for whom', async () => {
  const payload = { blockMs: 3_000, waitMs: 0 }
  const plan = { name: 'stalling', subtasks: [{ id: 'a', agentType: 'stall', payload }] }
  const run = await test.troupe.start(plan, { team: blockingTeam })
  await run.result()
  for (const end = Date.now() + PATIENCE_MS; !said.includes('stood still') && Date.now() < end;) await sleep(100)
  const [, blockedMs] = /event loop stood still for (\d+) ms while it ran "stall" \(a\)/.exec(said) ?? []
  expect(Number(blockedMs)).toBeGreaterThan(2_500)
  expect(said).toContain("isolation: 'process'")
})
