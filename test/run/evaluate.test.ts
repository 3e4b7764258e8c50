// What the orchestrator has looked at before a subtask starts, against a real store: conditions, maps, questions for people.
import { Recent } from '../../activities/recent'
import { TroupeError } from '../../src/contract/errors'
import type { JsonValue } from '../../src/contract/json'
import { requestsPrefix, type RequestRecord } from '../../src/contract/records'
import type { AgentResult, SubtaskRow } from '../../src/contract/run'
import { loadOutput } from '../../src/storage/output'
import type { Store } from '../../src/storage/store'
import { echo, InnerActivities, NOW, refusalOf, RUN } from './support/inner-activities'

const activities = new InnerActivities()

test('conditions are looked at one after the other; the first that does not hold is told', async () => {
  const when = [
    { from: 'inputs', path: '/mode', in: ['fast', 'slow'] },
    { from: 'check', path: '/passed', equals: true },
    { from: 'other', path: '/x', exists: false },
  ]
  const subtasks = [echo('check'), echo('other'), echo('last', { when, runIf: 'all-done' })]
  const spec = await activities.specOf(subtasks, {}, { mode: 'fast' })
  const odd = await activities.specOf(subtasks, {}, { mode: 'odd' })
  await activities.keep('check', { passed: true })
  await activities.keep('other', { y: 1 })
  expect(await activities.evaluate(spec, 'last')).toEqual({ verdict: 'run' })
  const reason = 'the input at "/mode" is "odd", but must be one of ["fast","slow"]'
  expect(await activities.evaluate(odd, 'last')).toEqual({ verdict: 'skip', reason })
  const failures = { check: { taskId: 'check', status: 'failed', success: false } as const }
  const missing = 'the output of "check" at "/passed" is missing, since "check" failed, but must equal true'
  expect(await activities.evaluate(spec, 'last', { failures })).toEqual({ verdict: 'skip', reason: missing })
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
  const spec = await activities.specOf([echo('list'), echo('side'), map], { onFailure: 'hold' })
  await activities.keep('list', { items: [{ a: 1 }, { $from: 'nothing' }] })
  const first = await activities.evaluate(spec, 'map')
  expect(await activities.evaluate(spec, 'map')).toEqual(first)
  if (first.verdict !== 'map') throw new Error(first.verdict)
  const { nodes, fragment } = first.spawned
  expect(nodes.map(({ id }) => id)).toEqual(['map/0', 'map/1'])
  expect(nodes[1]).toMatchObject({ dependsOn: [], priority: 'high', estimateMs: 5, onFailure: 'hold', type: 'echo' })
  expect(nodes[1]).toMatchObject({ agents: [0], fallback: 1, deadline: '2027-01-01T00:00:00.000Z' })
  expect(nodes[1]).not.toHaveProperty('evaluate')
  expect(nodes[1]).not.toHaveProperty('maxInFlight')
  const [, child] = await activities.subtasksOf(fragment)
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
  const spec = await activities.specOf([echo('list'), map('list')], {}, {}, 5)
  const at = await activities.specOf([echo('list'), map('list', '/no')])
  const inputs = await activities.specOf([map('inputs', '/items')], {}, { items: [] })
  expect(await activities.evaluate(inputs, 'map')).toMatchObject({ verdict: 'map', spawned: { nodes: [] } })
  expect(
    await refusalOf(
      activities.evaluate(at, 'map', { failures: { list: { taskId: 'list', status: 'failed', success: false } } }),
    ),
  ).toEqual({
    code: 'InvalidPayload',
    message: 'the output of "list" at "/no" is missing: a map needs a list',
    final: true,
  })
  await activities.keep('list', [1, 2, 3, 4, 5, 6])
  const message = 'its list has 6 elements; a run has at most 5 subtasks'
  expect(await refusalOf(activities.evaluate(spec, 'map'))).toEqual({
    code: 'SpawnLimitExceeded',
    message,
    final: true,
  })
  expect((await refusalOf(activities.evaluate(at, 'map'))).code).toBe('InvalidPayload')
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
  const spec = await activities.specOf(subtasks, {}, { items: [1, 2, 3] })
  await activities.evaluate(spec, 'map')
  // The second one was skipped: it left nothing
  await activities.keep('map/0', 'a')
  await activities.keep('map/2', { x: 3 })
  for (const id of ['on-one', 'on-all', 'on-null'])
    expect(await activities.evaluate(spec, id)).toEqual({ verdict: 'run' })
  expect(await activities.evaluate(spec, 'on-none')).toMatchObject({ verdict: 'skip' })
  const next = await activities.evaluate(spec, 'next')
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
  const spec = await activities.specOf([echo('text'), echo('big'), human])
  await activities.keep('text', prompt)
  await activities.keep('big', 'y'.repeat(10_000))
  const asked = await activities.evaluate(spec, 'ask', { agent: 'human' })
  expect(await activities.evaluate(spec, 'ask', { agent: 'human' })).toEqual(asked)
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
  const changed = await activities.change(spec, known, { replace: { taskId: 'ask', payload } })
  if (!('replaced' in changed)) throw new Error('not replaced')
  const { fragment } = changed.replaced
  expect(await activities.evaluate(spec, 'ask', { agent: 'human', fragment })).toEqual({
    verdict: 'ask',
    request: { prompt: 'And now?', onTimeout: 'fail' },
  })
  expect(await Promise.all((await questions('ask')).map(contentOf))).toMatchObject([{ prompt }, payload])
})

