// Isolated agents through the engine: what they say reaches the run, and however one dies it is one failed attempt of its
// own, done again in a fresh process, while everything else of the run goes on.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineTeam, type AgentPool, type Run, type SubTask, type TroupeWorker } from '../../src/index'
import { eventually, isAlive } from '../agents/process/support/processes'
import { useTroupe } from '../support/troupe'
import { killed, serveElsewhere } from '../support/typescript-process'
import { isolatedTeam as team } from './support/isolated-team'

const test = useTroupe('isolation')
let worker: TroupeWorker
let pidFile: string

/** How an execution ends its process or itself: the agents, the code, and what the failure says. */
const ENDINGS: [how: string, agents: string, code: string, message: RegExp][] = [
  ['exit', '', 'ProcessCrashed', /exit code 3/],
  ['killed', '', 'ProcessCrashed', /SIGKILL/],
  ['heap', '', 'ProcessCrashed', /heap is bounded to 64 MB/],
  ['buffers', '', 'ProcessCrashed', /buffers included; 192 MB are allowed/],
  ['loop', '-in-time', 'Timeout', /2,?000 ms/],
]

// Node's report of an exhausted heap, printed here, would make jest believe that its own worker had died of it
beforeAll(() => void jest.spyOn(process.stderr, 'write').mockReturnValue(true))
beforeAll(async () => {
  worker = await test.serve(team)
  pidFile = join(test.directory, 'pids')
})
beforeEach(() => writeFileSync(pidFile, ''))

/** Process ids of the attempts, in their order, by subtask. */
function attempts(): Record<string, number[]> {
  const found: Record<string, number[]> = {}
  for (const line of readFileSync(pidFile, 'utf8').split('\n').filter(Boolean)) {
    const [id = '', pid] = line.split(' ')
    found[id] = [...(found[id] ?? []), Number(pid)]
  }
  return found
}

function neighbours(): SubTask[] {
  const chain = [1, 2, 3, 4].map((place) => ({
    id: `wait${place}`,
    agentType: 'wait',
    payload: { ms: 500 },
    ...(place === 1 ? {} : { dependsOn: [`wait${place - 1}`] }),
  }))
  return [...chain, { id: 'count', agentType: 'counter' }]
}

async function progressOf(run: Run, subtask: string): Promise<unknown> {
  for (;;) {
    const found = (await run.status()).pending.find((execution) => execution.subtask === subtask)
    if (found?.progress !== undefined) return found.progress
    await sleep(100)
  }
}

it('carries progress, events, artifacts and spawned subtasks from the child to the run', async () => {
  const goFile = join(test.directory, 'go')
  const artifact = await test.troupe.store.artifacts.put(Buffer.from('from outside'))
  const plan = { name: 'talking', subtasks: [{ id: 't', agentType: 'talks', payload: { goFile, artifact } }] }
  const run = await test.troupe.start(plan, { team })
  expect(await progressOf(run, 't')).toEqual({ read: 12 })
  writeFileSync(goFile, '')
  const { results } = await run.result()
  expect(Object.keys(results)).toEqual(['t', 't/more'])
  const { kept } = results.t?.output as { kept: string }
  expect((await test.troupe.store.artifacts.get(kept)).toString()).toBe('from the child')
  const [note] = await run.getEventLog({ type: 'note.made' })
  expect(note).toMatchObject({ source: 't', payload: { pid: expect.any(Number) as number } })
  expect((note?.payload as { pid: number }).pid).not.toBe(process.pid)
})

it('keeps a process, and a class its state in it, for the next execution', async () => {
  // One after the other: Temporal promises no order among tasks that wait at once
  const after = { two: ['one'], three: ['two'] }
  const subtasks = ['one', 'two', 'three'].map((id) => ({
    id,
    agentType: 'counter',
    dependsOn: after[id as keyof typeof after] ?? [],
  }))
  const run = await test.troupe.start({ name: 'counting', subtasks }, { team })
  const { results } = await run.result()
  const outputs = Object.values(results).map(({ output }) => output as { count: number; pid: number; runId: string })
  const [{ pid, count } = { pid: 0, count: 0 }] = outputs
  expect(pid).not.toBe(process.pid)
  expect(outputs).toEqual(
    subtasks.map(({ id }, place) => ({ task: id, runId: run.id, attempt: 1, count: count + place, pid })),
  )
})

