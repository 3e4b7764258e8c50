// WORKFLOW. What a run is told: signals and updates, each with its refusals.
import {
  CancellationScope,
  condition,
  defineSignal,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { AddInput, CancelSubtaskInput, ChangeAnswer, ChangeInput } from '../src/contract/changes'
import type { RaiseBudgetInput } from '../src/contract/budget'
import { isPausedAgents } from '../src/contract/control'
import type { AgentEvent } from '../src/contract/event'
import type { PublishInput } from '../src/contract/messages'
import {
  ADD_UPDATE,
  AGENTS_SIGNAL,
  BUDGET_UPDATE,
  CANCEL_SUBTASK_UPDATE,
  CHANGE_UPDATE,
  CLOSE_UPDATE,
  DECIDE_UPDATE,
  PAUSE_UPDATE,
  PUBLISH_SIGNAL,
  RESOLVE_UPDATE,
  RESUME_UPDATE,
} from '../src/contract/names'
import type {
  CloseInput,
  Decision,
  DecisionAnswer,
  PausedAgents,
  PauseInput,
  ResolveInput,
  ResumeInput,
} from '../src/contract/people'
import { toldProblem, type Refusal } from '../src/contract/run/refusal'
import type { RunState } from '../src/contract/run/run-state'
import type { Continuation } from './continuation'
import type { InnerWork } from './inner-work'
import { assertNone } from './refusals'
import type { RunLog } from './run-log'

export const publishSignal = defineSignal<[PublishInput | PublishInput[]]>(PUBLISH_SIGNAL)
export const agentsSignal = defineSignal<[PausedAgents]>(AGENTS_SIGNAL)
export const decideUpdate = defineUpdate<DecisionAnswer, [Decision]>(DECIDE_UPDATE)
export const resolveUpdate = defineUpdate<void, [ResolveInput]>(RESOLVE_UPDATE)
export const pauseUpdate = defineUpdate<void, [PauseInput]>(PAUSE_UPDATE)
export const resumeUpdate = defineUpdate<void, [ResumeInput]>(RESUME_UPDATE)
export const addUpdate = defineUpdate<ChangeAnswer, [AddInput]>(ADD_UPDATE)
export const changeUpdate = defineUpdate<ChangeAnswer, [ChangeInput]>(CHANGE_UPDATE)
export const cancelSubtaskUpdate = defineUpdate<ChangeAnswer, [CancelSubtaskInput]>(CANCEL_SUBTASK_UPDATE)
export const budgetUpdate = defineUpdate<void, [RaiseBudgetInput]>(BUDGET_UPDATE)
export const closeUpdate = defineUpdate<void, [CloseInput]>(CLOSE_UPDATE)

/** A run whose plan was checked. */
export interface Told {
  state: RunState
  /** When it began, ISO. */
  startedAt: string
  inner: InnerWork
}

export class Handlers {
  /** Updates that have not ended. By our own count: to ask the SDK costs many promises for each signal. */
  running = 0
  /** The workflow task in which the last update ended: its answer must be out before the run continues as new. */
  lastTask = -1
  /** The last change in the line. */
  private changing: Promise<void> | undefined
  private readonly paused: PausedAgents[] = []
  private readonly early: AgentEvent[] = []

  constructor(
    private readonly live: () => Told | undefined,
    private readonly log: RunLog,
    private readonly continuation: Continuation,
    private readonly wake: () => void,
  ) {
    setHandler(publishSignal, (signal) => {
      this.continuation.signalled()
      const logged = this.log.publish(signal)
      const told = this.live()
      if (told) for (const event of logged) told.state.observe(event)
      else this.early.push(...logged)
      this.wake()
    })
    setHandler(agentsSignal, (signal: unknown) => {
      this.continuation.signalled()
      // Anybody may send one, of whatever shape
      if (!isPausedAgents(signal)) return
      const told = this.live()
      if (told) told.state.pauses.pauseAgents(signal)
      else this.paused.push(signal)
      this.wake()
    })
    this.onUpdate(
      decideUpdate,
      ({ state }, input) => state.requests.decisionProblem(input),
      ({ state }, input) => state.requests.decide(input),
    )
    this.onUpdate(
      resolveUpdate,
      ({ state }, input) => state.requests.resolveProblem(input),
      ({ state }, input) => state.requests.resolve(input),
    )
    this.onUpdate(
      pauseUpdate,
      ({ state }) => tooLate(state),
      ({ state }, input) => state.pauses.pause(input),
    )
    this.onUpdate(
      resumeUpdate,
      ({ state }) => tooLate(state),
      ({ state }, input) => state.pauses.resume(input),
    )
    this.onUpdate(
      budgetUpdate,
      ({ state, startedAt }, input) => tooLate(state) ?? state.budgets.problem(input, startedAt),
      ({ state }, input) => state.budgets.raise(input),
    )
    this.onUpdate(
      closeUpdate,
      ({ state }) => tooLate(state),
      ({ state }, input) => state.close(input),
    )
    this.onUpdate(
      cancelSubtaskUpdate,
      ({ state }, input) => state.changes.cancelProblem(input),
      (told, input) =>
        this.inTurn(
          () => told.state.changes.cancelProblem(input),
          () => told.state.changes.cancel(input),
        ),
    )
    this.onUpdate(
      addUpdate,
      ({ state }, input) => state.changes.addProblem(input),
      (told, input) => this.add(told, input),
    )
    this.onUpdate(
      changeUpdate,
      ({ state }, input) => state.changes.changeProblem(input),
      (told, input) => this.change(told, input),
    )
  }

  /** What arrived before the plan was checked. */
  begin(state: RunState): void {
    for (const told of this.paused) state.pauses.pauseAgents(told)
    for (const event of this.early) state.observe(event)
  }

  private add(told: Told, input: AddInput): Promise<ChangeAnswer> {
    const { state, inner } = told
    return this.inTurn(
      () => state.changes.addProblem(input),
      async () => {
        const checked = await inner.check({ add: input.subtasks })
        if (!('added' in checked)) throw new TypeError('an addition was checked as something else')
        assertNone(state.changes.addedProblem(input, checked.added))
        return state.changes.add(input, checked.added)
      },
    )
  }

  private change(told: Told, input: ChangeInput): Promise<ChangeAnswer> {
    const { state, inner } = told
    return this.inTurn(
      () => state.changes.changeProblem(input),
      async () => {
        const { version: _version, by: _by, ...replace } = input
        const checked = await inner.check({ replace })
        if (!('replaced' in checked)) throw new TypeError('a change was checked as something else')
        assertNone(state.changes.changeProblem(input) ?? state.changes.replaceProblem(checked.replaced))
        return state.changes.replace(input, checked.replaced)
      },
    )
  }

  /** One change after the other: each is checked against the plan that the one before it left. */
  private inTurn(
    problem: () => Refusal | undefined,
    work: () => ChangeAnswer | Promise<ChangeAnswer>,
  ): Promise<ChangeAnswer> {
    const act = (): ChangeAnswer | Promise<ChangeAnswer> => {
      assertNone(problem())
      return work()
    }
    // Where nobody is before it, it acts in its place among all that the workflow task was told
    const turn = this.changing ? this.changing.then(act) : new Promise<ChangeAnswer>((resolve) => resolve(act()))
    const ended: Promise<void> = turn
      .catch(() => undefined)
      .then(() => {
        if (this.changing === ended) this.changing = undefined
      })
    this.changing = ended
    return turn
  }

  /** An update that is refused before it is written down where that can be known, and else before it does anything. */
  private onUpdate<Result, Input>(
    update: ReturnType<typeof defineUpdate<Result, [Input]>>,
    problem: (told: Told, input: Input) => Refusal | undefined,
    work: (told: Told, input: Input) => Result | Promise<Result>,
  ): void {
    const handle = async (input: Input): Promise<Result> => {
      this.continuation.updates++
      this.running++
      try {
        if (!this.live()) await CancellationScope.nonCancellable(() => condition(() => this.live() !== undefined))
        const told = this.live()!
        assertNone(toldProblem(input) ?? problem(told, input))
        return await work(told, input)
      } finally {
        this.running--
        this.lastTask = workflowInfo().historyLength
        this.wake()
      }
    }
    const validator = (input: Input): void => {
      const told = this.live()
      assertNone(toldProblem(input) ?? (told && problem(told, input)))
    }
    setHandler(update, handle as never, { validator: validator as never })
  }
}

/** The log of a run that has ended takes nothing more. */
function tooLate({ finished }: RunState): Refusal | undefined {
  return finished ? { code: 'ChangeRefused', message: 'the run has ended' } : undefined
}
