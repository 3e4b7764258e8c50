// A kept history is replayed by the bundle that the package ships: what it would do otherwise now shows before a run is lost.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { Worker } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { defineAgent, defineTeam, troupeDataConverter } from '../../src/index'
import { builtFile } from '../../src/package-root'
import { useTroupe } from '../support/troupe'

const test = useTroupe('replay')
const bundle = readFileSync(builtFile('workflow-bundle.js'), 'utf8')

const boss = defineAgent({
  name: 'boss',
  run: (_, context) =>
    context.spawn([
      { id: 'a', agentType: 'echo' },
      { id: 'b', agentType: 'echo', dependsOn: ['a'] },
    ]),
})
const fails = defineAgent({ name: 'fails', retry: { maximumAttempts: 1 }, run: () => Promise.reject(new Error('no')) })
const fussy = defineAgent({
  name: 'fussy',
  capabilities: ['work'],
  run: () => 'never',
})
fussy.canHandle = () => false
const willing = defineAgent({ name: 'willing', capabilities: ['work'], run: () => 'done' })
const sleeper = defineAgent({ name: 'sleeper', run: (_, { signal }) => sleep(60_000, 'slept', { signal }) })
const team = defineTeam({ name: 'replayed', agents: [boss, fails, fussy, willing, sleeper] })

/** Spawns, fails, refuses, is late, is told something, and is cancelled. */
const subtasks = [
  { id: 'boss', agentType: 'boss' },
  { id: 'fails', agentType: 'fails' },
  { id: 'work', type: 'work' },
  { id: 'skipped', agentType: 'echo', dependsOn: ['fails'] },
  { id: 'sleeper', agentType: 'sleeper' },
  { id: 'late', agentType: 'echo', dependsOn: ['sleeper'], deadline: '+1s' },
  { id: 'last', agentType: 'echo', dependsOn: ['boss', 'sleeper'] },
]

beforeAll(() => test.serve(team))

async function historyOf(runId: string) {
  const connection = await Connection.connect({ address: test.address })
  const history = await new Client({ connection, namespace: test.namespace }).workflow.getHandle(runId).fetchHistory()
  await connection.close()
  return history
}

it('replays what it did, and is caught where it would do otherwise', async () => {
  const run = await test.troupe.start({ name: 'replays', subtasks }, { team })
  for (let number = 0; number < 20; number++) await run.publish({ type: 'note.added', payload: { number } })
  for await (const { correlationId } of run.events({ type: 'subtask.failed' })) if (correlationId === 'late') break
  await run.cancel()
  const { status, counts } = await run.outcome()
  expect({ status, counts }).toEqual({
    status: 'cancelled',
    counts: { succeeded: 4, failed: 2, skipped: 1, cancelled: 2 },
  })

  const history = await historyOf(run.id)
  const replay = (code: string) =>
    Worker.runReplayHistory(
      { workflowBundle: { code }, dataConverter: troupeDataConverter(test.troupe.store) },
      history,
      run.id,
    )
  await replay(bundle)
  expect(bundle).toContain('`${activity}-${place}`')
  await expect(replay(bundle.replace('`${activity}-${place}`', '`${activity}-${place + 1}`'))).rejects.toThrow(
    DeterminismViolationError,
  )
}, 60_000)
