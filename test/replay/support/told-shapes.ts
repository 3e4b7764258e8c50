// Shapes of run that follow from what people, programs and the control of a team tell them.
import type { Run } from '../../../src/index'
import { controlWorkflowId } from '../../../src/contract/names'
import { recordedTeam as team } from './recorded-team'
import { by, echo, ended, start, until, type Shape } from './shape'

/** The call of a tool that a subtask asks about. */
async function callOf(run: Run, subtask: string): Promise<string> {
  const { subtasks } = await run.status()
  return subtasks.find(({ id }) => id === subtask)!.request!.approvalId!
}

export const TOLD: readonly Shape[] = [
  {
    name: 'suspended',
    planted: ["'suspended' in execution", "'unheard of' in execution"],
    async record(troupe) {
      const run = await start(troupe, [
        { id: 'approved', agentType: 'asker' },
        { id: 'rejected', agentType: 'asker' },
        { id: 'cancelled', agentType: 'asker' },
        echo('after', 'approved', 'rejected'),
      ])
      for (const id of ['approved', 'rejected', 'cancelled']) await until(run, 'person.asked', id)
      await run.reject('rejected', { by, comment: 'not today', approvalId: await callOf(run, 'rejected') })
      await run.approve('approved', { by, approvalId: await callOf(run, 'approved') })
      await run.cancelSubtask('cancelled', { by })
      return ended(run)
    },
  },
  {
    name: 'budgeted',
    planted: ["row.state === 'held' && row.error?.code === 'BudgetExceeded' && !this.isLate(place)", 'false'],
    async record(troupe) {
      const subtasks = [
        { id: 'long', agentType: 'slow', payload: { ms: 2_000 }, budget: { wallMs: 1_000 } },
        echo('after', 'long'),
      ]
      const run = await start(troupe, subtasks, { onBudget: 'hold' })
      await until(run, 'subtask.held', 'long')
      await run.raiseBudget({ budget: { wallMs: 60_000 }, taskId: 'long', by })
      return ended(run)
    },
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
  {
    // Since each task that logs something leaves a trace
    name: 'traced',
    continueAfterEvents: 30,
    planted: ['if (!this.isLeft ||', 'if (this.isLeft ||'],
    async record(troupe, temporal) {
      const run = await start(
        troupe,
        [echo('a'), echo('b', 'a'), { id: 'asked', agentType: 'human', payload: { prompt: 'Well?' } }],
        {},
        true,
      )
      await until(run, 'subtask.completed', 'b')
      await temporal.workflow
        .getHandle(run.id)
        .signal('publish', [{ type: 'note.added' }, { type: 'note.added', payload: 2 }])
      await run.pause({ by, reason: 'to look at it' })
      await run.add([echo('added', 'b')], { by })
      await run.resume({ by })
      await until(run, 'subtask.completed', 'added')
      for (let note = 0; note < 20; note++) await run.publish({ type: 'note.added', payload: note })
      await run.approve('asked', { by })
      await until(run, 'subtask.completed', 'asked')
      await run.close({ by })
      return ended(run)
    },
  },
  {
    // Since the plan is checked by a plain activity
    name: 'checked',
    planted: ["'the plan is checked by a plain activity'", "'the plan is checked otherwise'"],
    async record(troupe, temporal) {
      const run = await start(troupe, [
        echo('a'),
        { id: 'boss', agentType: 'boss', dependsOn: ['a'] },
        { id: 'asked', agentType: 'human', payload: { prompt: 'Well?' } },
      ])
      await temporal.workflow.getHandle(run.id).signal('publish', { type: 'note.added', payload: 'early' })
      await until(run, 'subtask.completed', 'boss')
      await run.approve('asked', { by })
      return ended(run)
    },
  },
]
