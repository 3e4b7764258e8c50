// HOST. Pauses an agent over all runs of its team: the team's control workflow is asked, and started where there is none.
import { WithStartWorkflowOperation } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import {
  agentPauseProblem,
  isName,
  nothingPaused,
  type PausedAgentsAnswer,
  type ResumeAgentInput,
} from '../contract/control'
import { TroupeError } from '../contract/errors'
import {
  agentTaskQueue,
  CONTROL,
  controlWorkflowId,
  ORCHESTRATOR_TASK_QUEUE,
  PAUSE_AGENT_UPDATE,
  PAUSED_MEMO,
  RESUME_AGENT_UPDATE,
} from '../contract/names'
import { choicesHint } from '../contract/nearest'
import type { PauseAgentInput, PausedAgents } from '../contract/people'
import { explained, isLate } from './errors'
import { knownAgents } from './known-agents'
import { loginName } from './login-name'
import { isServed } from './pollers'
import { CALL_TIMEOUT_MS, errorContext, withTimeout, type ClientScope } from './scope'

/** A control that is ending takes nothing any more; the next call starts its successor. */
const ATTEMPTS = 3
/** A workflow task that is lost to a race or with its worker is given again after 10 s; the answer itself takes 3 s at most. */
const UPDATE_TIMEOUT_MS = 20_000

/** `by` is the login name unless given. */
export type AgentPause = Omit<PauseAgentInput, 'by'> & { by?: string }
export type AgentResume = Omit<AgentPause, 'reason'>

/** What the team's control answered. */
export interface AgentPauseReport extends PausedAgentsAnswer {
  /** What whoever asked should know: that the team's runs have no agent of that name, or that nobody knows of it. */
  notes: string[]
}

/** @throws TroupeError `InvalidInput`, `NoWorker`, `ConnectionFailed` */
export async function pauseAgent(scope: ClientScope, input: AgentPause): Promise<AgentPauseReport> {
  const answer = await tellControl(scope, PAUSE_AGENT_UPDATE, input)
  return { ...answer, notes: await notesOn(scope, input) }
}

/** Also where it is not paused: runs that still take it for paused are told. @throws as `pauseAgent` */
export async function resumeAgent(scope: ClientScope, input: AgentResume): Promise<AgentPauseReport> {
  return { ...(await tellControl(scope, RESUME_AGENT_UPDATE, input)), notes: [] }
}

/** What is paused now; needs no worker. @throws TroupeError `InvalidInput`, `ConnectionFailed` */
export async function pausedAgents(scope: ClientScope, team: string): Promise<PausedAgents> {
  if (!isName(team)) throw new TroupeError('InvalidInput', `${JSON.stringify(team)} is no name of a team`)
  return explained(errorContext(scope), async () => {
    try {
      const handle = scope.client.workflow.getHandle(controlWorkflowId(team))
      const { status, memo } = await withTimeout(scope, CALL_TIMEOUT_MS, () => handle.describe())
      const paused = status.name === 'RUNNING' ? (memo?.[PAUSED_MEMO] as PausedAgents | undefined) : undefined
      return paused ?? nothingPaused(team)
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return nothingPaused(team)
      throw error
    }
  })
}

/** A name may be right that no open run has; one that is wrong would pause nothing, unnoticed. */
async function notesOn(scope: ClientScope, { team, agent }: AgentPause): Promise<string[]> {
  // What the store cannot tell is no reason to fail: the agent is paused
  const known = await knownAgents(scope, team).catch(() => undefined)
  if (known?.names.includes(agent)) return []
  if (known) {
    const hint = choicesHint(agent, known.names, 'agents of its newest runs')
    return [`the ${known.of} of the team "${team}" have no agent "${agent}"; ${hint}`]
  }
  if (await isServed(scope, agentTaskQueue(team, agent)).catch(() => true)) return []
  return [`no agent "${agent}" of a team "${team}" is known: no worker serves it, and no run of that team is found`]
}

async function tellControl(scope: ClientScope, update: string, told: AgentPause): Promise<PausedAgentsAnswer> {
  const { by = loginName() } = told
  const input: PauseAgentInput | ResumeAgentInput = { ...told, by }
  const problem = agentPauseProblem(input)
  if (problem !== undefined) throw new TroupeError('InvalidInput', problem)
  return explained(errorContext(scope), async () => {
    // Before anything is started: what nobody serves would be done whenever somebody comes
    if (!(await isServed(scope, ORCHESTRATOR_TASK_QUEUE))) throw noWorker(scope, input.team)
    for (let attempt = 1; ; attempt++) {
      try {
        return await withTimeout(scope, UPDATE_TIMEOUT_MS, () => updateWithStart(scope, update, input))
      } catch (error) {
        if (isLate(error)) throw unheard(input.team, update)
        if (!(error instanceof WorkflowNotFoundError) || attempt === ATTEMPTS) throw error
      }
    }
  })
}

function updateWithStart(
  scope: ClientScope,
  update: string,
  input: PauseAgentInput | ResumeAgentInput,
): Promise<PausedAgentsAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation(CONTROL, {
    workflowId: controlWorkflowId(input.team),
    taskQueue: ORCHESTRATOR_TASK_QUEUE,
    args: [input.team],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `pauses of agents of the team ${input.team}`,
  })
  return scope.client.workflow.executeUpdateWithStart(update, { args: [input], startWorkflowOperation })
}

/** Temporal lists a worker for a minute after its end: what it was told then waits for the next one. */
function unheard(team: string, update: string): TroupeError {
  const message = `no worker has answered within ${UPDATE_TIMEOUT_MS / 1_000} s: the next one that comes will still do as the team "${team}" was told`
  const back =
    update === PAUSE_AGENT_UPDATE ? `troupe resume --agent AGENT --team ${team} takes it back` : 'troupe worker'
  return new TroupeError('NoWorker', message, { hint: back, retryable: true })
}

function noWorker({ address }: ClientScope, team: string): TroupeError {
  const message = `no worker serves the task queue "${ORCHESTRATOR_TASK_QUEUE}" at ${address}: nobody keeps the pauses of the team "${team}"`
  return new TroupeError('NoWorker', message, { hint: 'troupe worker', retryable: true })
}
