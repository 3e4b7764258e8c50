// HOST. What people tell a run: decisions, pauses, changes, its close. Each waits for the run's answer.
import { randomUUID } from 'node:crypto'
import type { RaiseBudgetInput } from '../contract/budget'
import { isBeginning, meantApprovalId } from '../contract/approval-ids'
import type { AddInput, CancelSubtaskInput, ChangeAnswer, ChangeInput } from '../contract/changes'
import { asTroupeError } from '../contract/errors'
import type { JsonValue } from '../contract/json'
import {
  ADD_UPDATE,
  BUDGET_UPDATE,
  CANCEL_SUBTASK_UPDATE,
  CHANGE_UPDATE,
  CLOSE_UPDATE,
  DECIDE_UPDATE,
  PAUSE_UPDATE,
  RESOLVE_UPDATE,
  RESUME_UPDATE,
} from '../contract/names'
import type { Decision, DecisionAnswer, ResolveInput } from '../contract/people'
import type { SubTask } from '../contract/plan'
import { explained } from './errors'
import { loginName } from './login-name'
import { viewRun } from './run-view'
import { errorContext, type ClientScope } from './scope'
import { UpdateLine } from './update-line'

/** A change that names no version is made against the newest; others may change the plan as often before we give up. */
const VERSION_ATTEMPTS = 5

/** Who says it, as they call themselves; the login name unless given. */
export interface Said {
  by?: string
}

/** What everything has that is told to a run. */
type Untold<Input> = Input extends unknown ? Omit<Input, 'by'> & Said : never

export interface Versioned extends Said {
  /** The plan's version that the change is made against; the newest unless given. */
  version?: number
}

export type DecideOptions = Said & Pick<Decision, 'comment' | 'output' | 'approvalId'> & { requestId?: string }

export abstract class RunCommands {
  constructor(
    protected readonly scope: ClientScope,
    /** The workflow id. */
    readonly id: string,
  ) {}

  /**
   * A person's decision. With the same `requestId` again it gets the same answer; a new one is made unless given. An
   * `approvalId` may be the beginning of what is asked about now, as it is shown: 12 digits, or more.
   *
   * @throws TroupeError `DecisionRefused` if nobody is asked, it was decided, it is too late, or the output does not fit;
   * `SubtaskNotFound`, `NoWorker`, `RunNotFound`
   */
  async decide(decision: Omit<Decision, 'requestId' | 'by'> & DecideOptions): Promise<DecisionAnswer> {
    const { taskId, approvalId } = decision
    const which = approvalId === undefined ? {} : { approvalId: await this.meantCall(taskId, approvalId) }
    return this.told(DECIDE_UPDATE, { requestId: randomUUID(), ...decision, ...which })
  }

  /** Says yes; `output` becomes the subtask's. A tool's call, or an effect, is named by the request's `approvalId`. @throws as `decide` */
  approve(taskId: string, options: DecideOptions = {}): Promise<DecisionAnswer> {
    return this.decide({ ...options, taskId, approved: true })
  }

  /** Says no: the subtask fails as `Rejected`, or its model is told where a tool's call is asked about. @throws as `decide` */
  reject(taskId: string, options: Omit<DecideOptions, 'output'> = {}): Promise<DecisionAnswer> {
    return this.decide({ ...options, taskId, approved: false })
  }

  /** Answers where choices or a schema ask for more than yes or no. @throws as `decide` */
  answer(taskId: string, output: JsonValue, options: Omit<DecideOptions, 'output'> = {}): Promise<DecisionAnswer> {
    return this.decide({ ...options, taskId, approved: true, output })
  }

  /**
   * Says what becomes of a subtask that is held: it is tried again, its output is given by hand, or it is skipped.
   *
   * @throws TroupeError `ChangeRefused` if it is not held; `SubtaskNotFound`, `NoWorker`, `RunNotFound`
   */
  async resolve(input: Untold<ResolveInput>): Promise<void> {
    await this.told(RESOLVE_UPDATE, input)
  }

