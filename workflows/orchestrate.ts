// WORKFLOW. One run of a plan, from top to bottom: messages, state, handlers, main loop, end.
import {
  CancellationScope,
  defineQuery,
  makeContinueAsNewFunc,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import type { PreparedRun } from '../src/contract/activity-messages'
import type {
  EventsAnswer,
  EventsInput,
  OrchestrateInput,
  RunKey,
  StatusAnswer,
  StatusInput,
} from '../src/contract/messages'
import { isObject } from '../src/contract/json'
import { EVENTS_QUERY, STARTED_MEMO, STATUS_QUERY } from '../src/contract/names'
import type { RunResult } from '../src/contract/run'
import type { CarriedRun } from '../src/contract/run/carried'
import { RunState, type Surroundings } from '../src/contract/run/run-state'
import { statusAnswer, type Live } from './answers'
import { closeRun, prepare } from './begin-and-end'
import { Continuation } from './continuation'
import { Details } from './details'
import { Dispatcher } from './dispatcher'
import { Handlers } from './handlers'
import { InnerWork } from './inner-work'
import { RunLog } from './run-log'
import { Trace } from './trace'
import { showStatus } from './visibility'

export const statusQuery = defineQuery<StatusAnswer, [StatusInput?]>(STATUS_QUERY)
export const eventsQuery = defineQuery<EventsAnswer, [EventsInput?]>(EVENTS_QUERY)

/**
 * Runs a plan: each subtask the moment its own last dependency is done, each execution an activity on its agent's queue.
 * Fails as `InvalidPlan` (nothing was started), or as `RunFailed` or the code that decided (`BudgetExceeded`, `TestsFailed`,
 * a model's) with the `RunResult` as its first detail. Continues as new by handing `known` and `carried` to itself.
 */
export async function orchestrate(
  input: OrchestrateInput,
  known?: PreparedRun,
  carried?: CarriedRun,
): Promise<RunResult> {
  // Asked before anything else: a replay may have the outcome of a local activity a task earlier than it was, where the answer to
  // a question that is asked after it is not known yet. Runs without this mark are older ones.
  const isPlain = patched('the plan is checked by a plain activity')
  const info = workflowInfo()
  const run: RunKey = { workflowId: info.workflowId, firstRunId: info.firstExecutionRunId }
  const startedAt = carried?.startedAt ?? info.startTime.toISOString()
  let live: Live | undefined
  let closing = false
  let awake = (): void => undefined
  const wake = (): void => awake()

  const log = new RunLog(run, wake, carried)
  const continuation = new Continuation(wake)
  const surroundings: Surroundings = {
    now: Date.now,
    emit: (event) => log.append(event),
    interrupt: (place) => live?.dispatcher.interrupt(place),
  }
  if (known && carried) begin(known, RunState.restore(known, carried.state, surroundings))
  setHandler(statusQuery, (page) => statusAnswer(run, live, startedAt, log.events.end, page))
  setHandler(eventsQuery, (filter) => log.read(filter ?? {}, closing))
  const handlers = new Handlers(() => live, log, continuation, wake)

  if (!live) {
    const prepared = await prepare(input, run, isPlain)
    const state = RunState.begin(prepared, { ...surroundings, open: isObject(input) && input.open === true })
    begin(prepared, state)
    handlers.begin(state)
    showStatus(prepared, 'running')
  }
  const { prepared, state, dispatcher, inner } = live!
  CancellationScope.current().cancelRequested.catch(() => {
    state.cancel()
    wake()
  })

  const details = new Details(state)
  const trace = new Trace(isPlain)
  let alarm: number | undefined
  let looking = false
  while (!state.finished || handlers.running > 0) {
    const next = state.expire()
    if (next !== undefined && next !== alarm) void wakeAt((alarm = next))
    const due = !state.cancelling && continuation.isDue()
    // At once where it is possible: a timer that fires meanwhile would have the server refuse it
    if (due && isQuiet()) await continueRun()
    const quiet = due && continuation.holdsBack()
    live!.continuing = quiet
    if (!quiet) dispatcher.dispatch()
    inner.dispatch(quiet)
    log.sealIfDue(prepared.store)
    details.update()
    trace.leave(log.events.end)
    if (!state.finished || handlers.running > 0) await new Promise<void>((resolve) => (awake = resolve))
  }

  state.end()
  closing = true
  details.update(true)
  return await closeRun({ run, prepared, state, log, startedAt })

  function begin(prepared: PreparedRun, state: RunState): void {
    continuation.look(prepared.continueAfterEvents)
    const dispatcher = new Dispatcher(state, run, wake, startedAt, carried?.windows)
    live = { prepared, state, startedAt, dispatcher, inner: new InnerWork(state, run, wake) }
  }

  /** Nothing is lost with the workflow run: no activity, no handler, and no answer that is not out yet. */
  function isQuiet(): boolean {
    if (dispatcher.inFlight + inner.inFlight + handlers.running > 0 || log.isSealing) return false
    const later = continuation.restlessUntil()
    if (later === undefined && handlers.lastTask !== workflowInfo().historyLength) return true
    lookAgain(later ?? Date.now() + 1)
    return false
  }

  /** The memo goes along as it was handed over: what the same task writes into it would not. */
  function continueRun(): Promise<never> {
    const windows = dispatcher.windows.map(({ size }) => size)
    const next: CarriedRun = { state: state.carry(), startedAt, windows, ...log.carry() }
    const memo = { ...info.memo, [STARTED_MEMO]: startedAt }
    return makeContinueAsNewFunc<typeof orchestrate>({ memo })(input, prepared, next)
  }

  /** One timer at a time, however often it is asked for. */
  function lookAgain(time: number): void {
    if (looking) return
    looking = true
    void CancellationScope.nonCancellable(() => sleep(Math.max(1, time - Date.now()))).then(() => {
      looking = false
      wake()
    })
  }

  async function wakeAt(time: number): Promise<void> {
    await CancellationScope.nonCancellable(() => sleep(Math.max(1, time - Date.now())))
    if (alarm === time) alarm = undefined // a clock that runs behind is waited for once more
    wake()
  }
}
