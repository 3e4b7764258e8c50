// Troupe in Temporal workers of one's own: its workflow and activities beside whatever else these workers do.
// TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE name the server, TROUPE_STORE the folder for what is kept outside history.
import { NativeConnection, Worker } from '@temporalio/worker'
import {
  createActivities,
  defineAgent,
  defineTeam,
  openFileStore,
  ORCHESTRATOR_TASK_QUEUE,
  teamManifest,
  troupeDataConverter,
} from 'troupe'
import { z } from 'zod'

const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string() }),
  run: ({ topic }) => ({ points: [`what are ${topic}?`, `why ${topic}?`] }),
})
const draft = defineAgent({
  name: 'draft',
  input: z.object({ points: z.array(z.string()) }),
  run: ({ points }) => points.map((point) => `## ${point}`).join('\n'),
})
const team = defineTeam({ name: 'docs', agents: [outline, draft] })

async function main(): Promise<void> {
  const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' })
  const store = await openFileStore({ directory: process.env.TROUPE_STORE ?? '.troupe/store' })
  const { runAgent, ...activities } = createActivities({ teams: [team], store })
  const common = {
    connection,
    namespace: process.env.TEMPORAL_NAMESPACE ?? 'default',
    dataConverter: troupeDataConverter(store),
  }

  // The workflow `orchestrate`, and what it does besides running agents
  const orchestrator = await Worker.create({
    ...common,
    taskQueue: ORCHESTRATOR_TASK_QUEUE,
    workflowsPath: require.resolve('troupe/workflows'),
    activities,
  })
  // One worker for each agent: its task queue, its slots
  const agents = teamManifest(team).agents.map(({ taskQueue, maxConcurrency }) =>
    Worker.create({
      ...common,
      taskQueue,
      maxConcurrentActivityTaskExecutions: maxConcurrency,
      maxHeartbeatThrottleInterval: '1s', // a cancellation arrives with a heartbeat's answer
      activities: { runAgent },
    }),
  )
  const workers = [orchestrator, ...(await Promise.all(agents))]
  console.log(`serving ${workers.map((worker) => worker.options.taskQueue).join(', ')}`)
  await Promise.all(workers.map((worker) => worker.run()))
  await connection.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
