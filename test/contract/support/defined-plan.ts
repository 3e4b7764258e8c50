// Plans with a script: what each execution of each subtask will do, and what people will say of it.
import type { Priority } from '../../../src/contract/agent'
import type { RunIf } from '../../../src/contract/plan'

/** The place of the agent that is a person, after three others. */
export const HUMAN_PLACE = 3

/** What one execution does. `cancelled` is one that Temporal reports as cancelled, though nobody asked for it. */
export type Fate = 'succeed' | 'fail' | 'refuse' | 'cancelled' | 'suspend'
export type Policy = 'skip-dependents' | 'fail-fast' | 'hold' | { fallback: number }
export type Resolution = 'retry' | 'replace' | 'skip'
export type Test = 'equals' | 'notEquals' | 'in' | 'exists' | 'absent'

/** Tests the number that an earlier subtask gives (`/n` of its output). */
export interface DefinedCondition {
  earlier: number
  test: Test
  value: number
}

/** What a person says when asked, or that nobody says anything. */
export type Reply = 'approve' | 'reject' | 'nothing'

export interface Definition {
  /** Dependencies: places before its own, modulo their number. */
  earlier: number[]
  runIf: RunIf
  conditions: DefinedCondition[]
  /** Places of agents, in order; a person's subtask has none of them. */
  candidates: number[]
  priority: Priority
  /** The number in its output. */
  n: number
  /** Its executions, one after the other; the last one goes on for ever, or succeeds where that one was suspended. */
  executions: Fate[]
  policy?: Policy | undefined
  /** What is said each time that it is held; at last it is skipped. */
  resolutions: Resolution[]
  person?: { reply: Reply; onTimeout: 'approve' | 'reject' | 'fail'; timeoutMs: number } | undefined
  /** A map over so many elements, or over what is no list. */
  map?: { length: number | 'none'; maxInFlight?: number | undefined } | undefined
  spawn?: { list: Definition[]; output?: number | undefined } | undefined
  /** The type of an event that each execution publishes about it. */
  publishes?: string | undefined
  /** Milliseconds after the start. */
  deadlineMs?: number | undefined
}

/** What a reaction matches: a type, and perhaps the subtask that an event tells of, or `{k: …}` in what is published. */
export interface DefinedReaction {
  on: string
  where?: { subtask: string } | { k: number } | undefined
  run: Definition
}

export interface DefinedPlan {
  subtasks: Definition[]
  policy?: Policy | undefined
  reactions: DefinedReaction[]
  maxSubtasks: number
}

/** What is told once of a subtask that ends so. */
export const TOLD_ONCE: Record<string, string> = {
  'subtask.completed': 'succeeded',
  'subtask.failed': 'failed',
  'subtask.skipped': 'skipped',
}

/** Whoever has failed is no help. */
export function isOwnFallback(
  policy: Policy,
  { person, candidates }: Pick<Definition, 'person' | 'candidates'>,
): boolean {
  const takers = person ? [HUMAN_PLACE] : candidates
  return typeof policy === 'object' && takers.length === 1 && takers[0] === policy.fallback
}

/** What the execution of this number does. */
export function fateAt({ executions }: Pick<Definition, 'executions'>, number: number): Fate {
  const last = executions.at(-1)!
  return executions[number] ?? (last === 'suspend' ? 'succeed' : last)
}
