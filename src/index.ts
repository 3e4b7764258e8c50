// The public names of Troupe, and nothing else. `troupe/testing` and `troupe/workflows` are the other two doors.
export { BaseAgentService, type AgentOptions } from './agents/base-agent-service'
export { defineAgent, FunctionAgent, type AgentDefinition } from './agents/define-agent'
export { CommandAgent, defineCommand, type CommandOptions } from './agents/command-agent'
export { defineModelAgent, ModelAgent, type ModelAgentOptions } from './agents/model-agent'
export type { AgentTools, OwnTool } from './agents/tools/own-tools'
export { contextOf, secretsOf } from './agents/tools/tool-secrets'
export { languageModel, type LanguageModelOptions } from './agents/models/language-model'
export { structuredAnswer, type SchemaQuestion, type StructuredQuestion } from './agents/models/structured-answer'
export type { AgentContext, SpawnOptions } from './agents/context'
export { defineTeam, teamManifest, type Team } from './agents/team'
export { coderProgram } from './code-team/coder-program/coder-program'
export type { CoderProgramOptions, CoderSandbox } from './code-team/coder-program/options'
export { codePlan, type CodeRequest } from './code-team/plan'
export { codeTeam, type CodeTeamOptions } from './code-team/team'
export { TroupeClient, type RunSummary, type StartOptions, type TroupeClientOptions } from './client'
export type { Approval } from './client/approvals'
export type { AgentPause, AgentPauseReport, AgentResume } from './client/control'
export type { RunHistory } from './client/histories'
export type { StartedWith } from './client/past-run'
export type { ModelCall, ModelCallState } from './client/model-calls'
export type { AgentPool, PoolsReport } from './client/pools'
export type { RunResults } from './client/results'
export type { PlannedRetry, Retried, RetriedSubtask, RetryListing, RetryOptions } from './client/retry-options'
export { Run } from './client/run'
export type { DecideOptions, Said, Versioned } from './client/run-commands'
export { RunFailedError, type RunOutcome } from './client/outcome'
export type { PendingExecution, RunStatusReport, Unserved, WaitingReason } from './client/status'
export type { RunView, ViewSource } from './client/run-view'
export { connect, Troupe, type ConnectOptions, type TaskOptions } from './connect'
export type {
  AgentManifest,
  AgentServiceConfig,
  AgentTask,
  Priority,
  RetrySettings,
  TeamManifest,
} from './contract/agent'
export type { Budget, BudgetLeft, BudgetOwner, OnBudget, RaiseBudgetInput, RunBudget } from './contract/budget'
export type { Cost, Prices, TokenPrice } from './contract/prices'
export type { AddInput, CancelSubtaskInput, ChangeAnswer, ChangeInput } from './contract/changes'
export type { PausedAgentsAnswer } from './contract/control'
export { TroupeError, type ErrorCode, type Problem, type TroupeErrorOptions } from './contract/errors'
export type { AgentEvent, EventFilter } from './contract/event'
export type { JsonObject, JsonValue } from './contract/json'
export type { ModelAnswer, RecordedCall } from './contract/model-answer'
export type { OrchestrateInput, PublishInput, RetryInput, RunKey, RunSpec } from './contract/messages'
export {
  ADD_UPDATE,
  AGENTS_SIGNAL,
  CANCEL_SUBTASK_UPDATE,
  CHANGE_UPDATE,
  CLOSE_UPDATE,
  CONTROL,
  controlWorkflowId,
  DECIDE_UPDATE,
  EVENTS_QUERY,
  HUMAN,
  ORCHESTRATE,
  ORCHESTRATOR_TASK_QUEUE,
  PAUSE_AGENT_UPDATE,
  PAUSE_UPDATE,
  PUBLISH_SIGNAL,
  RESOLVE_UPDATE,
  RESUME_AGENT_UPDATE,
  RESUME_UPDATE,
  SEARCH_ATTRIBUTES,
  STATUS_QUERY,
} from './contract/names'
export type {
  CloseInput,
  Decision,
  DecisionAnswer,
  HumanPayload,
  PauseAgentInput,
  PausedAgents,
  PauseInput,
  ResolveInput,
  ResumeInput,
} from './contract/people'
export type {
  Condition,
  FailurePolicy,
  ForEach,
  InlineAgent,
  Plan,
  Reaction,
  ReactionTask,
  Reference,
  RunIf,
  SubTask,
} from './contract/plan'
export type { BlockedWorker } from './contract/records'
export type { CheckedPlan } from './contract/schema/check-plan'
export { definePlan, type PlanOptions } from './contract/schema/plan-builder'
export type {
  AddOptions,
  ConditionOption,
  MapOptions,
  PlanBuilder,
  PlanDefinition,
  PlanNode,
  PolicyOption,
  ReactionOptions,
  TypedReference,
  UntypedReference,
} from './contract/schema/plan-types'
export type {
  AgentResult,
  OutputReference,
  Pause,
  RunCounts,
  RunResult,
  RunStatus,
  ShownRequest,
  StoreIdentity,
  SubtaskError,
  SubtaskRow,
  SubtaskState,
  TimeoutMeaning,
} from './contract/run'
export type { McpAddress, McpProgram, McpServer, ToolEntry, ToolGrant } from './contract/tools'
export type { WaitingKind } from './contract/run/waiting'
export { openFileStore } from './storage/file-store'
export { openS3Store } from './storage/s3-store'
export { troupeDataConverter } from './storage/external-storage'
export type { Store } from './storage/store'
export { takeSnapshot, writeSnapshot } from './workspace/stored-snapshot'
export { createActivities, TroupeWorker, type ActivitiesOptions, type TroupeWorkerOptions } from './worker'
