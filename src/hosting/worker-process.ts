// HOST. The Temporal workers of one process: one for the orchestrator, and one for each agent's task queue.
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker'
import type { createActivities } from '../../activities'
import type { AgentManifest } from '../contract/agent'
import { messageOf, TroupeError } from '../contract/errors'
import { ORCHESTRATOR_TASK_QUEUE, workerTaskQueue } from '../contract/names'
import type { SlotFigures, TellPools } from '../contract/pools'
import { hostAgent, type HostedAgent } from '../agents/hosted-agent'
import type { Team } from '../agents/team'
import { builtFile } from '../package-root'
import { AGENT_WORKER, ASKED_WORKER, ORCHESTRATOR_WORKER, POLLING_TIMEOUT_MS } from './options'

type Activities = ReturnType<typeof createActivities>

export interface WorkerProcessOptions {
  connection: NativeConnection
  namespace: string
  /** Shown as the poller's identity and in pending activities. */
  identity: string
  dataConverter: NonNullable<WorkerOptions['dataConverter']>
  teams: readonly Team[]
  activities: Activities
  /** By task queue; the activities look their agent up in it. */
  hosted: Map<string, HostedAgent>
}

/** Workers that are added while others run, and end together. */
export class WorkerProcess {
  private readonly workers = new Map<string, { worker: Worker; running: Promise<void> }>()
  private readonly changes = new Map<string, Promise<void>>()
  private failure?: (error: unknown) => void
  /** Rejects if a worker dies; never resolves. */
  readonly failed = new Promise<never>((_, reject) => (this.failure = reject))

  constructor(private readonly options: WorkerProcessOptions) {
    this.failed.catch(() => undefined)
  }

  serves(taskQueue: string): boolean {
    return this.workers.has(taskQueue)
  }

  async serveOrchestrator(): Promise<void> {
    const { runAgent: _ofAgents, ...activities } = this.options.activities
    await this.start(ORCHESTRATOR_TASK_QUEUE, {
      ...ORCHESTRATOR_WORKER,
      workflowBundle: { codePath: builtFile('workflow-bundle.js') },
      activities,
    })
  }

  /** Answers for this process: how its slots stand, whenever somebody asks. */
  async serveFigures(): Promise<void> {
    const tellPools: TellPools = async () => this.figures()
    await this.start(workerTaskQueue(this.options.identity), { ...ASKED_WORKER, activities: { tellPools } })
  }

  private figures(): SlotFigures[] {
    return [...this.workers].flatMap(([taskQueue, { worker }]) => {
      const { manifest, processes } = this.options.hosted.get(taskQueue) ?? {}
      if (!manifest) return []
      const { name: agent, maxConcurrency: slots } = manifest
      const busy = worker.getStatus().numInFlightActivities
      return [{ agent, taskQueue, slots, busy, ...(processes ? { children: processes.figures } : {}) }]
    })
  }

  /** One worker for the agent's queue, with as many slots as its manifest says. */
  async serveAgent(manifest: AgentManifest): Promise<void> {
    await this.inTurn(manifest.taskQueue, () => this.startAgent(manifest))
  }

  private async startAgent(manifest: AgentManifest): Promise<void> {
    const { hosted, teams, activities } = this.options
    const { taskQueue, maxConcurrency } = manifest
    if (this.serves(taskQueue)) return
    const agent = hostAgent(manifest, teams)
    hosted.set(taskQueue, agent)
    agent.processes?.keepWarm()
    await this.start(taskQueue, {
      ...AGENT_WORKER,
      maxConcurrentActivityTaskExecutions: maxConcurrency,
      activities: { runAgent: activities.runAgent },
    })
  }

  /** Resolves when the server shows this process among the pollers of all its queues. */
  async polling(): Promise<void> {
    const deadline = Date.now() + POLLING_TIMEOUT_MS
    for (const taskQueue of this.workers.keys()) {
      while (!(await this.isPolling(taskQueue))) {
        if (Date.now() > deadline)
          throw new TroupeError(
            'ConnectionFailed',
            `the server does not show this process as a worker of "${taskQueue}"`,
          )
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    }
  }

  /** Stops taking work, lets what runs end or be told to, and ends child processes. */
  async shutdown(): Promise<void> {
    const running = [...this.workers.values()]
    for (const { processes } of this.options.hosted.values()) processes?.drain()
    for (const { worker } of running) if (worker.getState() === 'RUNNING') worker.shutdown()
    await Promise.allSettled(running.map((entry) => entry.running))
    this.workers.clear()
    await Promise.all([...this.options.hosted.values()].map(async ({ processes }) => processes?.close()))
  }

  /** Ends one queue's worker, when no run needs it any more. */
  async stopServing(taskQueue: string): Promise<void> {
    await this.inTurn(taskQueue, () => this.stopAgent(taskQueue))
  }

  /** One change of a queue at a time: two plans that are started at once may bring the same agent. */
  private async inTurn(taskQueue: string, change: () => Promise<void>): Promise<void> {
    const turn = (this.changes.get(taskQueue) ?? Promise.resolve()).then(change)
    this.changes.set(
      taskQueue,
      turn.catch(() => undefined),
    )
    await turn
  }

  private async stopAgent(taskQueue: string): Promise<void> {
    const entry = this.workers.get(taskQueue)
    if (!entry) return
    this.workers.delete(taskQueue)
    const processes = this.options.hosted.get(taskQueue)?.processes
    processes?.drain()
    if (entry.worker.getState() === 'RUNNING') entry.worker.shutdown()
    await entry.running
    await processes?.close()
    this.options.hosted.delete(taskQueue)
  }

  private async start(taskQueue: string, options: Partial<WorkerOptions>): Promise<void> {
    const { connection, namespace, identity, dataConverter } = this.options
    const worker = await Worker.create({
      connection,
      namespace,
      identity,
      dataConverter,
      ...options,
      taskQueue,
    } as WorkerOptions)
    const running = worker.run().catch((error: unknown) => {
      this.failure?.(
        new TroupeError('ConnectionFailed', `the worker of "${taskQueue}" ended: ${messageOf(error)}`, {
          cause: error,
        }),
      )
    })
    this.workers.set(taskQueue, { worker, running })
  }

  private async isPolling(taskQueue: string): Promise<boolean> {
    const { connection, namespace, identity } = this.options
    const kind = taskQueue === ORCHESTRATOR_TASK_QUEUE ? 1 : 2 // TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: kind,
    })
    return pollers?.some((poller) => poller.identity === identity) ?? false
  }
}
