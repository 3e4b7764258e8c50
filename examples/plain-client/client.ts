// Starts a plan with nothing but Temporal's own client; examples/plain-worker serves it. No part of Troupe is imported.
import { Client, Connection } from '@temporalio/client'

const plan = {
  name: 'readme',
  inputs: { type: 'object', required: ['topic'], properties: { topic: { type: 'string' } } },
  subtasks: [
    { id: 'outline', agentType: 'outline', payload: { topic: { $from: 'inputs', path: '/topic' } } },
    { id: 'draft', agentType: 'draft', payload: { points: { $from: 'outline', path: '/points' } } },
  ],
}

async function main(): Promise<void> {
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' })
  const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' })

  const handle = await client.workflow.start('orchestrate', {
    taskQueue: 'troupe',
    workflowId: `readme-${Date.now()}`,
    args: [{ plan, team: 'docs', inputs: { topic: 'tides' } }], // the team by its name: the worker knows it
  })
  const { status, results } = (await handle.result()) as {
    status: string
    results: Record<string, { output: unknown }>
  }
  console.log(status, results.draft?.output)

  const { events } = await handle.query<{ events: { type: string }[] }, [{ after: number }]>('events', { after: -1 })
  console.log(events.map(({ type }) => type).join(' '))
  await connection.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
