// HOST. `connect()`: server, store, client and workers joined, for programs that want them in one line.
import type { Connection } from '@temporalio/client'
import type { NativeConnection } from '@temporalio/worker'
import type { BaseAgentService } from './agents/base-agent-service'
import { builtInTeam } from './agents/built-in'
import { requirePrices } from './agents/models/require-prices'
import type { FunctionAgent } from './agents/define-agent'
import type { ModelAgent } from './agents/model-agent'
import { teamManifest, type Team } from './agents/team'
import { TroupeClient, type RunSummary, type StartOptions } from './client'
import { RunFailedError } from './client/outcome'
import type { Run } from './client/run'
import { connectClient, connectWorker } from './connection'
import type { Priority, TeamManifest } from './contract/agent'
import type { Budget } from './contract/budget'
import { TroupeError } from './contract/errors'
import type { AgentResult } from './contract/run'
import { ensureServer } from './server/ensure-server'
import type { ServerInfo } from './server/server-info'
import { defaultStoreLocation } from './storage/defaults'
import { openStore } from './storage/open-store'
import type { Store } from './storage/store'
import { installQuietRuntime } from './hosting/runtime'
import { TroupeWorker, type TroupeWorkerOptions } from './worker'

export interface ConnectOptions {
  /** The server to use; TEMPORAL_* or a Temporal profile, else Troupe's own dev server, unless given. */
  address?: string
  namespace?: string
  /** The store, or its directory; TROUPE_STORE, else `.troupe/store`, unless given. */
  store?: Store | string
  /** Told what is going on while a server is installed or started. */
  onProgress?: (line: string) => void
}

export interface TaskOptions {
  /** The team that the agent belongs to; that which this process serves unless given. */
  team?: Team
  /** The task's type; the agent's name unless given. */
  type?: string
  priority?: Priority
  deadline?: string
  /** The id of the run that carries it. */
  id?: string
  /** As for `start`. */
  model?: string
  maxTokens?: number
  budget?: Budget
}

/** Everything that a program needs of Troupe; `close` it at the end. */
export class Troupe {
  readonly client: TroupeClient
  private readonly served: Team[] = []
  private readonly workers: { worker: TroupeWorker; native: NativeConnection }[] = []

  constructor(
    readonly server: ServerInfo,
    readonly store: Store,
    private readonly connection: Connection,
  ) {
    const { address, namespace } = server
    this.client = new TroupeClient({ connection, address, namespace, store })
  }

  /**
   * Serves teams with this process's slots, and the orchestrator; resolves when its workers poll.
   *
   * @throws TroupeError `InvalidTeam`, `ConnectionFailed`
   */
  async serve(
    teams: Team | readonly Team[] = [],
    options: Pick<TroupeWorkerOptions, 'agents' | 'allowCommands' | 'onDemand'> = {},
  ): Promise<TroupeWorker> {
    const list = [teams].flat() as Team[]
    installQuietRuntime()
    // One connection each: the SDK allows a queue only one worker on a connection
    const native = await connectWorker(this.server)
    const { namespace } = this.server
    const start = { connection: native, namespace, store: this.store, teams: list, ...options }
    const worker = await TroupeWorker.start(start).catch(async (error: unknown) => {
      await native.close()
      throw error
    })
    this.workers.push({ worker, native })
    this.served.push(...list)
    return worker
  }

  /**
   * Checks and starts a plan. Agents that only the plan declares, and those on demand, are served by this process too, if it
   * serves anything: whoever hands a plan over vouches for its commands.
   *
   * @throws TroupeError `InvalidPlan` with all problems, `PriceUnknown`, `RunAlreadyExists`, `ConnectionFailed`
   */
  async start(plan: unknown, options: Omit<StartOptions, 'team'> & { team?: Team | TeamManifest } = {}): Promise<Run> {
    const { team, ...rest } = options
    const full: StartOptions = { ...rest, ...(team ? { team: asManifest(team) } : {}) }
    const checked = this.client.check(plan, full)
    await requirePrices(checked)
    const { agents } = checked.spec.team
    const worker = this.workers.at(-1)?.worker
    await worker?.serveManifest(
      agents.filter((agent) => worker.servesOnDemand(agent)),
      true,
    )
    return this.client.start(plan, full)
  }

