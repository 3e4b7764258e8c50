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

/** Signal: which agents of the run's team are paused, `PausedAgents`; sent by the team's control workflow. */
export const AGENTS_SIGNAL = 'agents'
/** Update: `Decision` → `DecisionAnswer`, a person's answer to a subtask of the agent `human`. */
export const DECIDE_UPDATE = 'decide'
/** Update: `ResolveInput` → nothing; what becomes of a subtask that is held. */
export const RESOLVE_UPDATE = 'resolve'
/** Update: `PauseInput` → nothing. */
export const PAUSE_UPDATE = 'pause'
/** Update: `ResumeInput` → nothing. */
export const RESUME_UPDATE = 'resume'
/** Update: `AddInput` → `ChangeAnswer`. */
export const ADD_UPDATE = 'add'
/** Update: `ChangeInput` → `ChangeAnswer`. */
export const CHANGE_UPDATE = 'change'
/** Update: `CancelSubtaskInput` → `ChangeAnswer`. */
export const CANCEL_SUBTASK_UPDATE = 'cancelSubtask'
/** Update: `RaiseBudgetInput` → nothing; what is held for a budget goes on. */
export const BUDGET_UPDATE = 'budget'
/** Update: `CloseInput` → nothing; an open run ends when what it has is done. */
export const CLOSE_UPDATE = 'close'

/** Workflow type of a team's control: which of its agents are paused, over all runs. */
export const CONTROL = 'control'
/** Updates of it: `PauseAgentInput` → `PausedAgents`. */
export const PAUSE_AGENT_UPDATE = 'pauseAgent'
export const RESUME_AGENT_UPDATE = 'resumeAgent'
/** Memo key of a control workflow that holds its `PausedAgents`: to be read without any worker. */
export const PAUSED_MEMO = 'troupePaused'

/** Workflow type that asks worker processes for their pools' figures: their queues → `WorkerAnswer[]`. */
export const ASK_WORKERS = 'askWorkers'

/** The task queue on which one worker process, by its identity, answers for itself. */
export function workerTaskQueue(identity: string): string {
  return `worker.${identity}`
}

/** The workflow id of a team's control. */
export function controlWorkflowId(team: string): string {
  return `troupe-control-${team}`
}

/** Search attributes (Keyword), set where the server has them. */
export const SEARCH_ATTRIBUTES = { status: 'TroupeStatus', team: 'TroupeTeam', plan: 'TroupePlan' } as const

/** Memo key that holds a cancelled run's `RunResult`: Temporal keeps no details of a cancellation. */
export const RESULT_MEMO = 'troupeResult'

/** Memo key of a run: ISO time at which its first workflow run started, where it has continued as new. */
export const STARTED_MEMO = 'troupeStartedAt'
/** Memo key of a run: how many events its log has had. */
export const EVENTS_MEMO = 'troupeEvents'
/** Memo key of a run: the file that its plan came from. */
export const PLAN_FILE_MEMO = 'troupePlanFile'

/** The agent that is a person. */
export const HUMAN = 'human'
/** The team of the agents that every worker has: `echo`, `wait` and `human`. */
export const BUILT_IN_TEAM = 'troupe'
/** The source of the orchestrator's own events; nobody else may use it. */
export const ORCHESTRATOR_SOURCE = 'orchestrator'
/** The id that names a plan's inputs in references; no subtask may have it. */
export const INPUTS_ID = 'inputs'

/** The task queue of an agent; inline agents add a hash of their definition, so that two plans never run each other's. */
export function agentTaskQueue(team: string, agent: string, definitionHash?: string): string {
  return ['agent', team, agent, ...(definitionHash ? [definitionHash] : [])].join('.')
}

/** What the orchestrator does about one subtask, as activity ids say it: set apart from those that the SDK numbers by itself. */
export type SubtaskActivity = 'subtask' | 'evaluate' | 'keep'

/** Activity id: `subtask` is an execution, `evaluate` looks at conditions, `keep` writes down what a person gave. */
export function subtaskActivityId(place: number, activity: SubtaskActivity = 'subtask'): string {
  return `${activity}-${place}`
}

/** The subtask's place, or undefined for an activity that is none of it. */
export function placeOfActivity(
  activityId: string | null | undefined,
  activity: SubtaskActivity = 'subtask',
): number | undefined {
  const [, name, digits] = /^([a-z]+)-(\d+)$/.exec(activityId ?? '') ?? []
  return name === activity ? Number(digits) : undefined
}
