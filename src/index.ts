// The public names of Troupe, and nothing else. `troupe/testing` and `troupe/workflows` are the other two doors.
export { BaseAgentService, type AgentOptions } from './agents/base-agent-service'
export { defineAgent, FunctionAgent, type AgentDefinition } from './agents/define-agent'
export { CommandAgent, defineCommand, type CommandOptions } from './agents/command-agent'
export { defineModelAgent, ModelAgent, type ModelAgentOptions } from './agents/model-agent'
export { languageModel, type LanguageModelOptions } from './agents/models/language-model'
export { structuredAnswer, type SchemaQuestion, type StructuredQuestion } from './agents/models/structured-answer'
export type { AgentContext, SpawnOptions } from './agents/context'
export { defineTeam, teamManifest, type Team } from './agents/team'
export { codePlan, type CodeRequest } from './code-team/plan'
export { codeTeam, type CodeTeamOptions } from './code-team/team'
export { TroupeClient, type RunSummary, type StartOptions, type TroupeClientOptions } from './client'
export { Run } from './client/run'
export { RunFailedError, type RunOutcome } from './client/outcome'
export type { PendingExecution, RunStatusReport, Unserved } from './client/status'
export type { RunView } from './client/run-view'
export { connect, Troupe, type ConnectOptions, type TaskOptions } from './connect'
export type {
  AgentManifest,
  AgentServiceConfig,
  AgentTask,
  Priority,
  RetrySettings,
  TeamManifest,
} from './contract/agent'
export { TroupeError, type ErrorCode, type Problem } from './contract/errors'
export type { AgentEvent, EventFilter } from './contract/event'
export type { JsonObject, JsonValue } from './contract/json'
export type { ModelAnswer, RecordedCall } from './contract/model-answer'
export type { OrchestrateInput, PublishInput } from './contract/messages'
export {
  EVENTS_QUERY,
  ORCHESTRATE,
  ORCHESTRATOR_TASK_QUEUE,
  PUBLISH_SIGNAL,
  SEARCH_ATTRIBUTES,
  STATUS_QUERY,
} from './contract/names'
export type { InlineAgent, Plan, Reference, SubTask } from './contract/plan'
export { definePlan } from './contract/schema/plan-builder'
export type {
  AddOptions,
  PlanBuilder,
  PlanDefinition,
  PlanNode,
  TypedReference,
  UntypedReference,
} from './contract/schema/plan-types'
export type {
  AgentResult,
  OutputReference,
  RunCounts,
  RunResult,
  RunStatus,
  SubtaskError,
  SubtaskRow,
} from './contract/run'
export { openFileStore } from './storage/file-store'
export { troupeDataConverter } from './storage/external-storage'
export type { Store } from './storage/store'
export { createActivities, TroupeWorker, type ActivitiesOptions, type TroupeWorkerOptions } from './worker'
