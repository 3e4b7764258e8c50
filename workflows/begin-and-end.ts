// WORKFLOW. The first step of a run, which checks its plan, and the last, which keeps what it leaves.
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  proxyActivities,
  proxyLocalActivities,
  upsertMemo,
} from '@temporalio/workflow'
import { isObject } from '../src/contract/json'
import type { CloseRunInput, PreparedRun, PreparePlanInput } from '../src/contract/activity-messages'
import type { OrchestrateInput, RunKey } from '../src/contract/messages'
import { RESULT_MEMO } from '../src/contract/names'
import type { RunResult } from '../src/contract/run'
import { runFailure } from '../src/contract/run/run-failure'
import type { RunState } from '../src/contract/run/run-state'
import { KEEP_OPTIONS, PREPARE_OPTIONS, TAKE_OVER_OPTIONS } from './options'
import { ownFailure } from './refusals'
import type { RunLog } from './run-log'
import { showStatus } from './visibility'

type Preparing = { preparePlan(input: PreparePlanInput): Promise<PreparedRun> }
const activities = proxyActivities<{ closeRun(input: CloseRunInput): Promise<RunResult> }>(KEEP_OPTIONS)

/** Events that arrive while the document is written are added by writing it again, at most so often. */
const CLOSE_ROUNDS = 10

/**
 * Checks the plan; a refusal fails the run with its own code, not as a failed activity. Runs of older versions had a local one, not
 * a plain one: when a query is answered meanwhile, the SDK puts its outcome down with the task before the one that takes it up, and
 * replays it there, so that what the run is told in between comes in another order.
 */
export async function prepare(input: OrchestrateInput, run: RunKey, isPlain: boolean): Promise<PreparedRun> {
  try {
    const options = isObject(input) && input.retry ? TAKE_OVER_OPTIONS : PREPARE_OPTIONS
    const { preparePlan } = isPlain
      ? proxyActivities<Preparing>({ ...options, summary: 'the plan is checked' })
      : proxyLocalActivities<Preparing>(options)
    return await preparePlan({ ...input, run, now: new Date(Date.now()).toISOString() })
  } catch (error) {
    throw ownFailure(error)
  }
}

export interface Closing {
  run: RunKey
  prepared: PreparedRun
  state: RunState
  log: RunLog
  startedAt: string
}

/** Stores the final document and ends the run as its outcome says; also when it was cancelled. */
export async function closeRun({ run, prepared, state, log, startedAt }: Closing): Promise<RunResult> {
  const endedAt = new Date(Date.now()).toISOString()
  const { plan, team, store } = prepared
  const status = state.outcome // once: a cancel that comes now changes nothing any more
  let result: RunResult
  let known: number
  let round = 0
  do {
    await log.settled()
    known = log.events.end
    const input = {
      run,
      store,
      plan,
      team,
      status,
      counts: state.counts,
      startedAt,
      endedAt,
      planVersion: state.planVersion,
      ...(prepared.retryOf === undefined ? {} : { retryOf: prepared.retryOf }),
      subtasks: [...state.rows],
      segments: log.events.segments,
      events: [...log.events.unsealed()],
    }
    result = await CancellationScope.nonCancellable(() => activities.closeRun(input))
  } while (log.events.end > known && ++round < CLOSE_ROUNDS)
  showStatus(prepared, status)
  if (status === 'succeeded') return result
  if (status === 'cancelled') {
    upsertMemo({ [RESULT_MEMO]: result })
    throw new CancelledFailure('the run was cancelled')
  }
  const { code, message } = runFailure(state.rows)
  throw ApplicationFailure.create({ type: code, message, nonRetryable: true, details: [result] })
}
