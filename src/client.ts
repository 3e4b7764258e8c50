// HOST. The client: starts runs, finds them, and gives their handles. Needs a connection and the store, and no worker.
import { resolve } from 'node:path'
import { Client, type Connection, type WorkflowExecutionInfo } from '@temporalio/client'
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow'
import type { TeamManifest } from './contract/agent'
import type { Budget, OnBudget } from './contract/budget'
import type { OrchestrateInput, RunKey } from './contract/messages'
import { withAbsoluteFile } from './contract/model-id'
import type { Prices } from './contract/prices'
import { ORCHESTRATE, SEARCH_ATTRIBUTES } from './contract/names'
import type { PausedAgents } from './contract/people'
import type { RunStatus } from './contract/run'
import { checkPlan, invalidPlan, type CheckedPlan } from './contract/schema/check-plan'
import { openApprovals, type Approval } from './client/approvals'
import {
  pauseAgent,
  pausedAgents,
  resumeAgent,
  type AgentPause,
  type AgentPauseReport,
  type AgentResume,
} from './client/control'
import { explained } from './client/errors'
import { readHistories, type RunHistory } from './client/histories'
import { checkRunId, launch, startInput } from './client/launch'
import { startedWith, type StartedWith } from './client/past-run'
import { Run } from './client/run'
import { poolsOf, type PoolsReport } from './client/pools'
import { planRetry } from './client/retry'
import type { PlannedRetry, Retried, RetryOptions } from './client/retry-options'
import { startedAt, viewRun } from './client/run-view'
import { CALL_TIMEOUT_MS, errorContext, withTimeout, type ClientScope } from './client/scope'
import { definitionHash } from './definition-hash'
import { troupeDataConverter } from './storage/external-storage'
import type { Store } from './storage/store'

/** Runs that are looked at for the newest ones, however few are wanted. */
const LIST_AT_LEAST = 200

export interface StartOptions {
  /** The manifest of the team; `connect().start` takes the team itself. */
  team?: TeamManifest
  inputs?: unknown
  /** The model of agents that name none, `<provider>/<model>`; that of the workers' environment unless given. */
  model?: string
  /** Tokens that all model calls of the run may use together; 500,000 unless given. At the cap it fails as `BudgetExceeded`. */
  maxTokens?: number
  /** What all model calls of the run may use together, `maxTokens` included; before what the plan says. */
  budget?: Budget
  /** What follows when a budget is used up: `hold` keeps the subtask until somebody raises it. The plan's, else `fail`. */
  onBudget?: OnBudget
  /** What models cost that the price library does not know, beside what the plan says. */
  prices?: Prices
  /** Subtasks that the run may have in all, spawned and added ones included; 100,000 unless given. */
  maxSubtasks?: number
  /** The run stays up for events when it has done what it has, until `run.close()`. */
  open?: boolean
  /** The run's id; `<plan>-<4 characters>` unless given. An id that was used is refused, also if that run is closed. */
  id?: string
  /** Directory that a command's relative `cwd` counts from; the process's unless given. */
  baseDirectory?: string
  /** Where the plan came from, absolute: a retry compares what stands there then. */
  planFile?: string
}

export interface RunSummary {
  id: string
  status: RunStatus
  plan?: string
  team?: string
  startedAt: string
  endedAt?: string
}

export interface TroupeClientOptions {
  connection: Connection
  address: string
  namespace: string
  store: Store
}

export class TroupeClient {
  private readonly scope: ClientScope

  constructor({ connection, address, namespace, store }: TroupeClientOptions) {
    const dataConverter = troupeDataConverter(store)
    const client = new Client({ connection, namespace, dataConverter })
    this.scope = {
      client,
      converter: loadDataConverter(dataConverter),
      store,
      address,
      namespace,
      feeds: new Map(),
      lines: new Map(),
    }
  }

