// Every shape of run whose history is kept: what makes it, and a change of the workflow code that its replay must notice.
import type { Client } from '@temporalio/client'
import { ORCHESTRATE, ORCHESTRATOR_TASK_QUEUE, type Plan, type Run, type Troupe } from '../../../src/index'
import { controlWorkflowId } from '../../../src/contract/names'
import { recordedTeam as team } from './recorded-team'

/** Who says everything that is said. */
const by = 'recorder'

export interface Shape {
  name: string
  /** A piece of the bundled code, and what takes its place: a workflow that does this shape otherwise. */
  planted: readonly [string, string]
  /** History events after which the run continues as new. */
  continueAfterEvents?: number
  /** Leaves workflows that have ended, and tells their ids. `temporal` is a plain client. */
  record(troupe: Troupe, temporal: Client): Promise<string[]>
}

function start(troupe: Troupe, subtasks: Plan['subtasks'], plan: Partial<Plan> = {}, open = false): Promise<Run> {
  return troupe.start(
    { name: 'recorded', ...plan, subtasks },
    { team, inputs: { yes: true, list: [1, 2, 3], none: [] }, open },
  )
}

/** Until the log has an event, of a subtask if one is named, so many times. */
async function until(run: Run, type: string, subtask?: string, times = 1): Promise<void> {
  let seen = 0
  for await (const { payload } of run.events({ type }))
    if ((subtask === undefined || (payload as { subtask?: string }).subtask === subtask) && ++seen === times) return
  throw new Error(`the run ended without ${type} ${subtask ?? ''}`)
}

async function ended(run: Run): Promise<string[]> {
  await run.outcome()
  return [run.id]
}

const echo = (id: string, ...dependsOn: string[]) => ({ id, agentType: 'echo', dependsOn })

