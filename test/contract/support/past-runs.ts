// A run as it was left, in a few words: for tests of what is taken over from it.
import { createHash } from 'node:crypto'
import type { AgentManifest } from '../../../src/contract/agent'
import { BUILT_IN_AGENTS } from '../../../src/contract/built-in'
import type { AgentExecution } from '../../../src/contract/activity-messages'
import type { CheckedSubTask } from '../../../src/contract/messages'
import type { SubtaskState } from '../../../src/contract/run'
import type { HashContext } from '../../../src/contract/run/input-hash'
import type { Past } from '../../../src/contract/run/reuse'

export const agent = (name: string, settings: Partial<AgentManifest> = {}): AgentManifest => ({
  ...BUILT_IN_AGENTS[0]!,
  name,
  capabilities: [name, 'work'],
  taskQueue: `agent.team.${name}`,
  ...settings,
})
export const AGENTS = [agent('ann'), agent('bob')]
export const contextOf = (settings: Partial<HashContext> = {}): HashContext => ({
  agents: AGENTS,
  inputs: { topic: 'tides', size: 3 },
  hash: (text) => createHash('sha256').update(text).digest('hex'),
  ...settings,
})

export interface Made extends Partial<CheckedSubTask> {
  state?: SubtaskState
  code?: string
  /** What it waited for besides, since it was changed while it ran. */
  alsoNeeds?: string[]
}

/** Subtasks of a run, `boss/a` spawned by `boss`; each succeeded unless said, and left a record where it did or spawned. */
export function pastOf(made: Record<string, Made>): Past {
  const ids = Object.keys(made)
  const below = (id: string): string[] => ids.filter((other) => parentOf(other) === id)
  return new Map(
    ids.map((id) => {
      const { state = 'succeeded', code, alsoNeeds = [], ...rest } = made[id]!
      const children = below(id)
      const definition = defined(id, rest)
      const nodes = children.map((child) => ({
        id: child,
        agents: [0],
        type: 'ann',
        dependsOn: (made[child]!.dependsOn ?? []).map((need) => children.indexOf(need)),
        priority: 'normal' as const,
      }))
      const execution: AgentExecution = {
        output: { inline: id },
        ...{ tokensUsed: 7, durationMs: 1, attempt: 1, agent: 'ann', agentVersion: '1.0.0' },
        ...(children.length > 0 ? { spawned: { fragment: `fragment of ${id}`, nodes } } : {}),
      }
      const left = state === 'succeeded' || children.length > 0
      const error = code === undefined ? {} : { error: { code: code as 'AgentFailed', message: '', retryable: false } }
      const parent = parentOf(id)
      const dependsOn = [...definition.dependsOn, ...alsoNeeds]
      return [
        id,
        {
          ...{ definition, state, dependsOn },
          ...error,
          ...(parent === undefined ? {} : { parent }),
          ...(left ? { execution } : {}),
        },
      ]
    }),
  )
}

function parentOf(id: string): string | undefined {
  return id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : undefined
}

export function defined(id: string, made: Partial<CheckedSubTask> = {}): CheckedSubTask {
  return { id, agentType: 'ann', type: 'ann', payload: {}, priority: 'normal', dependsOn: [], ...made }
}

/** a → b, c → d. */
export const diamond = (made: Record<string, Made> = {}): Past =>
  pastOf({
    a: {},
    b: { dependsOn: ['a'], ...made.b },
    c: { dependsOn: ['a'], ...made.c },
    d: { dependsOn: ['b', 'c'], ...made.d },
  })
