// PURE. The plan of a run as it stood at its end, to be run once more; and how one plan differs from another.
import type { AgentManifest, TeamManifest } from '../agent'
import { BUILT_IN_AGENTS } from '../built-in'
import type { CheckedSubTask, RunSpec } from '../messages'
import type { Plan } from '../plan'
import { canonical, candidates, dependenciesOf } from './input-hash'
import type { Past } from './reuse'

/** Started by an event: such an event starts one again, under an id of its own. */
function isReaction(past: Past, id: string): boolean {
  return past.get(id)?.definition.event !== undefined
}

export interface Repeated {
  plan: Plan
  /** Subtasks that need what a plan cannot hold, spawned subtasks or those that events have started: `"x" needs "boss/a"`. */
  misfits: string[]
}

/** `replaced` takes the place of the subtask of its id. Subtasks that events started are left out. */
export function repeatedPlan(
  spec: RunSpec,
  past: Past,
  deadline: (old: string) => string,
  replaced?: CheckedSubTask,
): Repeated {
  const kept = [...past].filter(([id, { parent }]) => parent === undefined && !isReaction(past, id))
  const ids = new Set(kept.map(([id]) => id))
  const subtasks = kept.map(([id, { definition }]) => {
    const current = replaced?.id === id ? replaced : definition
    return current.deadline === undefined ? current : { ...current, deadline: deadline(current.deadline) }
  })
  const misfits = subtasks.flatMap((subtask) =>
    dependenciesOf(subtask)
      .filter((need) => !ids.has(need))
      .map((need) => `"${subtask.id}" needs "${need}"`),
  )
  const reactions = ownReactions(spec)
  const { name, onFailure } = spec
  return {
    plan: {
      name,
      subtasks,
      ...(onFailure === undefined ? {} : { onFailure }),
      ...(reactions.length === 0 ? {} : { reactions }),
    },
    misfits,
  }
}

/** What the run had at the top level, as it was planned or added, and another plan has not. */
export function droppedFrom(past: Past, subtasks: readonly CheckedSubTask[]): string[] {
  const ids = new Set(subtasks.map(({ id }) => id))
  return [...past].flatMap(([id, { parent }]) =>
    parent === undefined && !isReaction(past, id) && !ids.has(id) ? [id] : [],
  )
}

/** The run's team without agents that a plan brings along: another plan has its own. */
export function teamForPlan({ team }: RunSpec): TeamManifest {
  const isBuiltIn = ({ taskQueue }: AgentManifest): boolean =>
    BUILT_IN_AGENTS.some((agent) => agent.taskQueue === taskQueue)
  return { ...team, agents: team.agents.filter((agent) => !agent.inline && !isBuiltIn(agent)) }
}

/** Those that agents bring along come last, and come again with them. */
function ownReactions({ reactions, team }: RunSpec): RunSpec['reactions'] {
  const ofAgents = team.agents.reduce((sum, { on = [] }) => sum + new Set(on).size, 0)
  return (reactions ?? []).slice(0, (reactions ?? []).length - ofAgents)
}

/** A deadline that has passed counts anew, with as much time as there was; one to come stays. */
export function renewedDeadline(startedAt: string, now: number): (old: string) => string {
  return (old) => {
    const time = Date.parse(old)
    return time > now ? old : new Date(Math.max(now + 1, now + time - Date.parse(startedAt))).toISOString()
  }
}

/**
 * What differs in a plan since a run was started with it, each as a sentence that names a subtask; deadlines do not count,
 * since they are counted from the start.
 */
export function planDifferences(started: RunSpec, now: RunSpec): string[] {
  const [before, after] = [signatures(started), signatures(now)]
  const changed = [...before].flatMap(([id, text]) => {
    const other = after.get(id)
    if (other === undefined) return [`"${id}" is gone`]
    return other === text ? [] : [`"${id}" is another one`]
  })
  const added = [...after.keys()].filter((id) => !before.has(id)).map((id) => `"${id}" is new`)
  const brought = inlineAgents(now)
  const agents = [...inlineAgents(started)].flatMap(([name, definition]) =>
    brought.get(name) === definition ? [] : [`its agent "${name}" is ${brought.has(name) ? 'another one' : 'gone'}`],
  )
  const reactions = canonical(ownReactions(started)) === canonical(ownReactions(now)) ? [] : ['its reactions differ']
  const policy = canonical(started.onFailure) === canonical(now.onFailure) ? [] : ['its onFailure differs']
  return [...changed, ...added, ...agents, ...reactions, ...policy]
}

/** Agents that the plan brings along, also those that only what is added later needs. */
function inlineAgents({ team }: RunSpec): Map<string, string> {
  const inline = team.agents.filter((agent) => agent.inline)
  return new Map(inline.map((agent) => [agent.name, canonical([agent.taskQueue, agent.inline])]))
}

function signatures({ subtasks, team }: RunSpec): Map<string, string> {
  return new Map(subtasks.map((subtask) => [subtask.id, signature(subtask, team.agents)]))
}

function signature({ deadline: _, ...subtask }: CheckedSubTask, agents: readonly AgentManifest[]): string {
  const inline = candidates(subtask, agents).filter((place) => agents[place]!.inline)
  const queues = inline.map((place) => agents[place]!.taskQueue)
  return canonical([{ ...subtask, dependsOn: [...subtask.dependsOn].sort() }, queues])
}
