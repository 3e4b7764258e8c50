// One subtask of the reference run: what is known of it, and what can be read off that without any rule about others.
import type { SubtaskState } from '../../../src/contract/run'
import { policyOf } from './expected-outcomes'
import { HUMAN_PLACE, type DefinedCondition, type Definition, type Policy } from './defined-plan'

export interface Item {
  id: string
  definition: Definition
  parent?: Item
  depth: number
  dependsOn: Item[]
  /** What each condition looks at. */
  conditions: { condition: DefinedCondition; from: Item }[]
  state: SubtaskState
  code?: string
  /** The number in its output. */
  n?: number
  /** Which candidate has it; the fallback comes after the last. */
  taker: number
  /** Executions so far, and times that it was held. */
  executions: number
  holds: number
  /** Its conditions, elements or question: to be looked at, being looked at, or done with. */
  look?: 'due' | 'now' | 'done'
  /** Running, with an output that somebody gave: it only has to be written down. */
  given?: number | 'approved'
  /** That was after it had been held. */
  replaced?: boolean
  /** It counts among those of its map that are under way; else its place in their line. */
  admitted: boolean
  turn?: number
  /** Somebody cancelled it in flight. */
  cancelled: boolean
  children: Item[]
  outputFrom?: Item
  deadline?: number
  expiresAt?: number
  /** What is asked is whether a tool may be called: it goes on either way. */
  asksForTool?: boolean
  /** Of what a reaction led to. */
  origin?: Origin
}

export interface Origin {
  reactions: number[]
  correlationId: string
  /** The reaction's own subtask, not one that it spawned. */
  direct: boolean
}

export function newItem(
  id: string,
  definition: Definition,
  place: { parent?: Item | undefined; depth: number; origin?: Origin | undefined },
): Item {
  const { parent, depth, origin } = place
  return {
    id,
    definition,
    ...(parent ? { parent } : {}),
    depth,
    dependsOn: [],
    conditions: [],
    state: 'waiting',
    taker: 0,
    executions: 0,
    holds: 0,
    admitted: false,
    cancelled: false,
    children: [],
    ...(origin ? { origin } : {}),
  }
}

export function hasEnded({ state }: Item): boolean {
  return ['succeeded', 'failed', 'skipped', 'cancelled'].includes(state)
}

/** In nobody's hands: it can be ended on the spot. */
export function isIdle({ state }: Item): boolean {
  return state === 'waiting' || state === 'ready' || state === 'asking' || state === 'held'
}

/** Its deadline, or that of its request, may end it. */
export function isDue(item: Item): boolean {
  return item.state === 'ready' || item.state === 'asking' || (item.state === 'waiting' && item.look !== 'now')
}

export function takersOf({ definition }: Item): number[] {
  return definition.person ? [HUMAN_PLACE] : definition.candidates
}

/** The agent that has it now. */
export function agentOf(item: Item, plan: Policy | undefined): number {
  const takers = takersOf(item)
  return takers[item.taker] ?? policyOf(item.definition, plan).fallback!
}

/** How its dependencies let it go on. */
export function ruleOf({ definition, dependsOn }: Item): 'wait' | 'go' | 'skip' {
  const bad = dependsOn.some((other) => hasEnded(other) && other.state !== 'succeeded')
  const done = dependsOn.every(hasEnded)
  const good = dependsOn.some(({ state }) => state === 'succeeded')
  if (definition.runIf === 'all-succeeded') return bad ? 'skip' : done ? 'go' : 'wait'
  if (!done) return 'wait'
  return definition.runIf === 'any-succeeded' && dependsOn.length > 0 && !good ? 'skip' : 'go'
}

/** All that depends on it, directly or not. */
export function dependentsOf(item: Item, all: Iterable<Item>): Set<Item> {
  const found = new Set([item])
  const list = [...all]
  for (let size = 0; size < found.size;) {
    size = found.size
    for (const other of list) if (!hasEnded(other) && other.dependsOn.some((one) => found.has(one))) found.add(other)
  }
  found.delete(item)
  return found
}

/** All that it spawned, and what those spawned. */
export function descendantsOf(item: Item): Item[] {
  return item.children.flatMap((child) => [child, ...descendantsOf(child)])
}

/** It may start as far as its dependencies go, and waits for others of its map. */
export function isHeldBack(item: Item): boolean {
  return item.turn !== undefined && (item.state === 'ready' || item.state === 'waiting')
}