  /**
   * Checks a plan and starts it; nothing is started unless everything is right.
   *
   * @throws TroupeError `InvalidPlan` with all problems, `RunAlreadyExists`, `ConnectionFailed`
   */
  async start(plan: unknown, options: StartOptions = {}): Promise<Run> {
    const { id, open = false, planFile } = options
    if (id !== undefined) checkRunId(id)
    const checked = this.check(plan, options)
    const store = this.scope.store.identity
    const input: OrchestrateInput = { ...startInput(checked), store, ...(open ? { open } : {}) }
    return this.run(await launch(this.scope, input, { id, planFile }))
  }

  /**
   * Checks a plan without starting it; asks no server.
   *
   * @throws TroupeError `InvalidPlan` with all problems
   */
  check(plan: unknown, options: Omit<StartOptions, 'id'> = {}): CheckedPlan {
    const { team, inputs, model, maxTokens, budget, onBudget, prices, maxSubtasks } = options
    const { baseDirectory = process.cwd() } = options
    const { checked, problems } = checkPlan(asJson(plan), {
      ...(team ? { team } : {}),
      inputs,
      // A recording means the same file in every process
      model: typeof model === 'string' ? withAbsoluteFile(model, (path) => resolve(path)) : model,
      ...{ maxTokens, budget, onBudget, prices },
      maxSubtasks,
      now: Date.now(),
      baseDirectory,
      hash: definitionHash,
    })
    if (!checked) throw invalidPlan(nameOf(plan), problems)
    return checked
  }

  /** The handle of a run, whether it exists or not: its methods say so. */
  run(id: string): Run {
    return new Run(this.scope, id)
  }

