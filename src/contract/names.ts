// PURE. The names that go over the wire: workflow, task queues, signals, queries, activities, search attributes.

/** Workflow type of every run. */
export const ORCHESTRATE = 'orchestrate'
/** Task queue of the orchestrator. */
export const ORCHESTRATOR_TASK_QUEUE = 'troupe'

/** Signal: an event from outside, `PublishInput`. */
export const PUBLISH_SIGNAL = 'publish'
/** Query: `StatusInput` → `StatusAnswer`, a page of the run's subtasks. */
export const STATUS_QUERY = 'status'
/** Query: `EventsInput` → `EventsAnswer`, a page of the event log. */
export const EVENTS_QUERY = 'events'

/** Search attributes (Keyword), set where the server has them. */
export const SEARCH_ATTRIBUTES = { status: 'TroupeStatus', team: 'TroupeTeam', plan: 'TroupePlan' } as const

/** Memo key that holds a cancelled run's `RunResult`: Temporal keeps no details of a cancellation. */
export const RESULT_MEMO = 'troupeResult'

/** The team of the agents that every worker has: `echo` and `wait`. */
export const BUILT_IN_TEAM = 'troupe'
/** The source of the orchestrator's own events; nobody else may use it. */
export const ORCHESTRATOR_SOURCE = 'orchestrator'
/** The id that names a plan's inputs in references; no subtask may have it. */
export const INPUTS_ID = 'inputs'

/** The task queue of an agent; inline agents add a hash of their definition, so that two plans never run each other's. */
export function agentTaskQueue(team: string, agent: string, definitionHash?: string): string {
  return ['agent', team, agent, ...(definitionHash ? [definitionHash] : [])].join('.')
}

/** Activity ids of executions: set apart from those that the SDK numbers by itself. */
export function subtaskActivityId(place: number): string {
  return `subtask-${place}`
}

/** The subtask's place, or undefined for an activity that is no execution. */
export function placeOfActivity(activityId: string | null | undefined): number | undefined {
  const digits = /^subtask-(\d+)$/.exec(activityId ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}
