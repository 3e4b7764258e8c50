// PURE. One subtask: its shape, its agent, its payload and its deadline. What binds it to others is `checkGraph`'s.
import type { Problem } from '../errors'
import { isObject } from '../json'
import type { CheckedSubTask, GraphNode } from '../messages'
import type { FailurePolicy } from '../plan'
import type { AgentIndex } from './agent-index'
import type { DraftSubTask } from './check-graph'
import { standInProblems, type Source } from './check-references'
import { checkTask, taskNode } from './check-task'
import { checkDeadline } from './deadline'
import { joinPath } from './path'
import { subtaskKeys, subTaskSchema } from './subtask-schema'
import { zodProblems } from './zod-problems'

export interface ParseContext {
  index: AgentIndex
  /** Milliseconds since the epoch. */
  now: number
  /** An event started it: its payload may hold parts of it. */
  hasEvent?: boolean
}

export interface ParsedSubTask {
  draft: DraftSubTask
  /** With all defaults; its `dependsOn` is what the author wrote, each once. Absent if anything is wrong. */
  subtask?: CheckedSubTask
  /** The candidates, as places in the run's list of agents. */
  agents: readonly number[]
  problems: Problem[]
}

export function parseSubtask(element: unknown, path: string, { index, now, hasEvent }: ParseContext): ParsedSubTask {
  const loose: Record<string, unknown> = isObject(element) ? element : {}
  const id = typeof loose.id === 'string' ? loose.id : undefined
  const payload = loose.payload ?? (loose.payload === undefined ? defaultPayload(loose) : null)
  const draft: DraftSubTask = {
    path,
    id,
    dependsOn: textsOf(loose.dependsOn),
    payload,
    sources: sourcesOf(loose, path),
  }
  const parsed = subTaskSchema.safeParse(element)
  const problems = parsed.success ? [] : zodProblems(parsed.error, element, path, subtaskKeys)
  const task = checkTask({ ...loose, payload }, path, index)
  if (isObject(element)) problems.push(...task.problems)
  const at = joinPath(path, ['payload'])
  problems.push(
    ...standInProblems(payload, '$element', at, loose.forEach !== undefined),
    ...standInProblems(payload, '$event', at, hasEvent === true),
  )
  const { deadline, problem } = checkDeadline(loose.deadline, joinPath(path, ['deadline']), now)
  if (problem) problems.push(problem)
  const named = id === undefined ? problems : problems.map((one) => ({ ...one, subtask: id }))
  if (!parsed.success || problems.length > 0) return { draft, agents: task.agents, problems: named }
  const subtask: CheckedSubTask = {
    ...parsed.data,
    type: parsed.data.type ?? index.agents[task.agents[0]!]!.name,
    payload,
    priority: parsed.data.priority ?? 'normal',
    dependsOn: [...new Set(parsed.data.dependsOn)],
    ...(deadline === undefined ? {} : { deadline }),
  }
  return { draft, subtask, agents: task.agents, problems: [] }
}

/** The node of a subtask in which nothing is wrong. */
export function subtaskNode(
  { subtask, agents }: ParsedSubTask,
  dependsOn: number[],
  { index, onFailure }: { index: AgentIndex; onFailure?: FailurePolicy },
): GraphNode {
  const { id, deadline, runIf, when = [], forEach } = subtask!
  return {
    id,
    dependsOn,
    ...taskNode(subtask!, agents, index, onFailure),
    ...(deadline === undefined ? {} : { deadline }),
    ...(runIf === undefined || runIf === 'all-succeeded' ? {} : { runIf }),
    ...(when.length > 0 || forEach ? { evaluate: true } : {}),
    ...(forEach?.maxInFlight === undefined ? {} : { maxInFlight: forEach.maxInFlight }),
  }
}

/** Of a map it is the element. */
function defaultPayload({ forEach }: Record<string, unknown>): unknown {
  return forEach === undefined ? {} : { $element: '' }
}

function textsOf(list: unknown): (string | undefined)[] {
  return Array.isArray(list) ? list.map((entry: unknown) => (typeof entry === 'string' ? entry : undefined)) : []
}

function sourcesOf({ when, forEach }: Record<string, unknown>, path: string): Source[] {
  const sources: Source[] = []
  const add = (kind: Source['kind'], source: unknown, ...at: (string | number)[]): void => {
    if (isObject(source)) sources.push({ kind, path: joinPath(path, at), from: source.from, pointer: source.path })
  }
  if (Array.isArray(when)) when.forEach((condition, position) => add('condition', condition, 'when', position))
  add('map', forEach, 'forEach')
  return sources
}
