// Shapes of run that follow from the plan alone, and from what its agents do.
import { ORCHESTRATE, ORCHESTRATOR_TASK_QUEUE } from '../../../src/index'
import { recordedTeam as team } from './recorded-team'
import { by, echo, ended, start, until, type Shape } from './shape'

export const PLANNED: readonly Shape[] = [
  {
    name: 'dataflow',
    planted: ['`${activity}-${place}`', '`${activity}-${place + 1}`'],
    async record(troupe) {
      const run = await start(troupe, [
        echo('a'),
        { ...echo('b'), priority: 'high', estimateMs: 100 },
        { ...echo('c', 'a'), priority: 'low' },
        { id: 'd', agentType: 'echo', payload: { b: { $from: 'b' }, c: { $from: 'c' } } },
        { id: 'slow', agentType: 'slow', payload: {} },
        { id: 'e', agentType: 'echo', payload: { d: { $from: 'd', path: '/b' }, slow: { $from: 'slow' } } },
      ])
      for (let number = 0; number < 3; number++) await run.publish({ type: 'note.added', payload: { number } })
      return ended(run)
    },
  },
  {
    name: 'spawn',
    planted: ['`${activity}-${place}`', '`${activity}-${place % 2}`'],
    record: async (troupe) => ended(await start(troupe, [{ id: 'boss', agentType: 'boss' }, echo('after', 'boss')])),
  },
  {
    name: 'failures',
    planted: ['`${activity}-${place}`', '`${activity}-${place + 1}`'],
    record: async (troupe) =>
      ended(
        await start(troupe, [
          { id: 'fails', agentType: 'fails' },
          { id: 'flaky', agentType: 'flaky' },
          { id: 'work', type: 'work' },
          echo('skipped', 'fails'),
          { ...echo('all', 'fails', 'flaky'), runIf: 'all-done' },
          { ...echo('any', 'fails', 'flaky'), runIf: 'any-succeeded' },
          { id: 'told', agentType: 'echo', runIf: 'all-done', payload: { what: { $from: 'fails' } } },
          { id: 'saved', agentType: 'fails', onFailure: { fallback: 'echo' } },
          { id: 'lost', agentType: 'fails', onFailure: { fallback: 'worse' } },
          { id: 'first', agentType: 'slow', payload: { ms: 1_500 } },
          { ...echo('late', 'first'), deadline: '+1s' },
        ]),
      ),
  },
  {
    name: 'fail-fast',
    planted: ['interrupt(place) {', 'interrupt(place) { return;'],
    record: async (troupe) =>
      ended(
        await start(
          troupe,
          [
            { id: 'sleeper', agentType: 'sleeper' },
            { id: 'soon', agentType: 'slow' },
            { id: 'fails', agentType: 'fails', dependsOn: ['soon'] },
            echo('never', 'sleeper'),
          ],
          { onFailure: 'fail-fast' },
        ),
      ),
  },
  {
    name: 'conditions',
    planted: ["subtaskActivityId)(place, 'evaluate')", "subtaskActivityId)(place + 1, 'evaluate')"],
    record: async (troupe) =>
      ended(
        await start(troupe, [
          echo('a'),
          {
            ...echo('yes'),
            when: [
              { from: 'inputs', path: '/yes', equals: true },
              { from: 'a', exists: true },
            ],
          },
          { ...echo('no'), when: [{ from: 'inputs', path: '/yes', notEquals: true }] },
          echo('after-no', 'no'),
          { ...echo('whatever', 'no', 'yes'), runIf: 'all-done' },
        ]),
      ),
  },
  {
    name: 'map',
    planted: ["subtaskActivityId)(place, 'evaluate')", "subtaskActivityId)(place + 1, 'evaluate')"],
    record: async (troupe) =>
      ended(
        await start(troupe, [
          {
            id: 'each',
            agentType: 'echo',
            forEach: { from: 'inputs', path: '/list', maxInFlight: 2 },
            payload: { n: { $element: '' } },
          },
          { id: 'none', agentType: 'echo', forEach: { from: 'inputs', path: '/none' } },
          { id: 'no-list', agentType: 'echo', forEach: { from: 'object' } },
          echo('object'),
          { id: 'sum', agentType: 'echo', payload: { all: { $from: 'each' }, none: { $from: 'none' } } },
        ]),
      ),
  },
  {
    name: 'retried',
    planted: ['Object.hasOwn(this.reused, id)', 'false'],
    async record(troupe) {
      const first = await start(troupe, [
        echo('a'),
        { id: 'b', agentType: 'fails', dependsOn: ['a'] },
        { id: 'c', agentType: 'echo', payload: { b: { $from: 'b' } } },
        { id: 'boss', agentType: 'boss' },
        { id: 'each', agentType: 'echo', forEach: { from: 'inputs', path: '/list' } },
        echo('last', 'c', 'boss', 'each'),
      ])
      await first.outcome()
      const { run } = await troupe.client.retry(first.id, { from: 'b', agent: 'echo', payload: { again: true }, by })
      return [first.id, ...(await ended(run))]
    },
  },
  {
    name: 'continued',
    planted: ['isDue() {', 'isDue() { return false;'],
    continueAfterEvents: 30,
    async record(troupe) {
      const ids = Array.from({ length: 12 }, (_, index) => `s${index}`)
      const chain = ids.map((id, index) => echo(id, ...ids.slice(Math.max(0, index - 1), index)))
      const run = await start(troupe, [
        ...chain,
        { id: 'asked', agentType: 'human', payload: { prompt: 'Go on?' } },
        echo('end', 'asked', 's11'),
      ])
      await until(run, 'subtask.completed', 's11')
      await run.approve('asked', { by })
      return ended(run)
    },
  },
  {
    name: 'refused',
    planted: ['await preparePlan(', 'await (0, workflow_1.sleep)(1), await preparePlan('],
    async record(troupe, temporal) {
      const plan = { name: 'recorded', subtasks: [echo('a', 'b'), echo('b', 'a'), { id: 'c', agentType: 'nobody' }] }
      const workflowId = 'recorded-refused'
      const options = { taskQueue: ORCHESTRATOR_TASK_QUEUE, workflowId, args: [{ plan, team: team.name }] }
      await temporal.workflow.start(ORCHESTRATE, options)
      return ended(troupe.run(workflowId))
    },
  },
]
