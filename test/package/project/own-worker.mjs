// Who has Temporal workers already: the workflows bundled by the user's own call, the activities in the user's own workers.
import { createRequire } from 'node:module'
import { Client, Connection } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import {
  createActivities,
  openFileStore,
  ORCHESTRATE,
  ORCHESTRATOR_TASK_QUEUE,
  teamManifest,
  troupeDataConverter,
} from 'troupe'
import { team } from './team.mjs'

const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TROUPE_STORE: directory } = process.env
const logger = new DefaultLogger('ERROR')
Runtime.install({ logger })
const workflowsPath = createRequire(import.meta.url).resolve('troupe/workflows')
const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger })
const store = await openFileStore({ directory })
const activities = createActivities({ teams: [team], store })
const connection = await NativeConnection.connect({ address })
const common = { connection, namespace, activities, dataConverter: troupeDataConverter(store) }
const manifest = teamManifest(team)
const [{ taskQueue }] = manifest.agents
const orchestrator = await Worker.create({ ...common, taskQueue: ORCHESTRATOR_TASK_QUEUE, workflowBundle })
const agent = await Worker.create({ ...common, taskQueue })

const clientConnection = await Connection.connect({ address })
const client = new Client({ connection: clientConnection, namespace })
const start = () =>
  client.workflow.execute(ORCHESTRATE, {
    taskQueue: ORCHESTRATOR_TASK_QUEUE,
    workflowId: 'own-worker',
    args: [
      {
        plan: { name: 'own', subtasks: [{ id: 'one', agentType: 'outline', payload: { topic: 'tides' } }] },
        team: manifest,
      },
    ],
  })
const result = await orchestrator.runUntil(agent.runUntil(start))
await clientConnection.close()
await connection.close()
console.log(JSON.stringify({ status: result.status, output: result.results.one.output }))
