// TEAM. Agents that do what the payload of their task says: the fates of defined plans, on a real server.
import { recordedTool } from '../../../src/agents/ledger/equip'
import { fateAt, type Fate } from '../../contract/support/defined-plan'
import { BaseAgentService, defineTeam, type AgentContext, type AgentTask, type SubTask } from 'troupe'

/** What a subtask's executions do, one after the other; `run` tells the runs of one test process apart. */
export interface Script {
  run: string
  n: number
  fates: Fate[]
  spawn?: { subtasks: SubTask[]; output?: string }
}

/** Also a person may be asked for it, so the script is among the details. */
export interface ScriptedPayload {
  prompt: string
  details: Script
}

const executions = new Map<string, number>()

class Fated extends BaseAgentService<ScriptedPayload, { n: number }> {
  override canHandle(task: AgentTask<ScriptedPayload>): boolean {
    if (this.fateOf(task) !== 'refuse') return true
    this.count(task)
    return false
  }

  override async execute(task: AgentTask<ScriptedPayload>, context: AgentContext): Promise<{ n: number }> {
    const fate = this.fateOf(task)
    const number = this.count(task)
    // It does not come back from there: the next execution does what the script says then
    if (fate === 'suspend') await recordedTool(context, 'push', { number }, () => null, { once: false })
    if (fate === 'fail') throw new Error('its script says so')
    const { n, spawn } = task.payload.details
    if (spawn) context.spawn(spawn.subtasks, spawn.output === undefined ? {} : { output: spawn.output })
    return Promise.resolve({ n })
  }

  private fateOf({ id, payload: { details } }: AgentTask<ScriptedPayload>): Fate {
    return fateAt({ executions: details.fates }, executions.get(`${details.run} ${id}`) ?? 0)
  }

  private count({ id, payload: { details } }: AgentTask<ScriptedPayload>): number {
    const key = `${details.run} ${id}`
    const number = (executions.get(key) ?? 0) + 1
    executions.set(key, number)
    return number
  }
}

export const FATED = ['first', 'second', 'third'] as const

/** The type that just these agents take. */
export function typeOf(agents: readonly number[]): string {
  return `by-${[...agents].sort((a, b) => a - b).join('-')}`
}

const SUBSETS = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 1, 2],
]

export const fatesTeam = defineTeam({
  name: 'fates',
  agents: FATED.map(
    (name, place) =>
      new Fated({
        name,
        capabilities: [name, ...SUBSETS.filter((subset) => subset.includes(place)).map(typeOf)],
        maxConcurrency: 50,
        retry: { maximumAttempts: 1 },
      }),
  ),
})
