// HOST. The pools of agents over all worker processes: each worker is asked, Temporal says what lies on the queues, and the
// open runs what waits for a slot. Nothing is remembered, and nothing is guessed: who does not answer is named.
import { randomUUID } from 'node:crypto'
import { isGrpcDeadlineError } from '@temporalio/client'
import { messageOf } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import type { RunKey } from '../contract/messages'
import { ASK_WORKERS, ORCHESTRATOR_TASK_QUEUE, workerTaskQueue } from '../contract/names'
import { WORKER_ANSWERS_WITHIN_MS, type ProcessFigures, type SlotFigures, type WorkerAnswer } from '../contract/pools'
import { duration, elapsed } from '../contract/time'
import { isServed, queueState, type QueueState } from './pollers'
import { viewRun, type RunView } from './run-view'
import { POLLER_ALIVE_MS, withTimeout, type ClientScope } from './scope'

/** Workers that are asked: their answers are one workflow's result. */
const MAX_WORKERS = 100
/** Open runs that are asked what waits in them. */
const MAX_RUNS = 100
/** Queues and runs that are asked at once. */
const AT_ONCE = 8
/** The asking ends by itself, also where no worker takes it up. */
const ASKING_LASTS = '15s'
/** Workers answer within milliseconds; one that is gone is waited for, and the question itself is a workflow. */
const ASKED_WITHIN_MS = 5_000

/** One agent over all worker processes that answered. */
export interface AgentPool {
  agent: string
  taskQueue: string
  /** Worker processes that answered for it. */
  workers: number
  slots: number
  busy: number
  /** Subtasks that are ready in open runs and have no slot, with those that lie on the queue; undefined where the server does not tell. */
  waiting?: number
  /** Of an agent with `isolation: 'process'`: its child processes. */
  children?: Omit<ProcessFigures, 'failing'>
  /** Why processes of it could not be started, in a worker each. */
  failing?: string[]
}

export interface PoolsReport {
  /** ISO time of asking. */
  askedAt: string
  pools: AgentPool[]
  /** What a reader should know: who did not answer, what was not asked. */
  notes: string[]
}

interface Standing {
  queues: Map<string, QueueState>
  answers: Map<string, WorkerAnswer>
  notes: string[]
}

/** Of the run's agents that have work, or of all agents that any worker known serves. */
export async function poolsOf(
  scope: ClientScope,
  openRuns: (limit: number) => Promise<RunKey[]>,
  runId?: string,
): Promise<PoolsReport> {
  const askedAt = new Date().toISOString()
  const notes: string[] = []
  const run = runId === undefined ? undefined : await viewRun(scope, runId)
  const runs = await openRuns(MAX_RUNS + 1)
  if (runs.length > MAX_RUNS) notes.push(`more than ${MAX_RUNS} runs are open: what waits in the others is not counted`)
  const views = await inPortions(runs.slice(0, MAX_RUNS), AT_ONCE, ({ workflowId }) =>
    viewRun(scope, workflowId).catch((error: unknown) => void notes.push(`${workflowId}: ${messageOf(error)}`)),
  )
  for (const view of views)
    if (view?.source === 'history') notes.push(`${view.runId}: no worker tells what waits in it, and it is not counted`)
  const work = views.flatMap((view): RunView['agents'] => view?.agents ?? [])
  const standing: Standing = { queues: new Map(), answers: new Map(), notes }
  await askAll(
    scope,
    standing,
    [...work, ...(run?.agents ?? [])].map(({ taskQueue }) => taskQueue),
  )
  const shown = run && new Set(run.agents.map(({ taskQueue }) => taskQueue))
  const pools = combine(standing, work).filter(({ taskQueue }) => !shown || shown.has(taskQueue))
  return { askedAt, pools, notes }
}

/** Workers name queues, and queues name workers: both are followed until nothing new comes. */
async function askAll(scope: ClientScope, standing: Standing, queues: string[]): Promise<void> {
  const { notes } = standing
  const isAnswered = await isServed(scope, ORCHESTRATOR_TASK_QUEUE)
  if (!isAnswered)
    notes.push(`no worker serves the task queue "${ORCHESTRATOR_TASK_QUEUE}": none can be asked for its pools`)
  for (let unknown = [ORCHESTRATOR_TASK_QUEUE, ...queues]; unknown.length > 0;) {
    await describe(scope, standing, unknown)
    const asked = isAnswered ? await ask(scope, standing) : []
    unknown = asked.flatMap((answer) => answer ?? []).map(({ taskQueue }) => taskQueue)
    unknown = unknown.filter((queue) => !standing.queues.has(queue))
  }
}

