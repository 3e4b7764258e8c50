// PURE. What a subtask's result follows from, as a hash: where it is equal, the same agents were asked the same.
import type { AgentManifest } from '../agent'
import { isObject, resolvePointer, type JsonValue } from '../json'
import type { CheckedSubTask } from '../messages'
import { INPUTS_ID } from '../names'
import { findReferences } from '../references'

/** A run's agents and inputs, as far as results follow from them. */
export interface HashContext {
  agents: readonly AgentManifest[]
  inputs: JsonValue
  /** A hash of a text, long enough to stand for it. */
  hash(text: string): string
}

/** What may be hashed: a definition, and the subtask that spawned it. */
export interface Hashed {
  definition: CheckedSubTask
  parent?: string
}

/**
 * The input hash of each subtask by id. It covers the agents that may carry it out (name, version, and the definition of an
 * inline one), its type, payload, conditions and list as they were authored, the values of the inputs that they refer to,
 * and the input hashes of its dependencies and of its spawner. It covers neither priority, deadline, estimate and policy
 * nor `maxInFlight`: a result does not depend on when it was made.
 */
export function inputHashes(subtasks: readonly Hashed[], context: HashContext): Map<string, string> {
  const hashes = new Map<string, string>()
  const parts = partsOf(context)
  const upstream = ({ definition, parent }: Hashed): string[] =>
    parent === undefined ? dependenciesOf(definition) : [...dependenciesOf(definition), parent]
  const nodes = new Map(subtasks.map((one) => [one.definition.id, { ...one, needs: upstream(one) }]))
  for (const id of inOrder([...nodes].map(([id, { needs }]) => ({ id, needs })))) {
    const { definition, needs } = nodes.get(id)!
    const before = needs.map((need) => [need, hashes.get(need) ?? null])
    hashes.set(id, context.hash(JSON.stringify([Object.values(parts(definition)), before])))
  }
  return hashes
}

/** Ids of all that a subtask waits for, as it is defined: by `dependsOn`, references, conditions and its list. */
export function dependenciesOf({ dependsOn, payload, when = [], forEach }: CheckedSubTask): string[] {
  const referred = findReferences(payload).map(({ reference }) => reference.$from)
  const ids = [...dependsOn, ...referred, ...when.map(({ from }) => from), ...(forEach ? [forEach.from] : [])]
  return [...new Set(ids)].filter((id) => id !== INPUTS_ID).sort()
}

/** What differs between two definitions of a subtask, in words; empty where only something upstream of it does. */
export function differences(
  was: { definition: CheckedSubTask; context: HashContext },
  is: { definition: CheckedSubTask; context: HashContext },
): string[] {
  const before = partsOf(was.context)(was.definition)
  const after = partsOf(is.context)(is.definition)
  const names = (one: typeof was): string =>
    candidates(one.definition, one.context.agents)
      .map((place) => one.context.agents[place]!)
      .map(({ name, version }) => `${name} ${version}`)
      .join(', ')
  return PARTS.filter((part) => before[part] !== after[part]).map((part) =>
    part === 'agents' ? `agents (${names(was)} → ${names(is)})` : part,
  )
}

/** Its own parts, each as one text. */
const PARTS = ['agents', 'type', 'payload', 'dependencies', 'runIf', 'when', 'forEach', 'inputs'] as const
type Parts = Record<(typeof PARTS)[number], string>

function partsOf({ agents, inputs, hash }: HashContext): (definition: CheckedSubTask) => Parts {
  // An input may be large, and many may refer to it
  const known = new Map<string, string>()
  const input = (path: string): string => {
    const found = known.get(path)
    if (found !== undefined) return found
    const value = resolvePointer(inputs, path)
    const text = value.found ? hash(canonical(value.value)) : ''
    known.set(path, text)
    return text
  }
  return (definition) => {
    const { type, payload, runIf, when, forEach } = definition
    return {
      agents: canonical(candidates(definition, agents).map((place) => identity(agents[place]!))),
      type,
      payload: canonical(payload),
      dependencies: canonical(dependenciesOf(definition)),
      runIf: runIf ?? 'all-succeeded',
      when: canonical(when ?? []),
      forEach: canonical(forEach ? [forEach.from, forEach.path ?? ''] : []),
      inputs: canonical(inputPaths(definition).map((path) => [path, input(path)])),
    }
  }
}

/** Places of the agents that may carry a subtask out, in order. */
export function candidates(
  { agentType, type }: Pick<CheckedSubTask, 'agentType' | 'type'>,
  agents: readonly AgentManifest[],
): number[] {
  return agents.flatMap(({ name, capabilities }, place) =>
    (agentType === undefined ? capabilities.includes(type) : name === agentType) ? [place] : [],
  )
}

/** The queue of an inline agent ends in the hash of its definition. */
function identity({ name, version, inline, taskQueue }: AgentManifest): string[] {
  return inline ? [name, version, taskQueue] : [name, version]
}

function inputPaths({ payload, when = [], forEach }: CheckedSubTask): string[] {
  const referred = [
    ...findReferences(payload).map(({ reference }) => ({ from: reference.$from, path: reference.path })),
    ...when,
    ...(forEach ? [forEach] : []),
  ]
  return [...new Set(referred.filter(({ from }) => from === INPUTS_ID).map(({ path }) => path ?? ''))].sort()
}

/** Ids so that each comes after those that it needs; who is part of a cycle is left out, and needs that are not listed do not count. */
export function inOrder(nodes: readonly { id: string; needs: readonly string[] }[]): string[] {
  const open = new Map<string, number>()
  const dependents = new Map<string, string[]>(nodes.map(({ id }) => [id, []]))
  for (const { id, needs: wanted } of nodes) {
    const known = wanted.filter((need) => dependents.has(need))
    open.set(id, known.length)
    for (const need of known) dependents.get(need)!.push(id)
  }
  const order = nodes.filter(({ id }) => open.get(id) === 0).map(({ id }) => id)
  for (const id of order)
    for (const dependent of dependents.get(id)!) {
      open.set(dependent, open.get(dependent)! - 1)
      if (open.get(dependent) === 0) order.push(dependent)
    }
  return order
}

/** One text for one value, whatever the order of its keys. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
    ) ?? 'null'
  )
}
