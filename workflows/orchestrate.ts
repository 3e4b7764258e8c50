// WORKFLOW. One run of a plan, from top to bottom: messages, state, handlers, main loop, end.
import {
  CancellationScope,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import type {
  EventsAnswer,
  EventsInput,
  OrchestrateInput,
  PublishInput,
  RunKey,
  StatusAnswer,
  StatusInput,
} from '../src/contract/messages'
import { EVENTS_QUERY, PUBLISH_SIGNAL, STATUS_QUERY } from '../src/contract/names'
import type { RunResult } from '../src/contract/run'
import { RunState } from '../src/contract/run/run-state'
import { statusAnswer, type Live } from './answers'
import { closeRun, prepare } from './begin-and-end'
import { describeRun } from './details'
import { Dispatcher } from './dispatcher'
import { RunLog } from './run-log'
import { showStatus } from './visibility'

export const publishSignal = defineSignal<[PublishInput]>(PUBLISH_SIGNAL)
export const statusQuery = defineQuery<StatusAnswer, [StatusInput?]>(STATUS_QUERY)
export const eventsQuery = defineQuery<EventsAnswer, [EventsInput?]>(EVENTS_QUERY)

/**
 * Runs a plan: each subtask the moment its own last dependency is done, each execution an activity on its agent's queue.
 * Fails as `InvalidPlan` (nothing was started), or as `RunFailed` or the code that decided (`BudgetExceeded`, `TestsFailed`,
 * a model's) with the `RunResult` as its first detail.
 */
export async function orchestrate(input: OrchestrateInput): Promise<RunResult> {
  const info = workflowInfo()
  const run: RunKey = { workflowId: info.workflowId, firstRunId: info.firstExecutionRunId }
  const startedAt = info.startTime.toISOString()
  const log = new RunLog(run)
  let live: Live | undefined
  let closing = false
  let wake = (): void => undefined

  setHandler(publishSignal, (event) => {
    log.publish(event)
    wake() // there may be something to seal
  })
  setHandler(statusQuery, (page) => statusAnswer(run, live, startedAt, log.events.end, page))
  setHandler(eventsQuery, (filter) => log.read(filter ?? {}, closing))

  const prepared = await prepare(input, run)
  const state = new RunState(prepared.agents, Date.now, (event) => log.append(event))
  const dispatcher = new Dispatcher(state, prepared, run, () => wake())
  live = { prepared, state, dispatcher }
  showStatus(prepared, 'running')
  state.begin(prepared.plan, prepared.team, prepared.nodes)
  CancellationScope.current().cancelRequested.catch(() => {
    state.cancel()
    wake()
  })

  let alarm: number | undefined
  while (!state.finished) {
    const deadline = state.expire()
    if (deadline !== undefined && deadline !== alarm) void wakeAt((alarm = deadline))
    dispatcher.dispatch()
    log.sealIfDue(prepared.store)
    setCurrentDetails(describeRun(state))
    if (!state.finished) await new Promise<void>((resolve) => (wake = resolve))
  }

  state.close()
  closing = true
  setCurrentDetails(describeRun(state))
  return await closeRun({ run, prepared, state, log, startedAt })

  async function wakeAt(time: number): Promise<void> {
    await CancellationScope.nonCancellable(() => sleep(Math.max(1, time - Date.now())))
    if (alarm === time) alarm = undefined // a clock that runs behind is waited for once more
    wake()
  }
}
