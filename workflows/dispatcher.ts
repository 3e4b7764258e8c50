// WORKFLOW. Hands ready subtasks to their agents' queues and feeds what comes back into the run's state.
import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow'
import { MAX_IN_FLIGHT, SCHEDULED_PER_WORKFLOW_TASK } from '../src/contract/limits'
import type { RunAgentInput, RunAgentResult } from '../src/contract/activity-messages'
import type { RunKey } from '../src/contract/messages'
import { applyFailure } from '../src/contract/run/failure'
import type { RunState } from '../src/contract/run/run-state'
import { AgentWindow } from './agent-window'
import { executionOptions } from './options'
import { subtaskInput } from './subtask-input'

type AgentActivities = { runAgent(input: RunAgentInput): Promise<RunAgentResult> }

export class Dispatcher {
  readonly windows: AgentWindow[]
  inFlight = 0
  private scheduled = 0
  private turn = 0
  private readonly scopes = new Map<number, CancellationScope>()

  /** `wake` is called after every change that may let something new start; `sizes` are those of windows in the link before. */
  constructor(
    private readonly state: RunState,
    private readonly run: RunKey,
    private readonly wake: () => void,
    private readonly startedAt: string,
    sizes: readonly number[] = [],
  ) {
    this.windows = state.prepared.agents.map((agent, place) => new AgentWindow(agent.maxConcurrency, sizes[place]))
  }

  /** Starts all that windows and limits allow; the rest waits for the next call. Agents take turns: none uses a limit up. */
  dispatch(): void {
    if (this.state.cancelling) return
    let idle = 0
    while (idle < this.windows.length && this.inFlight < MAX_IN_FLIGHT && this.scheduled < SCHEDULED_PER_WORKFLOW_TASK)
      idle = this.startOne() ? 0 : idle + 1
  }

  /** Tells an execution that is in flight to end. */
  interrupt(place: number): void {
    this.scopes.get(place)?.cancel()
  }

  /** One subtask of the agent whose turn it is, if it has one that may start. */
  private startOne(): boolean {
    const agent = this.turn
    this.turn = (agent + 1) % this.windows.length
    const window = this.windows[agent]!
    const place = window.free > 0 ? this.state.next(agent) : undefined
    if (place === undefined) return false
    void this.execute(place, window)
    return true
  }

  private async execute(place: number, window: AgentWindow): Promise<void> {
    const node = this.state.graph(place)
    const agent = this.state.agent(place)
    const retries = this.state.retriesOf(place)
    const scope = new CancellationScope()
    this.countScheduled()
    this.state.started(place)
    window.started()
    this.inFlight++
    this.scopes.set(place, scope)
    try {
      const { runAgent } = proxyActivities<AgentActivities>(executionOptions(place, node, agent, Date.now(), retries))
      const result = await scope.run(() => runAgent(this.inputOf(place)))
      window.ended(result.wait)
      this.state.returned(place, result)
    } catch (failure) {
      window.ended(applyFailure(this.state, place, failure).wait)
    }
    if (this.scopes.get(place) === scope) this.scopes.delete(place)
    this.inFlight--
    this.wake()
  }

  private inputOf(place: number): RunAgentInput {
    const { id, type, priority, deadline } = this.state.graph(place)
    const task = { id, type, priority, ...(deadline === undefined ? {} : { deadline }) }
    const budgets = this.state.budgets.levelsOf(place, this.startedAt)
    const decided = this.state.decisionOn(place)
    const more = { ...(budgets ? { budgets } : {}), ...(decided ? { decided } : {}) }
    return { ...subtaskInput(this.run, this.state, place), task, ...more }
  }

  /** A full portion rests for a millisecond of the server's time: what follows goes into the next workflow task. */
  private countScheduled(): void {
    if (++this.scheduled < SCHEDULED_PER_WORKFLOW_TASK) return
    void CancellationScope.nonCancellable(() => sleep(1)).then(() => {
      this.scheduled = 0
      this.wake()
    })
  }
}
