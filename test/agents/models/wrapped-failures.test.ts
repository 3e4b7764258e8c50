// What a model's failure says, and the cap's, counts through whatever an agent's author wraps it in, in a child process too.
import { toFailure } from '../../../activities/failures'
import { fromErrorData, toErrorData } from '../../../src/agents/process/error-data'
import { TroupeError } from '../../../src/index'

const wrapped = (cause: unknown) => new Error('the research failed', { cause: new Error('no answer', { cause }) })
const spent = new TroupeError('BudgetExceeded', 'used up', { hint: 'raise the cap' })
const busy = new TroupeError('ModelUnavailable', 'busy', { retryable: true, retryAfterMs: 7_000 })

it.each([
  ['as it is', (error: Error) => error],
  ['from a child process', (error: Error) => fromErrorData(toErrorData(error))],
])('%s: neither retried in vain nor retried too soon', (_where, pass) => {
  expect(toFailure(pass(wrapped(spent)))).toMatchObject({
    type: 'BudgetExceeded',
    message: 'the research failed: used up',
    nonRetryable: true,
    details: [{ hint: 'raise the cap' }],
  })
  expect(toFailure(pass(wrapped(busy)))).toMatchObject({
    type: 'ModelUnavailable',
    nonRetryable: false,
    nextRetryDelay: 7_000,
  })
})

it('leaves other errors, and those that an author has coded, as they are', () => {
  const own = new TroupeError('OutputRejected', 'no', { retryable: true, cause: spent })
  expect(toFailure(own)).toMatchObject({ type: 'OutputRejected', message: 'no' })
  const refused = new TroupeError('OutputRejected', 'of another agent')
  expect(toFailure(wrapped(refused))).toMatchObject({ type: 'AgentFailed', message: 'the research failed' })
  const circle: Error = new Error('round')
  circle.cause = circle
  expect(toFailure(circle)).toMatchObject({ type: 'AgentFailed', nonRetryable: false })
})
