// PURE. What people are asked by a run, and what they tell it: requests and decisions, pauses, and subtasks that are held.
import type { JsonObject, JsonValue } from './json'
import type { Pause, TimeoutMeaning } from './run'

/** The payload of a subtask of the agent `human`. */
export interface HumanPayload {
  /** What is to be decided. */
  prompt: string
  /** The answer is one of these; without them and without `output` it is yes or no. */
  choices?: string[]
  /** JSON Schema of the answer. */
  output?: JsonObject
  /** How long the person is waited for, in milliseconds from the moment of asking; for ever unless given. */
  timeoutMs?: number
  /** `fail` unless given; `approve` only where the answer is yes or no. */
  onTimeout?: TimeoutMeaning
  /** Anything that helps to decide; it may hold references. */
  details?: JsonValue
}

/** What a person decided on a tool's call, or on an effect. */
export interface ToolDecision extends Pick<Decision, 'approved' | 'by' | 'comment'> {
  /** Names the call, all of the tool in its subtask, or an effect with its input. */
  approvalId: string
  /** ISO time of the workflow's clock. */
  at: string
}

/** What the orchestrator keeps of a request that is open. */
export interface HumanRequest {
  /** At most 200 characters; all of it is in the record. */
  prompt: string
  choices?: string[]
  output?: JsonObject
  timeoutMs?: number
  onTimeout: TimeoutMeaning
  /** The call that it is about, where a tool waits to be approved. */
  tool?: { name: string; approvalId: string }
  /** The effect that it is about, where one waits to be approved. */
  effect?: { name: string; approvalId: string }
}

/** A person's decision. */
export interface Decision {
  /** The subtask. */
  taskId: string
  /** Which call is meant, where a tool or an effect waits to be approved: what was shown, and not another that is asked about by now. */
  approvalId?: string
  /** Names the decision: the same one again gets the same answer. */
  requestId: string
  approved: boolean
  /** Who decides, as they call themselves. */
  by: string
  comment?: string
  /** The answer, where choices or a schema ask for one. */
  output?: JsonValue
}

/** What whoever asked is told of a rejection. */
export function notAllowed({ by, comment }: Pick<Decision, 'by' | 'comment'>, what: string): string {
  return `${by} did not allow ${what}${comment === undefined ? '' : `: ${comment}`}`
}

/** What became of it. */
export interface DecisionAnswer extends Pick<Decision, 'taskId' | 'requestId' | 'approved' | 'by'> {
  /** ISO time of the workflow's clock. */
  at: string
  /** The call that was decided on, where it was one. */
  approvalId?: string
}

export interface PauseInput {
  by: string
  reason?: string
}

export interface ResumeInput {
  by: string
}

export interface CloseInput {
  by: string
}

/** What becomes of a subtask that is held. */
export type ResolveInput = { taskId: string; by: string; comment?: string } & (
  | { action: 'retry' }
  /** Its output is given by hand: it succeeded. */
  | { action: 'replace'; output: JsonValue }
  /** It is skipped, and so is what needs it. */
  | { action: 'skip' }
)

/** Which agents of a team are paused. A higher version replaces a lower one. */
export interface PausedAgents {
  team: string
  version: number
  agents: Record<string, Pause>
  /** Who ended the pauses that ended last, by agent; absent in what was told before this was. */
  resumed?: Record<string, Pick<Pause, 'by'>>
}

export interface PauseAgentInput {
  team: string
  agent: string
  by: string
  reason?: string
}
