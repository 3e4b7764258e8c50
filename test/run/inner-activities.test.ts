// What the orchestrator has done beside executions, against a real store: maps, questions, outputs of people, reactions, changes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApplicationFailure } from '@temporalio/common'
import { Recent } from '../../activities/recent'
import { takeOver } from '../../activities/reuse'
import { TroupeError } from '../../src/contract/errors'
import type { AgentEvent } from '../../src/contract/event'
import type { JsonValue } from '../../src/contract/json'
import type {
  AgentExecution,
  CheckChangeInput,
  EvaluateInput,
  SpawnFragment,
  Verdict,
} from '../../src/contract/messages'
import { requestsPrefix, resultRecord, retriesPrefix, type RequestRecord } from '../../src/contract/records'
import type { AgentResult, SubtaskRow } from '../../src/contract/run'
import { checkPlan } from '../../src/contract/schema/check-plan'
import { definitionHash } from '../../src/definition-hash'
import { createActivities, openFileStore, type Plan, type SubTask } from '../../src/index'
import { loadOutput } from '../../src/storage/output'
import type { Store } from '../../src/storage/store'

const run = { workflowId: 'run-abcd', firstRunId: 'first' }
const NOW = '2026-11-20T12:00:00.000Z'
let directory: string
let store: Store
let activities: ReturnType<typeof createActivities>

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'troupe-activities-'))
  store = await openFileStore({ directory })
  activities = createActivities({ teams: [], store })
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** The artifact of a checked plan. */
async function specOf(subtasks: SubTask[], rest: Partial<Plan> = {}, inputs: JsonValue = {}, maxSubtasks = 1_000) {
  const options = { inputs, maxSubtasks, now: Date.parse(NOW), baseDirectory: '/', hash: definitionHash }
  const { checked, problems } = checkPlan({ name: 'plan', subtasks, ...rest }, options)
  expect(problems).toEqual([])
  return store.artifacts.put(JSON.stringify(checked!.spec))
}

const echo = (id: string, rest: Partial<SubTask> = {}): SubTask => ({ id, agentType: 'echo', ...rest })
const keep = (subtask: string, output: JsonValue) =>
  activities.keepOutput({ run, store: store.identity, subtask, agent: 'echo', output })
const evaluate = (spec: string, subtask: string, rest: Partial<EvaluateInput> = {}): Promise<Verdict> =>
  activities.evaluateSubtask({ run, store: store.identity, spec, subtask, agent: 'echo', ...rest })
const change = (spec: string, ids: CheckChangeInput['known'], wanted: CheckChangeInput['change']) =>
  activities.checkChange({ run, store: store.identity, spec, now: NOW, known: ids, change: wanted })

async function subtasksOf(fragment: string): Promise<SpawnFragment['subtasks']> {
  return (JSON.parse((await store.artifacts.get(fragment)).toString()) as SpawnFragment).subtasks
}

const questions = (subtask: string) => store.records.list(requestsPrefix(run, subtask))

async function contentOf(record: string): Promise<JsonValue> {
  const { request } = (await store.records.read(record)) as unknown as RequestRecord
  return 'inline' in request ? request.inline : loadOutput(store, request.reference)
}

async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string; final: boolean }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApplicationFailure)) throw new Error(`no refusal: ${String(error)}`)
  return { code: error.type ?? '', message: error.message, final: error.nonRetryable === true }
}

test('conditions are looked at one after the other; the first that does not hold is told', async () => {
  const when = [
    { from: 'inputs', path: '/mode', in: ['fast', 'slow'] },
    { from: 'check', path: '/passed', equals: true },
    { from: 'other', path: '/x', exists: false },
  ]
  const subtasks = [echo('check'), echo('other'), echo('last', { when, runIf: 'all-done' })]
  const spec = await specOf(subtasks, {}, { mode: 'fast' })
  const odd = await specOf(subtasks, {}, { mode: 'odd' })
  await keep('check', { passed: true })
  await keep('other', { y: 1 })
  expect(await evaluate(spec, 'last')).toEqual({ verdict: 'run' })
  const reason = 'the input at "/mode" is "odd", but must be one of ["fast","slow"]'
  expect(await evaluate(odd, 'last')).toEqual({ verdict: 'skip', reason })
  const failures = { check: { taskId: 'check', status: 'failed', success: false } as const }
  const missing = 'the output of "check" at "/passed" is missing, since "check" failed, but must equal true'
  expect(await evaluate(spec, 'last', { failures })).toEqual({ verdict: 'skip', reason: missing })
})

