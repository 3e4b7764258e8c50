// EFFECTS. Calls of tools and effects that a person approves: which decision stands, and the one for which somebody is to be
// asked.
import type { ApprovalRequest, ApprovalsPort, EffectApproval, LedgerPort } from '../src/agents/host-port'
import type { RunAgentInput, SuspendedCall } from '../src/contract/activity-messages'
import { callQuestion, type AskedCall } from '../src/contract/asked-calls'
import { shortened, type JsonObject, type JsonValue } from '../src/contract/json'
import type { HumanPayload, ToolDecision } from '../src/contract/people'
import { approvalRecord } from '../src/contract/records'
import type { ActivityDependencies } from './dependencies'
import { keepQuestion } from './requests'

/** Characters of what an effect is called, and of where text came from, in Temporal's history: the store has all of it. */
const NAME_LENGTH = 100

export interface ApprovalsHost extends Pick<ActivityDependencies, 'store' | 'outputs' | 'digest'> {
  ledger: Pick<LedgerPort, 'logicalAttempt'>
}

/** What a person is shown of a call, or of an effect. */
interface Question {
  asked: AskedCall
  input: JsonValue
  /** Of the workspace that a tool's call would change. */
  snapshot?: string
}

export class ExecutionApprovals implements ApprovalsPort {
  /** The first that nobody has decided on: one person is asked one thing at a time. */
  private open: ({ approvalId: string } & Question) | undefined

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
    const { tool, input, snapshot } = request
    const question = { asked: { tool }, input, ...(snapshot === undefined ? {} : { snapshot }) }
    return this.decision(await this.idOf(request), question)
  }

  /** An effect with its input: it is the same in all attempts, whatever answers lead to it. */
  askEffect({ name, key, inputHash, shown, untrusted }: EffectApproval): Promise<ToolDecision | undefined> {
    const { input, ...effect } = shown
    return this.decision(this.hashOf(['effect', name, key, inputHash]), { asked: { effect, untrusted }, input })
  }

  private async decision(approvalId: string, question: Question): Promise<ToolDecision | undefined> {
    const { run, task } = this.execution
    const decision = await this.host.store.records.read(approvalRecord(run, task.id, approvalId))
    if (decision === undefined) this.open ??= { approvalId, ...question }
    return decision as ToolDecision | undefined
  }

  /** The call or effect that a person is to be asked about, kept whole; undefined if there is none. */
  async suspended(): Promise<SuspendedCall | undefined> {
    if (!this.open) return undefined
    const { run, task, agent } = this.execution
    const { outputs } = this.host
    const { approvalId, asked, input, ...more } = this.open
    const payload: HumanPayload = {
      prompt: callQuestion(agent, asked),
      details: { ...(asked as JsonObject), input, ...more },
    }
    await keepQuestion({ payload: payload as unknown as JsonValue, approvalId }, run, task.id, this.host)
    return { approvalId, ...inShort(asked), input: await outputs.keep(input), ...more }
  }

  /** Of one call, or of all of the tool. Other answers of the model make other calls: hence the logical attempt. */
  private async idOf({ call, tool, once }: ApprovalRequest): Promise<string> {
    const { scope, kind, name, inputHash, occurrence } = call
    if (once) return this.hashOf([tool])
    return this.hashOf([await this.host.ledger.logicalAttempt(), scope, kind, name, inputHash, occurrence])
  }

  /** Whole: who chooses the inputs of two calls finds some whose hashes begin alike, and a decision on one is none on the other. */
  private hashOf(which: readonly (string | number)[]): string {
    const { task, agent } = this.execution
    return this.host.digest(JSON.stringify([task.id, agent, ...which]))
  }
}

function inShort(asked: AskedCall): AskedCall {
  if ('tool' in asked) return asked
  const { effect, untrusted } = asked
  const short = (text: string): string => shortened(text, NAME_LENGTH)
  return { effect: { name: short(effect.name), key: short(effect.key) }, untrusted: short(untrusted) }
}
