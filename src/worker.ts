// HOST. The composition root: the only place where orchestrator, activities, agents, store and server meet.
import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { NativeConnection } from '@temporalio/worker'
import { createActivities as createActivitiesOver } from '../activities'
import type { ActivityDependencies } from '../activities/dependencies'
import { builtInTeam } from './agents/built-in'
import { canHost, hostAgent, type HostedAgent } from './agents/hosted-agent'
import { requirePrices } from './agents/models/require-prices'
import { teamManifest, type Team } from './agents/team'
import { needsLeave, type AgentManifest } from './contract/agent'
import { TroupeError } from './contract/errors'
import type { JsonValue } from './contract/json'
import { agentTaskQueue } from './contract/names'
import { choicesHint } from './contract/nearest'
import { definitionHash } from './definition-hash'
import { EventLoopMonitor } from './hosting/event-loop-monitor'
import { hasSearchAttributes } from './hosting/server-facts'
import { WorkerProcess } from './hosting/worker-process'
import { loadOutput, storeOutput } from './storage/output'
import { troupeDataConverter } from './storage/external-storage'
import type { Store } from './storage/store'

export interface TroupeWorkerOptions {
  connection: NativeConnection
  namespace: string
  store: Store
  /** The teams whose agents this process has the code of; the built-in one is always there. */
  teams: readonly Team[]
  /** Teams whose code is at hand too, and whose agents are served only once a run's manifest names them. */
  onDemand?: readonly Team[]
  /** Names of the agents to serve; all of the teams', and the orchestrator, unless given. */
  agents?: readonly string[]
  /** Whether inline commands of runs may be served that this process did not start with. */
  allowCommands?: boolean
}

/** One process's workers. Made by `connect().serve` and by `troupe worker`. */
export class TroupeWorker {
  private constructor(
    private readonly options: TroupeWorkerOptions,
    private readonly workers: WorkerProcess,
    private readonly monitor: EventLoopMonitor,
  ) {}

  /**
   * Starts the workers; resolves when the server shows that they poll.
   *
   * @throws TroupeError `InvalidTeam` for an unknown name in `agents`, or an agent that cannot be isolated
   */
  static async start(options: TroupeWorkerOptions): Promise<TroupeWorker> {
    const { connection, namespace, store } = options
    const teams = atHand(options)
    const identity = `${process.pid}@${hostname()}/${randomUUID().slice(0, 8)}`
    const monitor = new EventLoopMonitor({
      storeLocation: store.identity.location,
      worker: identity,
      onBlocked: ({ blockedMs, executions }) => {
        const running = executions.map(({ agent, subtask }) => `"${agent}" (${subtask})`).join(', ')
        console.error(
          `troupe: this worker's event loop stood still for ${blockedMs} ms while it ran ${running}; an agent that computes for long belongs into isolation: 'process'`,
        )
      },
    })
    const hosted = new Map<string, HostedAgent>()
    const activities = createActivitiesOver({
      ...dependencies({ teams, store }, hosted),
      worker: identity,
      searchAttributes: await hasSearchAttributes(connection, namespace),
      track: (execution) => monitor.track(execution),
    })
    const dataConverter = troupeDataConverter(store)
    const worker = new TroupeWorker(
      options,
      new WorkerProcess({ connection, namespace, identity, dataConverter, teams, activities, hosted }),
      monitor,
    )
    try {
      await worker.serveOwn()
      await worker.workers.polling()
    } catch (error) {
      await worker.shutdown()
      throw error
    }
    return worker
  }

  /** Rejects if a worker of this process dies. */
  get failed(): Promise<never> {
    return this.workers.failed
  }

  serves(taskQueue: string): boolean {
    return this.workers.serves(taskQueue)
  }

  /** Serves agents of a run's manifest that are not served yet; returns those whose code or permission is missing. */
  async serveManifest(
    agents: readonly AgentManifest[],
    allowCommands = this.options.allowCommands === true,
  ): Promise<AgentManifest[]> {
    const missing: AgentManifest[] = []
    for (const agent of agents) {
      const permitted = !needsLeave(agent) || allowCommands
      if (permitted && canHost(agent, atHand(this.options))) await this.workers.serveAgent(agent)
      else if (!this.serves(agent.taskQueue)) missing.push(agent)
    }
    await this.workers.polling()
    return missing
  }