  /** The handle of a run by its id. */
  run(id: string): Run {
    return this.client.run(id)
  }

  list(options?: { limit?: number; open?: boolean }): Promise<RunSummary[]> {
    return this.client.list(options)
  }

  /**
   * Has one task carried out, as a run of its own. A failed task is a result with `success: false`.
   *
   * @throws TroupeError `InvalidPlan` if the payload is refused, `InvalidUsage` if the agent's team is not known,
   * RunFailedError if the run was ended from outside and left no result
   */
  async submit<Input, Output, Payload>(
    agent: FunctionAgent<Input, Output, Payload> | ModelAgent<Input, Output, Payload>,
    payload: Payload,
    options?: TaskOptions,
  ): Promise<AgentResult<Output>>
  async submit(agent: BaseAgentService | string, payload?: unknown, options?: TaskOptions): Promise<AgentResult>
  async submit(
    agent: BaseAgentService | string,
    payload: unknown = {},
    options: TaskOptions = {},
  ): Promise<AgentResult> {
    const name = typeof agent === 'string' ? agent : agent.name
    const { team = this.teamOf(agent, name), id, model, maxTokens, budget, ...task } = options
    const plan = { name: `task-${name}`.slice(0, 64), subtasks: [{ id: name, agentType: name, payload, ...task }] }
    const run = await this.start(plan, { team, id, model, maxTokens, budget })
    const outcome = await run.outcome()
    const result = outcome.results[name]
    if (!result) throw new RunFailedError(outcome) // terminated, or cancelled before it began
    return result
  }

  /** Ends this process's workers and connections. */
  async close(): Promise<void> {
    for (const { worker, native } of this.workers) {
      await worker.shutdown()
      await native.close()
    }
    await this.connection.close()
  }

  private teamOf(agent: BaseAgentService | string, name: string): Team {
    const found = [...this.served, builtInTeam].find((team) =>
      team.agents.some((one) => one === agent || (typeof agent === 'string' && one.name === name)),
    )
    if (found) return found
    throw new TroupeError('InvalidUsage', `it is not known which team the agent "${name}" belongs to`, {
      hint: 'serve its team first, or pass { team }',
    })
  }
}

/**
 * Finds or starts a Temporal server, opens the store, and connects.
 *
 * @example
 * const troupe = await connect()
 * await troupe.serve(team)
 * const { results } = await (await troupe.start(plan, { team, inputs: { topic: 'tides' } })).result()
 * await troupe.close()
 * @throws TroupeError `ServerUnavailable`, `ConnectionFailed`, `NamespaceNotFound`, `StoreUnavailable`
 */
export async function connect(options: ConnectOptions = {}): Promise<Troupe> {
  const { store = defaultStoreLocation(), onProgress = (line: string) => console.error(line) } = options
  const opened = typeof store === 'string' ? await openStore(store) : store
  const server = await serverOf(options, onProgress)
  return new Troupe(server, opened, await connectClient(server))
}

async function serverOf(
  { address, namespace }: ConnectOptions,
  onProgress: (line: string) => void,
): Promise<ServerInfo> {
  if (address !== undefined) return { address, namespace: namespace ?? 'default', origin: 'environment' }
  const server = await ensureServer({ onProgress })
  return namespace === undefined ? server : { ...server, namespace }
}

function asManifest(team: Team | TeamManifest): TeamManifest {
  return team.agents.every((agent) => 'taskQueue' in agent) ? (team as TeamManifest) : teamManifest(team as Team)
}
