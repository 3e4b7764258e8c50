// A result that was recorded stands, also if the attempt that made it never reported: it is not made again.
import { Client, Connection } from '@temporalio/client'
import { defineAgent, defineTeam, openFileStore } from '../../src/index'
import { useTroupe } from '../support/troupe'

const test = useTroupe('once')
let executions = 0
const counting = defineAgent({ name: 'counting', run: () => ++executions })
const team = defineTeam({ name: 'counters', agents: [counting] })

it('reports a recorded result without executing again', async () => {
  await test.troupe.serve([], {}) // the orchestrator; the agent has no worker yet
  const run = await test.troupe.start(
    {
      name: 'recorded',
      subtasks: [
        { id: 'a', agentType: 'counting' },
        { id: 'b', agentType: 'echo', payload: { $from: 'a' } },
      ],
    },
    { team },
  )
  for await (const event of run.events({ type: 'subtask.started' })) if (event.correlationId === 'a') break
  // What an attempt leaves that dies before its report: the record, and nothing else
  const connection = await Connection.connect({ address: test.address })
  const { runId } = await new Client({ connection, namespace: test.namespace }).workflow.getHandle(run.id).describe()
  await connection.close()
  const store = await openFileStore({ directory: test.storeDirectory })
  const left = {
    output: { inline: 'from the first attempt' },
    tokensUsed: 0,
    durationMs: 5,
    attempt: 1,
    agent: 'counting',
    agentVersion: '1.0.0',
  }
  expect(await store.records.create(`runs/${run.id}/${runId}/results/a`, left)).toMatchObject({ created: true })
  await test.serve(team)
  const { results } = await run.result()
  expect(results.a?.output).toBe('from the first attempt')
  expect(results.b?.output).toBe('from the first attempt')
  expect(executions).toBe(0)
})