test('a map is expanded into subtasks that refer to their elements, and again into the same', async () => {
  const payload = {
    whole: { $element: '' },
    part: { $element: '/a' },
    other: { $from: 'side' },
    inputs: { $from: 'inputs' },
  }
  const map = echo('map', {
    forEach: { from: 'list', path: '/items', maxInFlight: 2 },
    payload,
    priority: 'high',
    deadline: '2027-01-01T00:00:00Z',
    estimateMs: 5,
    onFailure: { fallback: 'wait' },
  })
  const spec = await specOf([echo('list'), echo('side'), map], { onFailure: 'hold' })
  await keep('list', { items: [{ a: 1 }, { $from: 'nothing' }] })
  const first = await evaluate(spec, 'map')
  expect(await evaluate(spec, 'map')).toEqual(first)
  if (first.verdict !== 'map') throw new Error(first.verdict)
  const { nodes, fragment } = first.spawned
  expect(nodes.map(({ id }) => id)).toEqual(['map/0', 'map/1'])
  expect(nodes[1]).toMatchObject({ dependsOn: [], priority: 'high', estimateMs: 5, onFailure: 'hold', type: 'echo' })
  expect(nodes[1]).toMatchObject({ agents: [0], fallback: 1, deadline: '2027-01-01T00:00:00.000Z' })
  expect(nodes[1]).not.toHaveProperty('evaluate')
  expect(nodes[1]).not.toHaveProperty('maxInFlight')
  const [, child] = await subtasksOf(fragment)
  expect(child).toMatchObject({ id: 'map/1', dependsOn: [] })
  expect(child).not.toHaveProperty('forEach')
  expect(child?.payload).toEqual({
    whole: { $from: 'list', path: '/items/1' },
    part: { $from: 'list', path: '/items/1/a' },
    other: { $from: 'side' },
    inputs: { $from: 'inputs' },
  })
})

test('an empty list makes no subtask; what is no list, and more than a run takes, is refused for good', async () => {
  const map = (from: string, path?: string) => echo('map', { forEach: { from, ...(path ? { path } : {}) } })
  const spec = await specOf([echo('list'), map('list')], {}, {}, 5)
  const at = await specOf([echo('list'), map('list', '/no')])
  const inputs = await specOf([map('inputs', '/items')], {}, { items: [] })
  expect(await evaluate(inputs, 'map')).toMatchObject({ verdict: 'map', spawned: { nodes: [] } })
  expect(
    await refusalOf(evaluate(at, 'map', { failures: { list: { taskId: 'list', status: 'failed', success: false } } })),
  ).toEqual({
    code: 'InvalidPayload',
    message: 'the output of "list" at "/no" is missing: a map needs a list',
    final: true,
  })
  await keep('list', [1, 2, 3, 4, 5, 6])
  const message = 'its list has 6 elements; a run has at most 5 subtasks'
  expect(await refusalOf(evaluate(spec, 'map'))).toEqual({ code: 'SpawnLimitExceeded', message, final: true })
  expect((await refusalOf(evaluate(at, 'map'))).code).toBe('InvalidPayload')
})

test('the output of a map is the list of its elements, also through references, conditions and further maps', async () => {
  const subtasks = [
    echo('map', { forEach: { from: 'inputs', path: '/items' } }),
    echo('next', { forEach: { from: 'map' }, payload: { $element: '' } }),
    echo('on-one', { when: [{ from: 'map', path: '/2/x', equals: 3 }] }),
    echo('on-all', { when: [{ from: 'map', equals: ['a', null, { x: 3 }] }] }),
    echo('on-null', { when: [{ from: 'map', path: '/1', equals: null }] }),
    echo('on-none', { when: [{ from: 'map', path: '/3', exists: true }] }),
  ]
  const spec = await specOf(subtasks, {}, { items: [1, 2, 3] })
  await evaluate(spec, 'map')
  // The second one was skipped: it left nothing
  await keep('map/0', 'a')
  await keep('map/2', { x: 3 })
  for (const id of ['on-one', 'on-all', 'on-null']) expect(await evaluate(spec, id)).toEqual({ verdict: 'run' })
  expect(await evaluate(spec, 'on-none')).toMatchObject({ verdict: 'skip' })
  const next = await evaluate(spec, 'next')
  expect(next).toMatchObject({ spawned: { nodes: [{ id: 'next/0' }, { id: 'next/1' }, { id: 'next/2' }] } })
  const results = await closed([row('map'), row('map/0'), row('map/1', 'skipped'), row('map/2')])
  expect(results.map?.output).toEqual(['a', null, { x: 3 }])
  expect(results.map).not.toHaveProperty('agentVersion')
  expect(results['map/1']?.output).toBeNull()
})

