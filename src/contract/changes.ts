// PURE. Changes to the plan of a live run: what people ask for, and what its worker makes of it.
import type { Priority } from './agent'
import type { JsonValue } from './json'
import type { GraphNode } from './messages'
import type { SubTask } from './plan'

interface AnyChange {
  /** The plan's version that the change was made against, as a status tells it. Another one is refused. */
  version: number
  by: string
}

export interface AddInput extends AnyChange {
  /** May depend on subtasks of the run, and refer to them, also to those that have ended. */
  subtasks: SubTask[]
}

/** What is given is replaced, in a subtask that has not started or is held. */
export interface ChangeInput extends AnyChange {
  taskId: string
  payload?: JsonValue
  priority?: Priority
  /** ISO time, or `+10m` from now; null takes it away. */
  deadline?: string | null
  agentType?: string
}

export interface CancelSubtaskInput extends AnyChange {
  taskId: string
  /** Cancels all that depends on it too; else those are handled as after any subtask that did not succeed. */
  dependents?: boolean
}

export interface ChangeAnswer {
  /** The plan's version from now on. */
  version: number
  /** The subtasks that were added, changed or cancelled. */
  subtasks: string[]
}

/** What the activity `checkChange` makes of an addition. `dependsOn` holds places in the run's list: from `first` on its own. */
export interface CheckedAddition {
  /** How many subtasks the run had when it was checked; others may have joined it since. */
  first: number
  fragment: string
  nodes: GraphNode[]
}

/** What it makes of a change: the node as it is to be, with the fragment that holds the subtask. */
export interface CheckedReplacement {
  fragment: string
  node: GraphNode
}