export const SHAPES: readonly Shape[] = [
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
    name: 'held',
    planted: ['`${activity}-${place}`', '`${activity}-${place + 1}`'],
    async record(troupe) {
      const run = await start(
        troupe,
        [
          { id: 'x', agentType: 'fails' },
          { id: 'y', agentType: 'fails' },
          { id: 'z', agentType: 'fails' },
          echo('after-x', 'x'),
          { ...echo('after-all', 'x', 'y', 'z'), runIf: 'all-done' },
        ],
        { onFailure: 'hold' },
      )
      for (const id of ['x', 'y', 'z']) await until(run, 'subtask.held', id)
      await run.resolve({ taskId: 'y', action: 'skip', by })
      await run.resolve({ taskId: 'x', action: 'retry', by })
      await until(run, 'subtask.held', 'x', 2)
      await run.resolve({ taskId: 'x', action: 'replace', output: { by: 'hand' }, by })
      await run.resolve({ taskId: 'z', action: 'replace', output: null, by, comment: 'nothing' })
      return ended(run)
    },
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
    name: 'people',
    planted: ["subtaskActivityId)(place, 'keep')", "subtaskActivityId)(place + 1, 'keep')"],
    async record(troupe) {
      const ask = (id: string, more: object = {}) => ({
        id,
        agentType: 'human',
        payload: { prompt: `${id}?`, ...more },
      })
      const run = await start(troupe, [
        ask('approved'),
        ask('rejected'),
        ask('chosen', { choices: ['left', 'right'] }),
        ask('answered', { output: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } }),
        ask('timed', { timeoutMs: 1_000, onTimeout: 'approve' }),
        ask('refused', { timeoutMs: 1_000, onTimeout: 'reject' }),
        { ...echo('after', 'approved', 'timed'), payload: { chosen: { $from: 'chosen' } } },
        { ...echo('anyway', 'rejected', 'refused'), runIf: 'all-done' },
      ])
      for (const id of ['approved', 'rejected', 'chosen', 'answered']) await until(run, 'person.asked', id)
      await run.approve('approved', { by })
      await run.reject('rejected', { by, comment: 'no' })
      await run.answer('chosen', 'left', { by })
      await run.answer('answered', { n: 'none' }, { by }).catch(() => undefined)
      await run.answer('answered', { n: 7 }, { by })
      return ended(run)
    },
  },
  {
    name: 'paused',
    planted: ['holds(agent) {', 'holds(agent) { return false;'],
    async record(troupe) {
      const run = await start(troupe, [
        { id: 'first', agentType: 'slow' },
        echo('second', 'first'),
        echo('third', 'second'),
      ])
      await run.pause({ by, reason: 'to look at it' })
      await until(run, 'subtask.completed', 'first')
      await run.resume({ by })
      return ended(run)
    },
  },
  {
    name: 'changes',
    planted: ['`change-${', '`changed-${'],
    async record(troupe) {
      const run = await start(troupe, [
        { id: 'first', agentType: 'slow', payload: { ms: 1_500 } },
        { id: 'second', agentType: 'echo', payload: { n: 1 }, dependsOn: ['first'] },
        echo('third', 'second'),
        echo('gone', 'first'),
        echo('gone-too', 'gone'),
      ])
      await until(run, 'subtask.started', 'first')
      await run.add([{ id: 'more', agentType: 'echo', payload: { n: { $from: 'second' } } }, echo('last', 'more')], {
        by,
      })
      await run.change('second', { payload: { n: 2, first: { $from: 'first' } }, priority: 'high', by })
      await run.change('third', { agentType: 'slow', by })
      await run.add([echo('more')], { by }).catch(() => undefined)
      await run.cancelSubtask('gone', { dependents: true, by })
      return ended(run)
    },
  },
  {
    name: 'retried',
    planted: ['Object.hasOwn(this.reused, row.id)', 'false'],
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
    name: 'reactions',
    planted: ['`react-${', '`reacted-${'],
    async record(troupe) {
      const run = await start(
        troupe,
        [{ id: 'teller', agentType: 'teller' }],
        {
          reactions: [
            {
              id: 'written',
              on: 'module.written',
              where: { module: 'm' },
              run: { agentType: 'echo', payload: { about: { $event: '/payload/module' } } },
            },
            { id: 'noted', on: 'note.added', run: { agentType: 'echo' } },
          ],
        },
        true,
      )
      await until(run, 'subtask.completed', 'written-1')
      await run.publish({ type: 'note.added', payload: 'hello' })
      await run.publish({ type: 'nobody.cares' })
      await until(run, 'subtask.completed', 'noted-1')
      await run.close({ by })
      return ended(run)
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
    name: 'cancelled',
    planted: ['state.cancel();', ''],
    async record(troupe) {
      const run = await start(troupe, [
        { id: 'sleeper', agentType: 'sleeper' },
        echo('a'),
        echo('after', 'sleeper'),
        { id: 'asked', agentType: 'human', payload: { prompt: 'Well?' } },
      ])
      await until(run, 'person.asked')
      await until(run, 'subtask.completed', 'a')
      await run.cancel()
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
  {
    name: 'agent-paused',
    planted: ['holds(agent) {', 'holds(agent) { return false;'],
    async record(troupe) {
      const { name } = team
      const run = await start(troupe, [
        { id: 'first', agentType: 'slow' },
        { id: 'second', agentType: 'slow', dependsOn: ['first'] },
        echo('other', 'first'),
      ])
      await until(run, 'subtask.started', 'first')
      await troupe.client.pauseAgent({ team: name, agent: 'slow', by, reason: 'to look at it' })
      await until(run, 'subtask.completed', 'other')
      // It begins while the agent is paused
      const next = await start(troupe, [{ id: 'only', agentType: 'slow' }, echo('free')])
      await until(next, 'subtask.completed', 'free')
      await troupe.client.resumeAgent({ team: name, agent: 'slow', by })
      return [...(await ended(run)), ...(await ended(next)), controlWorkflowId(name)]
    },
  },
]
