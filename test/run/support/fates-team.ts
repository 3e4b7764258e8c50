// TEAM. Agents that do what the payload of their task says: the fates of defined plans, on a real server.
import { BaseAgentService, defineTeam, type AgentContext, type AgentTask, type SubTask } from 'troupe'

/** What a subtask's executions do, one after the other; `run` tells the runs of one test process apart. */
export interface Script {
  run: string
  n: number
  fates: ('succeed' | 'fail' | 'refuse')[]
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
    this.count(task)
    if (fate === 'fail') throw new Error('its script says so')
    const { n, spawn } = task.payload.details
    if (spawn) context.spawn(spawn.subtasks, spawn.output === undefined ? {} : { output: spawn.output })
    return Promise.resolve({ n })
  }

  private fateOf({ id, payload: { details } }: AgentTask<ScriptedPayload>): Script['fates'][number] {
    const before = executions.get(`${details.run} ${id}`) ?? 0
    return details.fates[Math.min(before, details.fates.length - 1)]!
  }

  private count({ id, payload: { details } }: AgentTask<ScriptedPayload>): void {
    const key = `${details.run} ${id}`
    executions.set(key, (executions.get(key) ?? 0) + 1)
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
