// EFFECTS. Calls of tools that a person approves: which decision stands, and the one call for which somebody is to be asked.
import type { ApprovalRequest, ApprovalsPort, LedgerPort } from '../src/agents/host-port'
import type { RunAgentInput, SuspendedCall } from '../src/contract/activity-messages'
import type { JsonValue } from '../src/contract/json'
import type { HumanPayload, ToolDecision } from '../src/contract/people'
import { approvalRecord } from '../src/contract/records'
import type { ActivityDependencies } from './dependencies'
import { keepQuestion } from './requests'

/** Hexadecimal digits of the hash that names a call: no two of a subtask are alike, and a person may type them. */
const ID_LENGTH = 12

export interface ApprovalsHost extends Pick<ActivityDependencies, 'store' | 'outputs' | 'digest'> {
  ledger: Pick<LedgerPort, 'logicalAttempt'>
}

export class ExecutionApprovals implements ApprovalsPort {
  /** The first call that nobody has decided on: one person is asked one thing at a time. */
  private open: { approvalId: string; request: ApprovalRequest } | undefined

  private constructor(
    private readonly execution: Pick<RunAgentInput, 'run' | 'task' | 'agent'>,
    private readonly host: ApprovalsHost,
  ) {}

  /** What the orchestrator was told is written down first: every later attempt finds it. */
  static async begin(
    { decided, ...execution }: Pick<RunAgentInput, 'run' | 'task' | 'agent' | 'decided'>,
    host: ApprovalsHost,
  ): Promise<ExecutionApprovals> {
    if (decided) {
      const name = approvalRecord(execution.run, execution.task.id, decided.approvalId)
      await host.store.records.create(name, { ...decided })
    }
    return new ExecutionApprovals(execution, host)
  }

  async ask(request: ApprovalRequest): Promise<ToolDecision | undefined> {
    const { run, task } = this.execution
    const approvalId = await this.idOf(request)
    const decision = await this.host.store.records.read(approvalRecord(run, task.id, approvalId))
    if (decision === undefined) this.open ??= { approvalId, request }
    return decision as ToolDecision | undefined
  }

  /** The call that a person is to be asked about, kept whole; undefined if there is none. */
  async suspended(): Promise<SuspendedCall | undefined> {
    if (!this.open) return undefined
    const { run, task, agent } = this.execution
    const { outputs } = this.host
    const { approvalId, request } = this.open
    const { tool, input, snapshot } = request
    const payload: HumanPayload = {
      prompt: `May the agent "${agent}" call the tool "${tool}"?`,
      details: { tool, input, ...(snapshot === undefined ? {} : { snapshot }) },
    }
    await keepQuestion(payload as unknown as JsonValue, run, task.id, this.host)
    return { approvalId, tool, input: await outputs.keep(input), ...(snapshot === undefined ? {} : { snapshot }) }
  }

  /** Of one call, or of all of the tool. Other answers of the model make other calls: hence the logical attempt. */
  private async idOf({ call, tool, once }: ApprovalRequest): Promise<string> {
    const { task, agent } = this.execution
    const { digest, ledger } = this.host
    const { scope, kind, name, inputHash, occurrence } = call
    const which = once ? [tool] : [await ledger.logicalAttempt(), scope, kind, name, inputHash, occurrence]
    return digest(JSON.stringify([task.id, agent, ...which])).slice(0, ID_LENGTH)
  }
}