  /**
   * Raises the budget of the run, or of an agent or a subtask: the new limits are those of the whole run from its beginning.
   * What is held because it was used up goes on, with what it has done so far.
   *
   * @example
   * await run.raiseBudget({ budget: { usd: 5 } })
   * @throws TroupeError `ChangeRefused` if nothing of the kind is limited, or would be raised; `NoWorker`, `RunNotFound`
   */
  async raiseBudget(input: Untold<RaiseBudgetInput>): Promise<void> {
    await this.told(BUDGET_UPDATE, input)
  }

  /** Nothing new starts; what is in flight goes on. @throws TroupeError `NoWorker`, `RunNotFound` */
  async pause(input: Said & { reason?: string } = {}): Promise<void> {
    await this.told(PAUSE_UPDATE, input)
  }

  /** @throws TroupeError `NoWorker`, `RunNotFound` */
  async resume(input: Said = {}): Promise<void> {
    await this.told(RESUME_UPDATE, input)
  }

  /** An open run ends when it has done what it has. @throws TroupeError `NoWorker`, `RunNotFound` */
  async close(input: Said = {}): Promise<void> {
    await this.told(CLOSE_UPDATE, input)
  }

  /**
   * Adds subtasks at the top level; they may depend on, and refer to, any subtask of the run.
   *
   * @throws TroupeError `InvalidPlan` with all problems, `StalePlanVersion`, `ChangeRefused`, `NoWorker`, `RunNotFound`
   */
  add(subtasks: readonly SubTask[], options: Versioned = {}): Promise<ChangeAnswer> {
    return this.changed<AddInput>(ADD_UPDATE, { ...options, subtasks: [...subtasks] })
  }

  /**
   * Replaces payload, priority, deadline or agent of a subtask that has not started, or is held.
   *
   * @throws TroupeError as `add`; `SubtaskNotFound`
   */
  change(taskId: string, change: Omit<ChangeInput, 'taskId' | 'version' | 'by'> & Versioned): Promise<ChangeAnswer> {
    return this.changed<ChangeInput>(CHANGE_UPDATE, { ...change, taskId })
  }

  /** Cancels one subtask, or with `dependents` all that depends on it too. @throws TroupeError as `change` */
  cancelSubtask(taskId: string, options: Versioned & { dependents?: boolean } = {}): Promise<ChangeAnswer> {
    return this.changed<CancelSubtaskInput>(CANCEL_SUBTASK_UPDATE, { ...options, taskId })
  }

  /** The run compares whole ids. */
  private async meantCall(taskId: string, said: string): Promise<string> {
    if (!isBeginning(said)) return said
    const { subtasks } = await explained(errorContext(this.scope, this.id), () => viewRun(this.scope, this.id))
    return meantApprovalId(said, subtasks.find(({ id }) => id === taskId)?.request?.approvalId)
  }

  private async changed<Input extends { version: number; by: string }>(
    update: string,
    input: Omit<Input, 'version' | 'by'> & Versioned,
  ): Promise<ChangeAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.told(update, input, input.version === undefined)
      } catch (error) {
        const isStale = asTroupeError(error)?.code === 'StalePlanVersion'
        if (!isStale || input.version !== undefined || attempt === VERSION_ATTEMPTS) throw error
      }
    }
  }

  private told<Answer>(update: string, input: Said, needsVersion = false): Promise<Answer> {
    return explained(errorContext(this.scope, this.id), async () => {
      const said = { ...input, by: input.by ?? loginName() }
      if (!needsVersion) return UpdateLine.tell<Answer>(this.scope, this.id, update, said)
      return UpdateLine.tellFrom<Answer>(this.scope, this.id, update, ({ planVersion: version }) => ({
        ...said,
        version,
      }))
    })
  }
}
