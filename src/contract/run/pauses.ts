// PURE. What keeps a run from starting anything: a pause of its own, or one of an agent over all runs of its team.
import type { TransitionType } from '../event'
import type { PausedAgents, PauseInput, ResumeInput } from '../people'
import type { Pause } from '../run'
import { runEvent, type NewEvent } from './transition-events'

export class Pauses {
  /** The run's own. */
  run: Pause | undefined
  /** Those of agents, as the team's control tells it. */
  agents: PausedAgents
  /** Events about pauses that have been told. */
  told = 0

  constructor(
    team: string,
    private readonly surroundings: { now(): number; emit(event: NewEvent): unknown },
  ) {
    this.agents = { team, version: 0, agents: {} }
  }

  /** Whether nothing may start for an agent. */
  holds(agent: string): boolean {
    return this.run !== undefined || Object.hasOwn(this.agents.agents, agent)
  }

  pause({ by, reason }: PauseInput): void {
    if (this.run) return
    const at = new Date(this.surroundings.now()).toISOString()
    this.run = { by, at, ...(reason === undefined ? {} : { reason }) }
    this.tell('run.paused', { by, ...(reason === undefined ? {} : { reason }) })
  }

  resume({ by }: ResumeInput): void {
    if (!this.run) return
    this.run = undefined
    this.tell('run.resumed', { by })
  }

  /** The whole state of the team; one that is not newer, or another team's, changes nothing. */
  pauseAgents(told: PausedAgents): void {
    const { team, version, agents, resumed } = told
    if (team !== this.agents.team || !(version > this.agents.version)) return
    const before = this.agents.agents
    this.agents = { team, version, agents }
    for (const [agent, { by, reason }] of Object.entries(agents)) {
      if (Object.hasOwn(before, agent)) continue
      // What an earlier control told was logged without it, and is read again as it was logged
      this.tell('agent.paused', { agent, by, ...(resumed && reason !== undefined ? { reason } : {}) })
    }
    for (const agent of Object.keys(before)) {
      if (Object.hasOwn(agents, agent)) continue
      const end = resumed && Object.hasOwn(resumed, agent) ? resumed[agent] : undefined
      this.tell('agent.resumed', { agent, ...(end ? { by: end.by } : {}) })
    }
  }

  private tell(type: TransitionType, payload: Record<string, string>): void {
    this.surroundings.emit(runEvent(type, payload, this.told++))
  }
}