  /** Whether the agent is one that is served because of a run: declared in its plan, or of a team on demand. */
  servesOnDemand({ inline, taskQueue }: AgentManifest): boolean {
    const { onDemand = [] } = this.options
    const isOurs = (team: Team): boolean =>
      team.agents.some(({ name }) => agentTaskQueue(team.name, name) === taskQueue)
    return inline !== undefined || onDemand.some(isOurs)
  }

  async stopServing(taskQueue: string): Promise<void> {
    await this.workers.stopServing(taskQueue)
  }

  /** Takes no more work and waits, at most 12 s, for what runs. */
  async shutdown(): Promise<void> {
    await this.workers.shutdown()
    await this.monitor.close()
  }

  private async serveOwn(): Promise<void> {
    const { teams, agents: wanted } = this.options
    const agents = [...teams, builtInTeam].flatMap((team) => teamManifest(team).agents)
    const unknown = wanted?.find((name) => !agents.some((agent) => agent.name === name))
    if (unknown !== undefined) {
      const hint = choicesHint(
        unknown,
        agents.map(({ name }) => name),
        'agents',
      )
      throw new TroupeError('InvalidTeam', `there is no agent "${unknown}" to serve`, { hint })
    }
    if (!wanted) await this.workers.serveOrchestrator()
    await this.workers.serveFigures()
    for (const agent of agents) if (!wanted || wanted.includes(agent.name)) await this.workers.serveAgent(agent)
  }
}

function atHand({ teams, onDemand = [] }: Pick<TroupeWorkerOptions, 'teams' | 'onDemand'>): Team[] {
  return [...teams, ...onDemand]
}

export interface ActivitiesOptions {
  teams: readonly Team[]
  /** The same store as the client's. */
  store: Store
  /** Whether the server has the search attributes TroupeStatus, TroupeTeam and TroupePlan (Keyword). */
  searchAttributes?: boolean
}

/**
 * The activities, for a `Worker.create` of your own: runAgent on each agent's task queue
 * (`teamManifest(team).agents[…].taskQueue`), all others on the task queue `troupe`.
 */
export function createActivities(options: ActivitiesOptions): ReturnType<typeof createActivitiesOver> {
  const hosted = new Map<string, HostedAgent>()
  for (const team of [...options.teams, builtInTeam]) {
    for (const agent of teamManifest(team).agents) hosted.set(agent.taskQueue, hostAgent(agent, options.teams))
  }
  return createActivitiesOver({
    ...dependencies(options, hosted),
    worker: `${process.pid}@${hostname()}`,
    searchAttributes: options.searchAttributes ?? false,
    track: () => () => undefined,
  })
}

function dependencies(
  { teams, store }: Pick<ActivitiesOptions, 'teams' | 'store'>,
  hosted: Map<string, HostedAgent>,
): Omit<ActivityDependencies, 'worker' | 'searchAttributes' | 'track'> {
  return {
    store,
    outputs: {
      keep: (value: JsonValue) => storeOutput(store, value),
      load: async (stored) => ('inline' in stored ? stored.inline : loadOutput(store, stored.reference)),
    },
    agentOn: (taskQueue) => hosted.get(taskQueue),
    teams: teams.map(teamManifest),
    ...continueAfterEvents(),
    baseDirectory: process.cwd(),
    hash: definitionHash,
    requirePrices,
    digest: (text) => createHash('sha256').update(text).digest('hex'),
  }
}

/** For trials: runs continue as new after so few events that a short one shows how it does. */
function continueAfterEvents(): Pick<ActivityDependencies, 'continueAfterEvents'> {
  const events = Number(process.env.TROUPE_CONTINUE_AFTER_EVENTS)
  return Number.isSafeInteger(events) && events > 0 ? { continueAfterEvents: events } : {}
}
