// What Temporal's failure of an execution means for its subtask.
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  ServerFailure,
  TimeoutFailure,
  TimeoutType,
} from '@temporalio/common'
import { unknownOutcome } from '../../src/contract/effects'
import { decisiveError, type ErrorCode } from '../../src/contract/errors'
import type { GraphNode } from '../../src/contract/messages'
import { applyFailure, classifyFailure } from '../../src/contract/run/failure'
import { afterFailure } from '../../src/contract/run/failure-policy'
import { beginRun, preparedRun } from './support/begin-run'
import { AGENTS } from './support/defined-nodes'

const known = { agent: 'outline', timeoutMs: 500, deadline: '2026-11-20T12:00:00.000Z' }

/** As an orchestrator gets it. */
function activityFailure(cause: Error): ActivityFailure {
  return new ActivityFailure(
    'Activity task failed',
    'runAgent',
    'subtask-0',
    RetryState.NON_RETRYABLE_FAILURE,
    '1@a',
    cause,
  )
}

const rateLimit = ApplicationFailure.create({
  type: 'CommandFailed',
  message: 'git ended with 1',
  details: [
    { retryable: true, hint: 'look at its output', attempt: 3, durationMs: 12, wait: { worker: 'w', waitMs: 4 } },
  ],
})

test('an error of ours keeps its code, message, hint, and what was measured', () => {
  expect(classifyFailure(activityFailure(rateLimit), known)).toEqual({
    error: { code: 'CommandFailed', message: 'git ended with 1', hint: 'look at its output', retryable: true },
    details: rateLimit.details![0],
  })
})

test.each([
  ['a type that is not ours', ApplicationFailure.create({ type: 'TypeError', message: 'x is undefined' }), true],
  ['no type', ApplicationFailure.create({ message: 'x is undefined' }), true],
  ['no second chance', ApplicationFailure.nonRetryable('x is undefined'), false],
])('an error with %s is a failure of the agent', (_what, failure, retryable) => {
  const { error } = classifyFailure(activityFailure(failure), known)
  expect(error).toEqual({ code: 'AgentFailed', message: 'x is undefined', retryable })
})

test.each([
  [TimeoutType.START_TO_CLOSE, { code: 'Timeout', message: '"outline" did not end within 500 ms', retryable: true }],
  [TimeoutType.HEARTBEAT, { code: 'WorkerLost', retryable: true }],
  [
    TimeoutType.SCHEDULE_TO_CLOSE,
    { code: 'DeadlineExceeded', message: 'not done by its deadline 2026-11-20T12:00:00.000Z', retryable: false },
  ],
])('a timeout of the type %s has a code of its own, also as history writes it', (type, expected) => {
  const failure = new TimeoutFailure('timed out', undefined, type)
  expect(classifyFailure(activityFailure(failure), known).error).toMatchObject(expected)
  const decoded = { name: 'ActivityFailure', cause: { name: 'TimeoutFailure', timeoutType: `TIMEOUT_TYPE_${type}` } }
  expect(classifyFailure(decoded, known).error).toMatchObject(expected)
})

test('a deadline that passed between two attempts tells why the first one failed', () => {
  const failure = new TimeoutFailure('timed out', undefined, TimeoutType.SCHEDULE_TO_CLOSE)
  Object.assign(failure, { cause: rateLimit })
  expect(classifyFailure(activityFailure(failure), known).error.message).toBe(
    'not done by its deadline 2026-11-20T12:00:00.000Z; the attempt before it failed: git ended with 1',
  )
})

test('a cancellation is one, whether it comes from the run or from the agent', () => {
  for (const failure of [new CancelledFailure('bye'), activityFailure(new CancelledFailure('bye'))])
    expect(classifyFailure(failure, known).error).toMatchObject({ code: 'Cancelled', retryable: false })
})

test('the outermost failure decides: what it was caused by is not what happened', () => {
  for (const cause of [new CancelledFailure('bye'), new TimeoutFailure('late', undefined, TimeoutType.HEARTBEAT)]) {
    const failure = ApplicationFailure.create({ type: 'OutputRejected', message: 'no points', cause })
    expect(classifyFailure(activityFailure(failure), known).error.code).toBe('OutputRejected')
  }
})

test('anything else is told as it is', () => {
  expect(classifyFailure(activityFailure(new ServerFailure('shard closed', true)), known).error).toMatchObject({
    code: 'Internal',
    message: 'shard closed',
  })
  expect(classifyFailure('what', known).error).toMatchObject({ code: 'Internal', message: 'what' })
})

test('a failure ends its subtask, and a refusal hands it on', () => {
  const node: GraphNode = { id: 'a', agents: [0, 1], type: 'any', dependsOn: [], priority: 'normal' }
  const { state } = beginRun(preparedRun(AGENTS, [node]))
  state.started(state.next(0)!)
  const refusal = ApplicationFailure.create({ type: 'CannotHandle', message: 'not mine', nonRetryable: true })
  applyFailure(state, 0, activityFailure(refusal))
  expect(state.rows[0]!.state).toBe('ready')
  state.started(state.next(1)!)
  expect(applyFailure(state, 0, activityFailure(rateLimit)).wait).toEqual({ worker: 'w', waitMs: 4 })
  expect(state.rows[0]).toMatchObject({ state: 'failed', attempt: 3, durationMs: 12, error: { code: 'CommandFailed' } })
})

test('what may have been done, or comes too late, is not done by a fallback', () => {
  const policy = { fallback: 1, onFailure: 'hold' } as const
  const codes: ErrorCode[] = ['AgentFailed', 'UnknownOutcome', 'DeadlineExceeded']
  const after = (code: ErrorCode): string => afterFailure({ policy, code, fellBack: false, joined: false })
  expect(codes.map(after)).toEqual(['fallback', 'hold', 'hold'])
})

test('an effect of which nobody knows is named through whatever its author wraps it in', () => {
  const unknown = unknownOutcome({ name: 'pay', key: 'order 7' }, 'it threw: socket hang up')
  const wrapped = new Error('could not pay', { cause: unknown })
  expect(decisiveError(wrapped)).toMatchObject({ code: 'UnknownOutcome', retryable: false, hint: unknown.hint })
})
