// WORKFLOW. Asks worker processes how their pools stand: an activity on the queue of each, answered from its memory.
import { proxyActivities, type ActivityOptions } from '@temporalio/workflow'
import { WORKER_ANSWERS_WITHIN_MS, type TellPools, type WorkerAnswer } from '../src/contract/pools'

const ASKING: ActivityOptions = {
  scheduleToStartTimeout: WORKER_ANSWERS_WITHIN_MS,
  startToCloseTimeout: WORKER_ANSWERS_WITHIN_MS,
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
