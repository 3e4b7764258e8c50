// A worker process that carries workflows, and does nothing for them: what they have decided is written down and told to nobody.
import { NativeConnection, Worker } from '@temporalio/worker'
import { createActivities, openFileStore, ORCHESTRATOR_TASK_QUEUE } from '../../src/index'
import { builtFile } from '../../src/package-root'

async function main(): Promise<void> {
  const { ADDRESS: address = '', NAMESPACE: namespace = '', TROUPE_STORE: directory = '' } = process.env
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: ORCHESTRATOR_TASK_QUEUE,
    workflowBundle: { codePath: builtFile('workflow-bundle.js') },
    activities: createActivities({ teams: [], store: await openFileStore({ directory }) }),
    enableNonLocalActivities: false,
  })
  const running = worker.run()
  console.log('serving')
  await running
}

void main()