  /** The newest runs, newest first. */
  async list({ limit = 20, open = false }: { limit?: number; open?: boolean } = {}): Promise<RunSummary[]> {
    // Of a run that continues as new only the last link is the run
    const wanted = open ? "= 'Running'" : "!= 'ContinuedAsNew'"
    const query = `WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus ${wanted}`
    return this.explained(async () => {
      const runs: RunSummary[] = []
      // The server lists open runs first, and closed ones by their end
      const looked = Math.max(limit, LIST_AT_LEAST)
      for await (const info of this.scope.client.workflow.list({ query, pageSize: looked })) {
        runs.push(toSummary(info))
        if (runs.length === looked) break
      }
      return runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit)
    })
  }

  /**
   * What people are asked, over all runs that have not ended: what ends first comes first, what nobody waits for last.
   * Runs that cannot be read are left out, and named to `onNote`, which is told too where there are too many to ask.
   *
   * @throws TroupeError `ConnectionFailed`
   */
  async approvals(onNote: (note: string) => void = () => undefined): Promise<Approval[]> {
    return openApprovals(this.scope, (limit) => this.openRuns(limit), onNote)
  }

  /** The runs that have not ended, at most `limit` of them. */
  async openRuns(limit: number): Promise<RunKey[]> {
    const query = `WorkflowType = '${ORCHESTRATE}' AND ExecutionStatus = 'Running'`
    return this.explained(async () => {
      const runs: RunKey[] = []
      for await (const { workflowId, runId, raw } of this.scope.client.workflow.list({ query })) {
        runs.push({ workflowId, firstRunId: raw.firstRunId || runId })
        if (runs.length === limit) break
      }
      return runs
    })
  }

  /**
   * The slots of agents over all worker processes, each asked now: of a run's agents that have work, or of all.
   *
   * @throws TroupeError `RunNotFound`, `ConnectionFailed`
   */
  pools(runId?: string): Promise<PoolsReport> {
    return explained(errorContext(this.scope, runId), () => poolsOf(this.scope, (limit) => this.openRuns(limit), runId))
  }

  /**
   * Nothing new starts at an agent, in all runs of its team, those to come included; what is in flight goes on.
   *
   * @throws TroupeError `InvalidInput` for what is no name, `NoWorker` where no orchestrator runs, `ConnectionFailed`
   */
  pauseAgent(pause: AgentPause): Promise<AgentPauseReport> {
    return pauseAgent(this.scope, pause)
  }

  /** Ends the pause of an agent. @throws as `pauseAgent` */
  resumeAgent(resume: AgentResume): Promise<AgentPauseReport> {
    return resumeAgent(this.scope, resume)
  }

  /** The agents of a team that are paused over all its runs; needs no worker. */
  pausedAgents(team: string): Promise<PausedAgents> {
    return pausedAgents(this.scope, team)
  }

  /** What Temporal recorded of a run, link by link, as `troupe replay` reads it. @throws TroupeError `RunNotFound` */
  async *histories(runId: string): AsyncGenerator<RunHistory, void> {
    const histories = readHistories(this.scope, runId)
    for (;;) {
      const { done, value } = await explained(errorContext(this.scope, runId), () => histories.next())
      if (done) return
      yield value
    }
  }

  /**
   * What a retry of a run would do: what runs again and why, what that did before, and which results are taken over. Nothing
   * happens before its `begin`.
   *
   * @throws TroupeError `RetryRefused`, `SubtaskNotFound`, `InvalidPlan`, `InvalidInput`, `RunNotFound`, `StoreMismatch`
   */
  planRetry(runId: string, options: RetryOptions = {}): Promise<PlannedRetry> {
    return planRetry(this.scope, runId, options, (plan, settings) => this.check(plan, settings))
  }

  /**
   * Runs again what failed, or what `from` names, and what depends on it. An open run tries what it holds again; of a closed
   * one this is a new run that takes over every other result, and the old one stays as it is.
   *
   * @example
   * const { run, again } = await troupe.client.retry('docs-x4k2', { from: 'draft' })
   * @throws TroupeError as `planRetry`; `RunAlreadyExists`, `NoWorker`
   */
  async retry(runId: string, options: RetryOptions = {}): Promise<Retried> {
    const { begin, ...listing } = await this.planRetry(runId, options)
    return { ...listing, run: await begin() }
  }

  /** What a run was started with. @throws TroupeError `RetryRefused` if its plan was never prepared; `RunNotFound`, `StoreMismatch` */
  startedWith(runId: string): Promise<StartedWith> {
    return explained(errorContext(this.scope, runId), async () =>
      startedWith(this.scope, await viewRun(this.scope, runId)),
    )
  }

  private explained<Value>(call: () => Promise<Value>, runId?: string): Promise<Value> {
    return explained(errorContext(this.scope, runId), () => withTimeout(this.scope, CALL_TIMEOUT_MS, call))
  }
}

function toSummary(info: WorkflowExecutionInfo): RunSummary {
  const { workflowId, status, closeTime, searchAttributes } = info
  const [plan] = (searchAttributes[SEARCH_ATTRIBUTES.plan] ?? []) as string[]
  const [team] = (searchAttributes[SEARCH_ATTRIBUTES.team] ?? []) as string[]
  return {
    id: workflowId,
    status: STATUSES[status.name] ?? 'failed',
    ...(plan === undefined ? {} : { plan }),
    ...(team === undefined ? {} : { team }),
    startedAt: startedAt(info),
    ...(closeTime ? { endedAt: closeTime.toISOString() } : {}),
  }
}

const STATUSES: Record<string, RunStatus> = {
  RUNNING: 'running',
  COMPLETED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'cancelled',
  CANCELED: 'cancelled',
  TERMINATED: 'cancelled',
}

/** A plan made in code may hold what JSON cannot: it is checked as it will be sent. */
function asJson(plan: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(plan) ?? 'null')
  } catch (error) {
    throw invalidPlan(nameOf(plan), [{ path: '', message: `the plan cannot be JSON: ${(error as Error).message}` }])
  }
}

function nameOf(plan: unknown): string {
  return String((plan as { name?: unknown } | null | undefined)?.name ?? '')
}
