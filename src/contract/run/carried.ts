// PURE. What a run takes along when it continues as new: its state, compact, beside the graph that never changes.
import type { DecisionAnswer, HumanRequest, PausedAgents } from '../people'
import type { AgentEvent, EventSegment } from '../event'
import type { AgentExecution, GraphNode } from '../messages'
import type { Pause, RunStatus, SubtaskError } from '../run'

/** Subtasks that joined the run after its start, in their order. */
export interface CarriedBatch {
  nodes: GraphNode[]
  /** Place of the subtask that spawned them. */
  spawner?: number
  fragment: string
  /** Started by reactions: where each comes from, by its position. */
  origins?: Origin[]
}

/** Which reactions led to a subtask, and how deep. */
export interface Origin {
  depth: number
  reactions: number[]
  correlationId?: string
}