it('does a crash, a loop or exhausted memory again in a fresh process, and goes on beside it', async () => {
  const wrong = ENDINGS.map(([how, agents]) => ({
    id: how,
    agentType: `recovers${agents}`,
    payload: { how, pidFile, attempts: 1 },
  }))
  const run = await test.troupe.start({ name: 'recovering', subtasks: [...wrong, ...neighbours()] }, { team })
  const { results } = await run.result()
  const pids = attempts()
  for (const [how] of ENDINGS) {
    const [first, second, ...more] = pids[how] ?? []
    expect([how, results[how]?.output]).toEqual([how, { pid: second, attempt: 2 }])
    expect([how, more, isAlive(first!)]).toEqual([how, [], false])
  }
  for (const { id } of neighbours()) expect([id, results[id]?.attempt]).toEqual([id, 1])
})

it('gives each ending its code when there is no further attempt, and harms nothing else', async () => {
  const wrong = ENDINGS.map(([how, agents]) => ({ id: how, agentType: `fails${agents}`, payload: { how, pidFile } }))
  const run = await test.troupe.start({ name: 'failing', subtasks: [...wrong, ...neighbours()] }, { team })
  const { results, counts } = await run.outcome()
  for (const [how, , code, message] of ENDINGS) {
    expect([how, results[how]?.error?.code]).toEqual([how, code])
    expect(results[how]?.error?.message).toMatch(message)
  }
  expect(counts).toEqual({ succeeded: neighbours().length, failed: ENDINGS.length, skipped: 0, cancelled: 0 })
})

it('is told with its slots and processes, over all workers; who does not answer is named', async () => {
  const goFile = join(test.directory, 'open')
  const gate = defineAgent({
    name: 'gate',
    maxConcurrency: 1,
    async run(_input, { signal }) {
      while (!existsSync(goFile)) await sleep(50, undefined, { signal })
    },
  })
  const gates = defineTeam({ name: 'gates', agents: [gate] })
  const [second, doomed] = await Promise.all([
    test.serve(gates),
    serveElsewhere(test, 'test/run/support/plain-team.ts', 'plainTeam'),
  ])
  const subtasks = [1, 2, 3].map((place) => ({ id: `gate${place}`, agentType: 'gate' }))
  const run = await test.troupe.start({ name: 'gates', subtasks }, { team: gates })
  const poolOf = async (agent: string, runId?: string): Promise<AgentPool | undefined> =>
    (await test.troupe.client.pools(runId)).pools.find((pool) => pool.agent === agent)
  while ((await poolOf('gate'))?.busy !== 1) await sleep(100)
  expect(await poolOf('gate')).toMatchObject({ workers: 1, slots: 1, busy: 1, waiting: 2 })
  expect(await poolOf('wait')).toMatchObject({ workers: 3, busy: 0, waiting: 0 })
  const { pools, notes } = await test.troupe.client.pools(run.id)
  expect([pools.map(({ agent }) => agent), notes]).toEqual([['gate'], []])
  // Everything that went wrong above
  const { children, ...slots } = (await poolOf('recovers'))!
  expect(slots).toMatchObject({ taskQueue: 'agent.isolated.recovers', workers: 1, slots: 3, busy: 0, waiting: 0 })
  expect(children).toEqual({
    processes: children!.warm,
    warm: children!.warm,
    restarts: ENDINGS.length - 1,
    recycled: 0,
  })
  expect(children!.warm).toBeGreaterThanOrEqual(2)
  expect((await poolOf('counter'))?.children).toMatchObject({ processes: 1, restarts: 0 })
  writeFileSync(goFile, '')
  await run.result()
  await second.shutdown()
  await killed(doomed)
  // Temporal lists both for a while
  const after = await test.troupe.client.pools()
  expect(after.pools.find(({ agent }) => agent === 'wait')?.workers).toBe(1)
  const [said, ...others] = after.notes.filter((note) => note.includes(` ${doomed.pid}@`))
  expect([said, others]).toEqual([
    expect.stringMatching(
      /whose last poll began \d+ s ago, did not answer within 2 s: it has ended, or does not reach/,
    ),
    [],
  ])
})

it('leaves no process behind when the worker shuts down', async () => {
  const kept = await test.troupe.start({ name: 'kept', subtasks: [{ id: 'idle', agentType: 'counter' }] }, { team })
  const { pid } = (await kept.result()).results.idle?.output as { pid: number }
  expect(isAlive(pid)).toBe(true)
  const busy = { id: 'busy', agentType: 'fails', payload: { how: 'loop', pidFile } }
  await test.troupe.start({ name: 'left', subtasks: [busy] }, { team })
  await eventually('the loop runs', () => attempts().busy !== undefined, 20_000)
  const [looping] = attempts().busy!
  expect(isAlive(looping!)).toBe(true)
  await worker.shutdown()
  expect([isAlive(pid), isAlive(looping!)]).toEqual([false, false])
})
