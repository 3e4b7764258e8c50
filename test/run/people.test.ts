// People: what they are asked and decide, over real updates. What is refused says why and changes nothing.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run, SubTask, TroupeWorker } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('people')
const MANY = 300
const PATIENCE_MS = 40_000

let worker: TroupeWorker
beforeAll(async () => void (worker = await test.serve()))
afterAll(() => worker.shutdown())

const ask = (id: string, payload: object = {}, more: Partial<SubTask> = {}): SubTask => ({
  id,
  agentType: 'human',
  payload: { prompt: `${id}?`, ...payload },
  ...more,
})

async function start(name: string, subtasks: SubTask[], more: object = {}): Promise<Run> {
  return test.troupe.start({ name, subtasks, ...more })
}

/** Waits until so many are asked. */
async function asking(run: Run, count: number): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const { counts, subtasks } = await run.status()
    if (counts.asking === count) return
    if (Date.now() > end) throw new Error(`not ${count} are asked: ${JSON.stringify({ counts, subtasks })}`)
    await sleep(50)
  }
}

const refused = (code: string, message: string | RegExp) => ({
  code,
  retryable: false,
  message: expect.stringMatching(message) as string,
})

it('takes decisions, and refuses what was not asked, is decided, or does not fit; the same request gets the same answer', async () => {
  const output = { type: 'object', properties: { grade: { type: 'integer' } }, required: ['grade'] }
  const run = await start('decide', [
    ask('plain'),
    ask('choose', { choices: ['red', 'blue'] }),
    ask('grade', { output }),
    ask('no', {}, { onFailure: 'skip-dependents' }),
    { id: 'after', agentType: 'echo', payload: { $from: 'choose' } },
    { id: 'skipped', agentType: 'echo', dependsOn: ['no'] },
  ])
  await asking(run, 4)
  await expect(run.approve('nowhere')).rejects.toMatchObject(refused('DecisionRefused', /nowhere/))
  await expect(run.approve('after')).rejects.toMatchObject(refused('DecisionRefused', /nobody is asked about "after"/))
  await expect(run.answer('choose', 'green')).rejects.toMatchObject(refused('DecisionRefused', /green/))
  await expect(run.approve('choose')).rejects.toMatchObject({ code: 'DecisionRefused' })
  await expect(run.answer('grade', { grade: 'A' })).rejects.toMatchObject({ code: 'DecisionRefused' })
  await expect(run.approve('plain', { by: '' })).rejects.toMatchObject(refused('InvalidInput', /"by"/))
  await expect(run.resolve({ taskId: 'plain', action: 'skip' })).rejects.toMatchObject(
    refused('ChangeRefused', /not held/),
  )
  const requestId = randomUUID()
  const first = await run.decide({ taskId: 'plain', requestId, approved: true, by: 'ada', comment: 'fine' })
  expect(first).toMatchObject({ taskId: 'plain', approved: true, by: 'ada' })
  expect(await run.decide({ taskId: 'plain', requestId, approved: true, by: 'ada', comment: 'fine' })).toEqual(first)
  await expect(run.reject('plain', { by: 'bo' })).rejects.toMatchObject(refused('DecisionRefused', /"ada" approved it/))
  await run.answer('choose', 'blue')
  await run.answer('grade', { grade: 3 })
  await run.reject('no', { comment: 'too long' })
  const { results, status } = await run.outcome()
  expect(status).toBe('failed')
  expect(results).toMatchObject({
    plain: { success: true, output: { approved: true, by: 'ada', comment: 'fine' } },
    choose: { output: 'blue' },
    after: { output: 'blue' },
    grade: { output: { grade: 3 } },
    no: { status: 'failed', error: { code: 'Rejected', message: expect.stringContaining('too long') as string } },
    skipped: { status: 'skipped', error: { code: 'DependencyFailed' } },
  })
  await expect(run.approve('plain')).rejects.toMatchObject(refused('RunNotFound', /has ended/))
  await expect(test.troupe.run('nowhere').approve('plain')).rejects.toMatchObject({ code: 'RunNotFound' })
})

it('says what it means that nobody decides in time, and refuses who comes too late', async () => {
  const run = await start('late', [
    ask('yes', { timeoutMs: 1_500, onTimeout: 'approve' }),
    ask('no', { timeoutMs: 1_500, onTimeout: 'reject' }),
    ask('fails', { timeoutMs: 1_500 }),
    ask('open'),
  ])
  await asking(run, 4)
  await asking(run, 1)
  await expect(run.approve('no')).rejects.toMatchObject({ code: 'DecisionRefused' })
  await run.approve('open')
  expect((await run.outcome()).results).toMatchObject({
    yes: { output: { approved: true, by: 'timeout' } },
    no: { error: { code: 'Rejected' } },
    fails: { error: { code: 'NobodyDecided' } },
    open: { success: true },
  })
})

