// What the orchestrator has written down and checked, against a real store: outputs of people, reactions, changes, results taken over.
import { takeOver } from '../../activities/reuse'
import type { AgentEvent } from '../../src/contract/event'
import type { AgentExecution } from '../../src/contract/activity-messages'
import { resultRecord, retriesPrefix } from '../../src/contract/records'
import { echo, InnerActivities, NOW, refusalOf, RUN } from './support/inner-activities'

const activities = new InnerActivities()

test('of two outputs for one subtask the first stands; a large one goes by reference', async () => {
  expect(await activities.keep('ask', 'yes')).toMatchObject({
    output: { inline: 'yes' },
    agentVersion: '',
    tokensUsed: 0,
    attempt: 1,
  })
  expect((await activities.keep('ask', 'no')).output).toEqual({ inline: 'yes' })
  expect((await activities.keep('large', 'z'.repeat(10_000))).output).toMatchObject({ reference: { bytes: 10_002 } })
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
  const spec = await activities.specOf([], { reactions })
  const event = (id: string): AgentEvent => ({ id, type: 'a.b', payload: null, timestamp: NOW, source: 'x', offset: 0 })
  const matches = [
    { reaction: 0, id: 'on-a-b-1', event: event('e1') },
    { reaction: 1, id: 'named-1', event: event('e2') },
  ]
  const input = { run: RUN, store: activities.store.identity, spec, matches }
  const { fragment } = await activities.all.react(input)
  expect(await activities.all.react(input)).toEqual({ fragment })
  expect(await activities.subtasksOf(fragment)).toEqual([
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
  const spec = await activities.specOf([echo('a'), echo('b', { dependsOn: ['a'] })])
  const known = [
    { id: 'a', dependsOn: [] },
    { id: 'b', dependsOn: [0] },
    { id: 'b/child', dependsOn: [] },
  ]
  const added = await activities.change(spec, known, {
    add: [echo('c', { payload: { $from: 'b/child' }, dependsOn: ['a'] }), echo('d', { dependsOn: ['c'] })],
  })
  if (!('added' in added)) throw new Error('not added')
  expect(added.added.nodes.map(({ id, dependsOn }) => [id, [...dependsOn].sort()])).toEqual([
    ['c', [0, 2]],
    ['d', [3]],
  ])
  expect((await activities.subtasksOf(added.added.fragment)).map(({ id }) => id)).toEqual(['c', 'd'])
  const wrong = await refusalOf(
    activities.change(spec, known, { add: [echo('a'), echo('x', { dependsOn: ['nobody'], agentType: 'ecko' })] }),
  )
  expect(wrong).toMatchObject({ code: 'ChangeRefused', final: true })
  for (const text of ['3 problems', '"a"', '"nobody"', '"ecko"']) expect(wrong.message).toContain(text)
  const replaced = await activities.change(spec, known, {
    replace: { taskId: 'b', payload: { n: 1 }, priority: 'high' },
  })
  expect(replaced).toMatchObject({ replaced: { node: { id: 'b', priority: 'high', dependsOn: [0] } } })
  const cycle = await refusalOf(activities.change(spec, known, { replace: { taskId: 'a', payload: { $from: 'b' } } }))
  expect(cycle.code).toBe('ChangeRefused')
  expect(cycle.message).toContain('cycle')
})

test('what a run takes over becomes its own; what was cut off goes on, and what stands stays', async () => {
  const execution = (output: string): AgentExecution => ({
    output: { inline: output },
    ...{ tokensUsed: 0, durationMs: 0, attempt: 1, agent: 'echo', agentVersion: '1.0.0' },
  })
  const executions = { a: execution('a'), 'b/child': execution('c') }
  const reuse = await activities.store.artifacts.put(JSON.stringify({ executions }))
  const of = { workflowId: 'old', firstRunId: 'older' }
  await activities.keep('a', 'was there')
  for (let attempt = 0; attempt < 2; attempt++)
    expect(await takeOver({ of, reuse }, RUN, { store: activities.store, digest: String })).toEqual({
      retryOf: 'old',
      // What the records hold is not told as well
      reused: Object.fromEntries(Object.keys(executions).map((id) => [id, {}])),
    })
  expect(await activities.store.records.read(resultRecord(RUN, 'b/child'))).toEqual(execution('c'))
  expect(await activities.store.records.read(resultRecord(RUN, 'a'))).toMatchObject({ output: { inline: 'was there' } })
  expect(await activities.store.records.list(retriesPrefix(of))).toHaveLength(1)
})
