// WORKFLOW. Asks worker processes how their pools stand: an activity on the queue of each, answered from its memory.
import { proxyActivities, type ActivityOptions } from '@temporalio/workflow'
import type { TellPools, WorkerAnswer } from '../src/contract/pools'

/** A living worker answers within milliseconds; one that was killed stays listed for a while, and holds nobody up longer. */
const ASKING: ActivityOptions = {
  scheduleToStartTimeout: '2s',
  startToCloseTimeout: '2s',
  retry: { maximumAttempts: 1 },
}

/** The answers in the order of the queues. */
export async function askWorkers(queues: string[]): Promise<WorkerAnswer[]> {
  return Promise.all(
    queues.map(async (taskQueue) => {
      const { tellPools } = proxyActivities<{ tellPools: TellPools }>({ ...ASKING, taskQueue })
      return tellPools().catch(() => null)
    }),
  )
}
