// WORKFLOW. What the orchestrator has done beside executions: conditions and maps looked at, outputs of people and reactions written down.
import { CancellationScope, proxyActivities } from '@temporalio/workflow'
import { messageOf } from '../src/contract/errors'
import { MAX_INNER_IN_FLIGHT } from '../src/contract/limits'
import type {
  AgentExecution,
  CheckChangeInput,
  CheckedChange,
  EvaluateInput,
  KeepOutputInput,
  Reacted,
  ReactInput,
  Verdict,
} from '../src/contract/activity-messages'
import type { RunKey } from '../src/contract/messages'
import { subtaskActivityId } from '../src/contract/names'
import { applyFailure } from '../src/contract/run/failure'
import type { Given } from '../src/contract/run/requests'
import type { RunState } from '../src/contract/run/run-state'
import { KEEP_OPTIONS } from './options'
import { ownFailure } from './refusals'
import { subtaskInput } from './subtask-input'

interface Activities {
  evaluateSubtask(input: EvaluateInput): Promise<Verdict>
  keepOutput(input: KeepOutputInput): Promise<AgentExecution>
  react(input: ReactInput): Promise<Reacted>
  checkChange(input: CheckChangeInput): Promise<CheckedChange>
}

/** None of these is cancelled with the run: each is short, and its result is ignored where it comes too late. */
export class InnerWork {
  inFlight = 0
  private reactions = 0

  /** `wake` is called after each. */
  constructor(
    private readonly state: RunState,
    private readonly run: RunKey,
    private readonly wake: () => void,
  ) {}

  /** Begins what there is to do; the rest waits for the next call. `quiet`: nothing that starts something. */
  dispatch(quiet: boolean): void {
    for (let given = this.state.requests.next(); given; given = this.state.requests.next())
      void this.counted(this.keep(given))
    if (quiet) return
    while (this.inFlight < MAX_INNER_IN_FLIGHT) {
      const place = this.state.evaluations.next()
      if (place === undefined) break
      void this.counted(this.evaluate(place))
    }
    const matches = this.state.reactions.next()
    if (matches) void this.counted(this.react(matches))
  }

  /** What the present plan makes of a change; a refusal is thrown as it is. */
  async check(change: CheckChangeInput['change']): Promise<CheckedChange> {
    const known = this.state.rows.map(({ id, dependsOn }, place) => {
      const fragment = this.state.fragment(place)
      return { id, dependsOn, ...(fragment === undefined ? {} : { fragment }) }
    })
    const now = new Date(Date.now()).toISOString()
    const id = `change-${this.state.planVersion}`
    try {
      return await this.call(id, ({ checkChange }) => checkChange({ ...this.where(), now, known, change }))
    } catch (error) {
      throw ownFailure(error)
    }
  }

  private async evaluate(place: number): Promise<void> {
    const subtask = this.state.graph(place).id
    const input: EvaluateInput = { ...subtaskInput(this.run, this.state, place), subtask }
    try {
      this.state.evaluations.ended(
        place,
        await this.call(subtaskActivityId(place, 'evaluate'), ({ evaluateSubtask }) => evaluateSubtask(input)),
      )
    } catch (failure) {
      applyFailure(this.state, place, failure)
    }
  }

  private async keep({ place, output }: Given): Promise<void> {
    const subtask = this.state.graph(place).id
    const { run, store } = this.where()
    const input: KeepOutputInput = { run, store, subtask, agent: this.state.agent(place).name, output }
    try {
      const kept = await this.call(subtaskActivityId(place, 'keep'), ({ keepOutput }) => keepOutput(input))
      this.state.requests.kept(place, kept)
    } catch (failure) {
      applyFailure(this.state, place, failure)
    }
  }

  private async react(matches: ReactInput['matches']): Promise<void> {
    try {
      const { fragment } = await this.call(`react-${this.reactions++}`, ({ react }) =>
        react({ ...this.where(), matches }),
      )
      this.state.reactions.made(fragment)
    } catch (failure) {
      this.state.reactions.failed(messageOf((failure as Error).cause ?? failure))
    }
  }

  /** In flight until what came of it is in the state: a run that continued as new before that would lose it. */
  private async counted(work: Promise<void>): Promise<void> {
    this.inFlight++
    await work
    this.inFlight--
    this.wake()
  }

  private call<Result>(activityId: string, work: (activities: Activities) => Promise<Result>): Promise<Result> {
    const activities = proxyActivities<Activities>({ ...KEEP_OPTIONS, activityId, summary: activityId })
    return CancellationScope.nonCancellable(() => work(activities))
  }

  private where() {
    const { store, spec } = this.state.prepared
    return { run: this.run, store, spec }
  }
}
