// PURE. What a run keeps of a subtask besides its row.
import type { Spawned } from '../activity-messages'
import type { GraphNode } from '../messages'
import type { HumanRequest, ToolDecision } from '../people'
import type { Origin } from './carried'

export interface Node {
  graph: GraphNode
  /** Which of the candidates has it now; past the last one it is the fallback. */
  candidate: number
  depth: number
  /** Artifact of the fragment that it came from; none for the plan's own. */
  fragment?: string
  /** Reactions that led to it. */
  origin?: Origin
  /** Dependencies that have succeeded. */
  met: number
  /** Events about it that may come more than once. */
  told: number
  /** It is to be evaluated, or has been. */
  evaluation?: 'due' | 'done'
  /** Its map counts it among those that are under way. */
  admitted?: boolean
  /** What it spawned. */
  spawned?: Children
  request?: HumanRequest
  /** What was decided on a tool's call: the next execution is told. */
  decided?: ToolDecision
  /** Retries of executions before, which were suspended. */
  retries?: number
  /** When a person was asked about a tool's call who has not decided yet, and for how long earlier ones were waited for: ms. */
  suspendedAt?: number
  waitedMs?: number
  /** Somebody cancelled it while it was in flight: who, or with what. */
  cancelledBy?: string
}

/** Subtasks below one that spawned them. */
export interface Children {
  /** Those that have not ended, and some of those that failed or were cancelled. */
  open: number
  unsuccessful: string[]
  unsuccessfulCount: number
  /** Id of the one whose output is the spawner's. */
  outputFrom?: string
  /** Of a map: those that are under way, and those that wait, in order. */
  underWay: number
  backlog: number[]
}

export function childrenOf(spawned: Spawned, outputFrom: string | undefined): Children {
  const none = { unsuccessful: [], unsuccessfulCount: 0, underWay: 0, backlog: [] }
  return { open: spawned.nodes.length, ...none, ...(outputFrom === undefined ? {} : { outputFrom }) }
}