it('has hundreds of requests open at once, which approvals shows over all runs, the most urgent first', async () => {
  const subtasks = Array.from({ length: MANY }, (_, place) => ask(`q${place}`))
  const many = await start('many', subtasks)
  const details = { text: 'x'.repeat(10_000) }
  const prompt = `Publish? ${'It is long. '.repeat(40)}`
  const urgent = await start('urgent', [
    ask('soon', { prompt, details, timeoutMs: 600_000, onTimeout: 'reject' }),
    ask('later', { timeoutMs: 900_000 }),
  ])
  await asking(many, MANY)
  await asking(urgent, 2)
  const notes: string[] = []
  const approvals = await test.troupe.client.approvals((note) => notes.push(note))
  expect(notes).toEqual([])
  expect(approvals).toHaveLength(MANY + 2)
  expect(approvals.slice(0, 2)).toMatchObject([
    { run: urgent.id, subtask: 'soon', prompt, details, onTimeout: 'reject' },
    { run: urgent.id, subtask: 'later', prompt: 'later?', onTimeout: 'fail' },
  ])
  expect(new Set(approvals.slice(2).map(({ run, subtask }) => `${run} ${subtask}`)).size).toBe(MANY)
  await Promise.all([urgent.approve('soon'), urgent.approve('later')])
  // As a crowd would, at once: Temporal takes ten updates of a run at a time, and has the others come again
  await Promise.all(subtasks.map(({ id }) => many.approve(id)))
  expect((await many.outcome()).counts).toMatchObject({ succeeded: MANY })
  expect((await urgent.outcome()).status).toBe('succeeded')
  expect(await test.troupe.client.approvals()).toEqual([])
}, 120_000)

it('takes changes against the newest version, or only against the one that is named; a refused one changes nothing', async () => {
  const subtasks = [ask('go'), { id: 'late', agentType: 'echo', payload: 'old', dependsOn: ['go'] }]
  const run = await start('changes', subtasks)
  await asking(run, 1)
  await expect(run.change('go', { priority: 'high' })).rejects.toMatchObject(refused('ChangeRefused', /"go"/))
  await expect(run.change('late', { deadline: 'soon' })).rejects.toMatchObject(refused('ChangeRefused', /"?soon/))
  await expect(run.cancelSubtask('lat')).rejects.toMatchObject({
    code: 'SubtaskNotFound',
    hint: expect.stringContaining('"late"') as string,
  })
  await expect(run.add([{ id: 'late', agentType: 'echo' }])).rejects.toMatchObject(refused('ChangeRefused', /late/))
  const more = (id: string): SubTask[] => [{ id, agentType: 'echo', payload: { $from: 'late' } }]
  // Three at once without a version: each is made against the newest; of two against the same version one is stale
  const added = await Promise.all(['a', 'b', 'c'].map((id) => run.add(more(id))))
  expect(added.map(({ version }) => version).sort()).toEqual([1, 2, 3])
  const both = await Promise.allSettled([
    run.change('late', { payload: 'first', version: 3 }),
    run.change('late', { payload: 'second', version: 3 }),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'StalePlanVersion' } })
  await run.approve('go')
  const { results } = await run.result()
  const [output] = ['first', 'second'].filter((_, at) => both[at]!.status === 'fulfilled')
  expect(results).toMatchObject({ late: { output }, a: { output }, b: { output }, c: { output } })
})

it('takes a decision during a pause, and what follows from it waits', async () => {
  const run = await start('paused', [ask('ask'), { id: 'after', agentType: 'echo', dependsOn: ['ask'] }])
  await asking(run, 1)
  await run.pause({ by: 'ada', reason: 'lunch' })
  await run.approve('ask')
  let report = await run.status()
  while (report.subtasks[0]!.state !== 'succeeded') report = await run.status()
  await sleep(300)
  report = await run.status()
  expect(report).toMatchObject({
    paused: { by: 'ada', reason: 'lunch' },
    subtasks: [{ state: 'succeeded' }, { state: 'ready' }],
  })
  await run.resume()
  expect((await run.outcome()).status).toBe('succeeded')
})

it('a decision without a worker is refused in time, and nothing of it comes later', async () => {
  const run = await start('alone', [ask('ask')])
  await asking(run, 1)
  await worker.shutdown()
  const began = Date.now()
  await expect(run.approve('ask')).rejects.toMatchObject({
    code: 'NoWorker',
    hint: `troupe attach ${run.id}`,
    retryable: true,
  })
  expect(Date.now() - began).toBeLessThan(20_000)
  const notes: string[] = []
  expect(await test.troupe.client.approvals((note) => notes.push(note))).toMatchObject([
    { run: run.id, prompt: 'ask?' },
  ])
  expect(notes.join()).toContain(`troupe attach ${run.id}`)
  worker = await test.serve()
  await asking(run, 1)
  await run.approve('ask')
  expect((await run.outcome()).status).toBe('succeeded')
})