test('a question that turns out to be none is refused, whatever it refers to', async () => {
  const human = { id: 'ask', agentType: 'human', payload: { prompt: { $from: 'text' } } }
  const spec = await activities.specOf([echo('text'), human])
  await activities.keep('text', { $from: 'text' })
  const { code, message, final } = await refusalOf(activities.evaluate(spec, 'ask', { agent: 'human' }))
  expect({ code, final }).toEqual({ code: 'InvalidPayload', final: true })
  expect(message).toContain('payload.prompt')
})

test('what many need is read once; what was out of reach is asked for again', async () => {
  let reads = 0
  let broken = true
  const get = async (id: string): Promise<Buffer> => {
    reads++
    await Promise.resolve()
    if (broken) throw new TroupeError('StoreUnavailable', 'away', { retryable: true })
    return activities.store.artifacts.get(id)
  }
  const spec = await activities.specOf([
    echo('big'),
    echo('next', { when: [{ from: 'big', path: '/1', equals: 'y' }] }),
  ])
  await activities.keep('big', ['x'.repeat(10_000), 'y'])
  const counted: Store = {
    ...activities.store,
    artifacts: {
      put: (bytes) => activities.store.artifacts.put(bytes),
      has: (id) => activities.store.artifacts.has(id),
      get,
    },
  }
  activities.over(counted)
  expect(await refusalOf(activities.evaluate(spec, 'next'))).toMatchObject({ code: 'StoreUnavailable', final: false })
  broken = false
  reads = 0
  const verdicts = await Promise.all(Array.from({ length: 20 }, () => activities.evaluate(spec, 'next')))
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
  const named = { run: RUN, store: activities.store.identity, plan: 'plan', team: 'team', status: 'succeeded' } as const
  const times = { startedAt: NOW, endedAt: NOW, planVersion: 0, segments: [], events: [] }
  const { results } = await activities.all.closeRun({ ...named, ...times, counts, subtasks })
  return results!
}

const questions = (subtask: string) => activities.store.records.list(requestsPrefix(RUN, subtask))

async function contentOf(record: string): Promise<JsonValue> {
  const { request } = (await activities.store.records.read(record)) as unknown as RequestRecord
  return 'inline' in request ? request.inline : loadOutput(activities.store, request.reference)
}