test('a person is asked in short; the store has all of it, once for each question', async () => {
  const prompt = `Is ${'x'.repeat(300)} right?`
  const human = {
    id: 'ask',
    agentType: 'human',
    payload: {
      prompt: { $from: 'text' },
      choices: ['yes', 'no'],
      timeoutMs: 5,
      onTimeout: 'reject',
      details: { $from: 'big' },
    },
  }
  const spec = await specOf([echo('text'), echo('big'), human])
  await keep('text', prompt)
  await keep('big', 'y'.repeat(10_000))
  const asked = await evaluate(spec, 'ask', { agent: 'human' })
  expect(await evaluate(spec, 'ask', { agent: 'human' })).toEqual(asked)
  if (asked.verdict !== 'ask') throw new Error(asked.verdict)
  expect(asked.request).toEqual({
    prompt: expect.any(String),
    choices: ['yes', 'no'],
    timeoutMs: 5,
    onTimeout: 'reject',
  })
  expect(asked.request.prompt).toHaveLength(200)
  const [record] = await questions('ask')
  expect(await questions('ask')).toHaveLength(1)
  expect(await contentOf(record!)).toMatchObject({ prompt, details: 'y'.repeat(10_000) })
  // Held, changed, and asked anew
  const known = [
    { id: 'text', dependsOn: [] },
    { id: 'big', dependsOn: [] },
    { id: 'ask', dependsOn: [0, 1] },
  ]
  const payload = { prompt: 'And now?' }
  const changed = await change(spec, known, { replace: { taskId: 'ask', payload } })
  if (!('replaced' in changed)) throw new Error('not replaced')
  const { fragment } = changed.replaced
  expect(await evaluate(spec, 'ask', { agent: 'human', fragment })).toEqual({
    verdict: 'ask',
    request: { prompt: 'And now?', onTimeout: 'fail' },
  })
  expect(await Promise.all((await questions('ask')).map(contentOf))).toMatchObject([{ prompt }, payload])
})

test('a question that turns out to be none is refused, whatever it refers to', async () => {
  const human = { id: 'ask', agentType: 'human', payload: { prompt: { $from: 'text' } } }
  const spec = await specOf([echo('text'), human])
  await keep('text', { $from: 'text' })
  const { code, message, final } = await refusalOf(evaluate(spec, 'ask', { agent: 'human' }))
  expect({ code, final }).toEqual({ code: 'InvalidPayload', final: true })
  expect(message).toContain('payload.prompt')
})

test('of two outputs for one subtask the first stands; a large one goes by reference', async () => {
  expect(await keep('ask', 'yes')).toMatchObject({
    output: { inline: 'yes' },
    agentVersion: '',
    tokensUsed: 0,
    attempt: 1,
  })
  expect((await keep('ask', 'no')).output).toEqual({ inline: 'yes' })
  expect((await keep('large', 'z'.repeat(10_000))).output).toMatchObject({ reference: { bytes: 10_002 } })
})

test('events become subtasks of their reactions, all in one fragment', async () => {
  const reactions = [
    { on: 'a.b', run: { agentType: 'echo' } },
    {
      id: 'named',
      on: 'c.d',
      run: { agentType: 'echo', payload: { id: { $event: '/id' } }, priority: 'low' as const },
    },
  ]
  const spec = await specOf([], { reactions })
  const event = (id: string): AgentEvent => ({ id, type: 'a.b', payload: null, timestamp: NOW, source: 'x', offset: 0 })
  const matches = [
    { reaction: 0, id: 'on-a-b-1', event: event('e1') },
    { reaction: 1, id: 'named-1', event: event('e2') },
  ]
  const input = { run, store: store.identity, spec, matches }
  const { fragment } = await activities.react(input)
  expect(await activities.react(input)).toEqual({ fragment })
  expect(await subtasksOf(fragment)).toEqual([
    {
      id: 'on-a-b-1',
      agentType: 'echo',
      type: 'echo',
      priority: 'normal',
      dependsOn: [],
      payload: { $event: '' },
      event: event('e1'),
    },
    {
      id: 'named-1',
      agentType: 'echo',
      type: 'echo',
      priority: 'low',
      dependsOn: [],
      payload: { id: { $event: '/id' } },
      event: event('e2'),
    },
  ])
})