async function describe(scope: ClientScope, { queues }: Standing, names: readonly string[]): Promise<void> {
  const unknown = [...new Set(names)].filter((name) => !queues.has(name))
  const states = await inPortions(unknown, AT_ONCE, (name) => queueState(scope, name))
  unknown.forEach((name, place) => queues.set(name, states[place]!))
}

/** Those that were not asked yet; who does not answer, or cannot be asked, is named. */
async function ask(scope: ClientScope, { queues, answers, notes }: Standing): Promise<WorkerAnswer[]> {
  const alive = Date.now() - POLLER_ALIVE_MS
  const found = [...queues.values()].flatMap(({ pollers }) =>
    [...pollers].flatMap(([worker, at]) => (at > alive && !answers.has(worker) ? [worker] : [])),
  )
  const unasked = [...new Set(found)]
  const fresh = unasked.slice(0, Math.max(0, MAX_WORKERS - answers.size))
  const more = `more than ${MAX_WORKERS} workers are alive: the others were not asked`
  if (fresh.length < unasked.length && !notes.includes(more)) notes.push(more)
  const isAsked = await inPortions(fresh, AT_ONCE, (worker) => isServed(scope, workerTaskQueue(worker)))
  const workers = fresh.filter((_, place) => isAsked[place])
  for (const worker of fresh) answers.set(worker, null)
  for (const worker of fresh)
    if (!workers.includes(worker))
      notes.push(`${lastSeen(worker, queues)} cannot be asked: it is gone, or not one of Troupe's own`)
  if (workers.length === 0) return []
  const told = await tell(scope, workers.map(workerTaskQueue)).catch((error: unknown) => {
    if (!isGrpcDeadlineError(error)) throw error
    notes.push(`no worker of the orchestrator took the question up within ${duration(ASKED_WITHIN_MS)}`)
  })
  if (!told) return []
  for (const [place, worker] of workers.entries()) {
    answers.set(worker, told[place] ?? null)
    if (!told[place])
      notes.push(
        `${lastSeen(worker, queues)} did not answer within ${elapsed(WORKER_ANSWERS_WITHIN_MS)}: it has ended, or does not reach the server; its slots are counted nowhere`,
      )
  }
  return told
}

/** Temporal lists who polled in the last minutes; a poll that nothing comes of lasts up to one. */
function lastSeen(worker: string, queues: Standing['queues']): string {
  const last = Math.max(0, ...[...queues.values()].map(({ pollers }) => pollers.get(worker) ?? 0))
  return `the worker ${worker}, whose last poll began ${elapsed(Date.now() - last)} ago,`
}

function tell(scope: ClientScope, queues: string[]): Promise<WorkerAnswer[]> {
  return withTimeout(scope, ASKED_WITHIN_MS, () =>
    scope.client.workflow.execute(ASK_WORKERS, {
      workflowId: `troupe-pools-${randomUUID()}`,
      taskQueue: ORCHESTRATOR_TASK_QUEUE,
      args: [queues],
      workflowExecutionTimeout: ASKING_LASTS,
    }),
  )
}

function combine({ queues, answers }: Standing, work: RunView['agents']): AgentPool[] {
  const pools = new Map<string, AgentPool>()
  for (const { name: agent, taskQueue } of work)
    pools.set(taskQueue, { agent, taskQueue, workers: 0, slots: 0, busy: 0 })
  for (const figures of [...answers.values()].flatMap((answer) => answer ?? []))
    pools.set(figures.taskQueue, plus(pools.get(figures.taskQueue), figures))
  return [...pools.values()]
    .map((pool) => {
      const backlog = queues.get(pool.taskQueue)?.backlog
      const ready = work.filter(({ taskQueue }) => taskQueue === pool.taskQueue).map((one) => one.ready)
      return backlog === undefined ? pool : { ...pool, waiting: ready.reduce((sum, count) => sum + count, backlog) }
    })
    .sort((a, b) => (a.taskQueue < b.taskQueue ? -1 : 1))
}

function plus(pool: AgentPool | undefined, { agent, taskQueue, slots, busy, children }: SlotFigures): AgentPool {
  const { workers = 0, slots: before = 0, busy: occupied = 0, children: others, failing: known = [] } = pool ?? {}
  const sum = { agent, taskQueue, workers: workers + 1, slots: before + slots, busy: occupied + busy }
  if (!children) return sum
  const { processes, warm, restarts, recycled } = others ?? { processes: 0, warm: 0, restarts: 0, recycled: 0 }
  const failing = children.failing === undefined ? known : [...known, children.failing]
  return {
    ...sum,
    children: {
      processes: processes + children.processes,
      warm: warm + children.warm,
      restarts: restarts + children.restarts,
      recycled: recycled + children.recycled,
    },
    ...(failing.length > 0 ? { failing } : {}),
  }
}
