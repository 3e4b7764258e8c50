// PURE. The agents of a run by name and by what they can do: who may take a task, and who takes it when that one has failed.
import type { AgentManifest } from '../agent'
import type { Problem } from '../errors'
import { preview } from '../json'
import type { GraphNode } from '../messages'
import { choicesHint, choicesHints } from '../nearest'
import type { FailurePolicy } from '../plan'
import { joinPath } from './path'

/** Agents that a hint names where none was. */
const NAMED_AGENTS = 12

/** Places are those in the run's list of agents. Looked up once each: a plan may have 100,000 subtasks. */
export class AgentIndex {
  private readonly byName = new Map<string, number>()
  private readonly byType = new Map<string, number[]>()
  private readonly agentHint: (name: string) => string
  private readonly typeHint: (type: string) => string

  constructor(readonly agents: readonly AgentManifest[]) {
    for (const [place, { name, capabilities }] of agents.entries()) {
      if (!this.byName.has(name)) this.byName.set(name, place)
      for (const type of new Set(capabilities)) {
        const able = this.byType.get(type)
        if (able) able.push(place)
        else this.byType.set(type, [place])
      }
    }
    const names = agents.map(({ name }) => name)
    this.agentHint = choicesHints(names, 'agents')
    this.typeHint = choicesHints([...this.byType.keys()], 'types')
  }

  /** The agents that may carry out a task: the one that is named, or all that declare its type. */
  candidates(
    { agentType, type }: { agentType?: unknown; type?: unknown },
    path: string,
  ): { agents: readonly number[]; problems: Problem[] } {
    if (typeof agentType === 'string') return this.named(agentType, type, path)
    if (typeof type === 'string') {
      const able = this.byType.get(type)
      if (able) return { agents: able, problems: [] }
      const message = `no agent for type ${preview(type)}`
      return { agents: [], problems: [{ path: joinPath(path, ['type']), message, hint: this.typeHint(type) }] }
    }
    if (agentType !== undefined || type !== undefined) return { agents: [], problems: [] } // the shape is wrong already
    const names = this.agents.slice(0, NAMED_AGENTS).map(({ name }) => name)
    const message = 'no agent: a subtask names its agent ("agentType") or a type ("type")'
    return { agents: [], problems: [{ path, message, hint: `agents: ${names.join(', ')}` }] }
  }

  /** What is wrong with a policy whose shape is right. Without candidates, those of the plan: its subtasks differ. */
  policyProblems(policy: unknown, path: string, candidates: readonly number[] = []): Problem[] {
    const name = fallbackOf(policy)
    if (name === undefined) return []
    const place = this.byName.get(name)
    const at = joinPath(path, ['fallback'])
    if (place === undefined)
      return [{ path: at, message: `unknown agent ${preview(name)}`, hint: this.agentHint(name) }]
    if (candidates.length === 1 && candidates[0] === place)
      return [
        {
          path: at,
          message: `the fallback ${preview(name)} is the agent that has failed then`,
          hint: 'name another agent, or raise the attempts of this one ("retry")',
        },
      ]
    return []
  }

  /** A policy as the orchestrator knows it: after a fallback, and where nothing is said, the plan's applies. */
  failureRules(
    own: FailurePolicy | undefined,
    plan: FailurePolicy | undefined,
    candidates: readonly number[],
  ): Pick<GraphNode, 'onFailure' | 'fallback'> {
    const fallback = this.fallbackPlace(own ?? plan)
    const last = own === undefined || typeof own === 'object' ? plan : own
    return {
      ...(last === 'fail-fast' || last === 'hold' ? { onFailure: last } : {}),
      ...(fallback === undefined || (candidates.length === 1 && candidates[0] === fallback) ? {} : { fallback }),
    }
  }

  fallbackPlace(policy: unknown): number | undefined {
    const name = fallbackOf(policy)
    return name === undefined ? undefined : this.byName.get(name)
  }

  private named(agentType: string, type: unknown, path: string): { agents: number[]; problems: Problem[] } {
    const place = this.byName.get(agentType)
    if (place === undefined) {
      const hint = this.agentHint(agentType)
      const message = `unknown agent ${preview(agentType)}`
      return { agents: [], problems: [{ path: joinPath(path, ['agentType']), message, hint }] }
    }
    const { name, capabilities } = this.agents[place]!
    if (typeof type !== 'string' || type === name || capabilities.includes(type))
      return { agents: [place], problems: [] }
    const message = `the agent "${name}" does not take tasks of type ${preview(type)}`
    const hint = choicesHint(type, capabilities, 'capabilities')
    return { agents: [place], problems: [{ path: joinPath(path, ['type']), message, hint }] }
  }
}

function fallbackOf(policy: unknown): string | undefined {
  const name = (policy as { fallback?: unknown } | null | undefined)?.fallback
  return typeof name === 'string' ? name : undefined
}