test('a change is checked against the plan as it is; all that is wrong with it is said at once', async () => {
  const spec = await specOf([echo('a'), echo('b', { dependsOn: ['a'] })])
  const known = [
    { id: 'a', dependsOn: [] },
    { id: 'b', dependsOn: [0] },
    { id: 'b/child', dependsOn: [] },
  ]
  const added = await change(spec, known, {
    add: [echo('c', { payload: { $from: 'b/child' }, dependsOn: ['a'] }), echo('d', { dependsOn: ['c'] })],
  })
  if (!('added' in added)) throw new Error('not added')
  expect(added.added.nodes.map(({ id, dependsOn }) => [id, [...dependsOn].sort()])).toEqual([
    ['c', [0, 2]],
    ['d', [3]],
  ])
  expect((await subtasksOf(added.added.fragment)).map(({ id }) => id)).toEqual(['c', 'd'])
  const wrong = await refusalOf(
    change(spec, known, { add: [echo('a'), echo('x', { dependsOn: ['nobody'], agentType: 'ecko' })] }),
  )
  expect(wrong).toMatchObject({ code: 'ChangeRefused', final: true })
  for (const text of ['3 problems', '"a"', '"nobody"', '"ecko"']) expect(wrong.message).toContain(text)
  const replaced = await change(spec, known, { replace: { taskId: 'b', payload: { n: 1 }, priority: 'high' } })
  expect(replaced).toMatchObject({ replaced: { node: { id: 'b', priority: 'high', dependsOn: [0] } } })
  const cycle = await refusalOf(change(spec, known, { replace: { taskId: 'a', payload: { $from: 'b' } } }))
  expect(cycle.code).toBe('ChangeRefused')
  expect(cycle.message).toContain('cycle')
})

test('what a run takes over becomes its own; what was cut off goes on, and what stands stays', async () => {
  const execution = (output: string): AgentExecution => ({
    output: { inline: output },
    ...{ tokensUsed: 0, durationMs: 0, attempt: 1, agent: 'echo', agentVersion: '1.0.0' },
  })
  const executions = { a: execution('a'), 'b/child': execution('c') }
  const reuse = await store.artifacts.put(JSON.stringify({ executions, fragments: {} }))
  const of = { workflowId: 'old', firstRunId: 'older' }
  await keep('a', 'was there')
  for (let attempt = 0; attempt < 2; attempt++)
    expect(await takeOver({ of, reuse }, run, store)).toEqual({ retryOf: 'old', reused: executions })
  expect(await store.records.read(resultRecord(run, 'b/child'))).toEqual(execution('c'))
  expect(await store.records.read(resultRecord(run, 'a'))).toMatchObject({ output: { inline: 'was there' } })
  expect(await store.records.list(retriesPrefix(of))).toHaveLength(1)
})

test('what many need is read once; what was out of reach is asked for again', async () => {
  let reads = 0
  let broken = true
  const get = async (id: string): Promise<Buffer> => {
    reads++
    await Promise.resolve()
    if (broken) throw new TroupeError('StoreUnavailable', 'away', { retryable: true })
    return store.artifacts.get(id)
  }
  const spec = await specOf([echo('big'), echo('next', { when: [{ from: 'big', path: '/1', equals: 'y' }] })])
  await keep('big', ['x'.repeat(10_000), 'y'])
  const counted: Store = {
    ...store,
    artifacts: { put: (bytes) => store.artifacts.put(bytes), has: (id) => store.artifacts.has(id), get },
  }
  activities = createActivities({ teams: [], store: counted })
  expect(await refusalOf(evaluate(spec, 'next'))).toMatchObject({ code: 'StoreUnavailable', final: false })
  broken = false
  reads = 0
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => evaluate(spec, 'next')))
  expect(verdicts).toEqual(Array.from({ length: 20 }, () => ({ verdict: 'run' })))
  expect(reads).toBe(2)
})

test('what was used longest ago goes first, and the newest stays whatever it weighs', async () => {
  const read: string[] = []
  const recent = new Recent<string>(100)
  const get = (key: string, bytes: number) =>
    recent.get(key, async () => {
      await Promise.resolve()
      read.push(key)
      return { value: key, bytes }
    })
  await get('a', 40)
  await get('b', 40)
  await get('a', 40)
  await get('c', 40)
  expect(await Promise.all([get('a', 40), get('c', 40), get('b', 40)])).toEqual(['a', 'c', 'b'])
  expect(read).toEqual(['a', 'b', 'c', 'b'])
  await get('huge', 1_000)
  await get('huge', 1_000)
  await get('c', 40)
  expect(read.slice(4)).toEqual(['huge', 'c'])
})

function row(id: string, state: SubtaskRow['state'] = 'succeeded'): SubtaskRow {
  return { id, agent: 'echo', state, dependsOn: [] }
}

/** The results in the document of a run that had these subtasks. */
async function closed(subtasks: SubtaskRow[]): Promise<Record<string, AgentResult>> {
  const counts = { succeeded: subtasks.length, failed: 0, skipped: 0, cancelled: 0 }
  const named = { run, store: store.identity, plan: 'plan', team: 'team', status: 'succeeded' } as const
  const times = { startedAt: NOW, endedAt: NOW, planVersion: 0, segments: [], events: [] }
  const { results } = await activities.closeRun({ ...named, ...times, counts, subtasks })
  return results!
}
