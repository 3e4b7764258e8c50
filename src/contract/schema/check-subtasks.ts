// PURE. A list of subtasks, authored, spawned or added: every rule of shape, graph, agents, payloads and deadlines, all at once.
import type { AgentManifest } from '../agent'
import type { Problem } from '../errors'
import type { JsonObject } from '../json'
import type { CheckedSubTask, GraphNode } from '../messages'
import type { FailurePolicy } from '../plan'
import { AgentIndex } from './agent-index'
import { checkGraph } from './check-graph'
import { parseSubtask, subtaskNode, type ParsedSubTask } from './parse-subtask'

export interface SubtasksContext {
  /** Path of the list in messages: `subtasks`, or `spawn`. */
  path: string
  agents: readonly AgentManifest[]
  /** Ids of subtasks that are not in the list, since it is too long. */
  beyond?: ReadonlySet<string>
  /** The inputs, where they are known, and their JSON Schema. */
  inputs?: unknown
  inputsSchema?: JsonObject
  /** Milliseconds since the epoch: deadlines count from here. */
  now: number
  /** The plan's policy, for subtasks that have none. */
  onFailure?: FailurePolicy
  /** Subtasks that are there already, by their places; those of the list come at `first` and after. */
  known?: readonly { id: string }[]
  first?: number
  /** JSON Schema of the output of one that is there already. */
  outputSchema?(id: string): JsonObject | undefined
}

export interface CheckedSubtasks {
  subtasks: CheckedSubTask[]
  nodes: GraphNode[]
}

/** The subtasks with all defaults, and their graph; or all that is wrong. */
export function checkSubtasks(
  list: readonly unknown[],
  context: SubtasksContext,
): { checked?: CheckedSubtasks; problems: Problem[] } {
  const index = new AgentIndex(context.agents)
  const parsed = list.map((element, position) =>
    parseSubtask(element, `${context.path}[${position}]`, { index, now: context.now }),
  )
  const byId = new Map(parsed.map((one) => [one.draft.id, one]))
  const graph = checkGraph(
    parsed.map((one) => one.draft),
    {
      ...context,
      outputSchema: (id) => {
        const one = byId.get(id)
        return one ? outputSchemaOf(one, index) : context.outputSchema?.(id)
      },
    },
  )
  const problems = [...parsed.flatMap((one) => one.problems), ...graph.problems]
  if (problems.length > 0) return { problems }
  return {
    checked: {
      subtasks: parsed.map((one) => one.subtask!),
      nodes: parsed.map((one, position) => subtaskNode(one, graph.edges[position]!, { index, ...context })),
    },
    problems: [],
  }
}

/** Of a subtask whose candidates agree on one; a map's output is the list of them. */
function outputSchemaOf({ agents, draft }: ParsedSubTask, index: AgentIndex): JsonObject | undefined {
  const output = agents.length === 1 ? index.agents[agents[0]!]!.output : undefined
  const isMap = draft.sources.some(({ kind }) => kind === 'map')
  return isMap ? { type: 'array', ...(output ? { items: output } : {}) } : output
}
