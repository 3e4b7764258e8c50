// HOST. Agents that only plans declare, or of teams on demand: a worker finds them in the manifests of open runs, serves
// them as long as a run may need them, and names those that it lacks the code or the permission for.
import type { AgentManifest } from '../contract/agent'
import { messageOf } from '../contract/errors'
import type { RunKey, RunSpec } from '../contract/messages'
import { preparedRecord, type PreparedRecord } from '../contract/records'
import type { Store } from '../storage/store'
import type { TroupeWorker } from '../worker'

/** A run's inline agents wait this long for a worker that was there before; a look is one listing. */
const LOOK_EVERY_MS = 2_000
/** Open runs that are looked at: their manifests are kept in memory. */
const MAX_OPEN_RUNS = 1_000

export interface InlineAgentsOptions {
  /** The runs that have not ended. */
  openRuns(limit: number): Promise<RunKey[]>
  store: Store
  worker: Pick<TroupeWorker, 'serves' | 'servesOnDemand' | 'serveManifest' | 'stopServing'>
  /** Told of each agent once: when it is served, when no run needs it any more, and when it cannot be served. */
  onChange(change: 'served' | 'ended' | 'missing', agent: AgentManifest): void
  /** Told of each failure once; the next look follows, and the other runs and agents are not held up. */
  onError(message: string): void
}

export class InlineAgents {
  /** Agents of open runs that are served because of them, by the run's first run id. */
  private manifests = new Map<string, AgentManifest[]>()
  /** Those that are served because of a run, and those that are missing, by task queue. */
  private readonly served = new Map<string, AgentManifest>()
  private readonly missing = new Set<string>()
  private stopped = false
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined
  private readonly told = new Set<string>()

  constructor(private readonly options: InlineAgentsOptions) {}

  /** Looks now, and then again and again until `stop`. Resolves after the first look. */
  async start(): Promise<void> {
    await this.look()
    this.lookLater()
  }

  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    await this.looking
  }

  private lookLater(): void {
    if (this.stopped) return
    this.timer = setTimeout(() => {
      this.looking = this.look().then(() => this.lookLater())
    }, LOOK_EVERY_MS)
  }

  private async look(): Promise<void> {
    try {
      const needed = await this.neededAgents()
      for (const agent of needed.values()) await this.serve(agent)
      for (const agent of [...this.served.values()]) if (!needed.has(agent.taskQueue)) await this.end(agent)
    } catch (error) {
      this.tell(error)
    }
  }

  private tell(error: unknown): void {
    const message = messageOf(error)
    if (this.told.has(message)) return
    this.told.add(message)
    this.options.onError(message)
  }

  private async neededAgents(): Promise<Map<string, AgentManifest>> {
    const runs = await this.options.openRuns(MAX_OPEN_RUNS)
    const manifests = new Map<string, AgentManifest[]>()
    for (const run of runs) {
      const agents =
        this.manifests.get(run.firstRunId) ?? (await this.readInline(run).catch((error) => this.tell(error)))
      if (agents) manifests.set(run.firstRunId, agents)
    }
    this.manifests = manifests
    return new Map([...manifests.values()].flat().map((agent) => [agent.taskQueue, agent]))
  }

  /** Undefined for a run that is not prepared yet, or that keeps its data in another store. */
  private async readInline(run: RunKey): Promise<AgentManifest[] | undefined> {
    const { records, artifacts } = this.options.store
    const record = (await records.read(preparedRecord(run))) as unknown as PreparedRecord | undefined
    if (!record) return undefined
    const spec = JSON.parse((await artifacts.get(record.spec)).toString()) as RunSpec
    return spec.team.agents.filter((agent) => this.options.worker.servesOnDemand(agent))
  }

  private async serve(agent: AgentManifest): Promise<void> {
    const { worker, onChange } = this.options
    if (worker.serves(agent.taskQueue) || this.missing.has(agent.taskQueue)) return
    try {
      const [missing] = await worker.serveManifest([agent])
      if (missing) this.missing.add(agent.taskQueue)
      else this.served.set(agent.taskQueue, agent)
      onChange(missing ? 'missing' : 'served', agent)
    } catch (error) {
      this.tell(error)
    }
  }

  private async end(agent: AgentManifest): Promise<void> {
    this.served.delete(agent.taskQueue)
    await this.options.worker.stopServing(agent.taskQueue)
    this.options.onChange('ended', agent)
  }
}
