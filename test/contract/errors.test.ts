// Errors by shape: they come from other realms, other copies of a class, and from agents that throw whatever they like.
import { runInNewContext } from 'node:vm'
import { asTroupeError, ERROR_CODES, messageOf, TroupeError } from '../../src/contract/errors'

test.each<[thrown: unknown, message: string]>([
  [new Error('it broke'), 'it broke'],
  [runInNewContext("new Error('elsewhere')"), 'elsewhere'],
  ['a text', 'a text'],
  [{ message: 'like one' }, 'like one'],
  [undefined, 'undefined'],
  [null, 'null'],
  [5, '5'],
  [{ code: 7 }, '{"code":7}'],
  [Object.create(null), '{}'],
  [{ message: 5, toString: 1 }, '{"message":5,"toString":1}'],
])('%p has a text', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message)
})

test('an error of ours is known by its shape, with all that it says', () => {
  const problems = [{ path: 'subtasks', message: 'none' }]
  const error = new TroupeError('InvalidPlan', 'the plan is wrong', { hint: 'mend it', problems, cause: 'x' })
  expect(asTroupeError(error)).toBe(error)
  const copy = {
    name: 'TroupeError',
    code: 'InvalidPlan',
    message: error.message,
    hint: 'mend it',
    retryable: false,
    problems,
  }
  expect(asTroupeError(copy)).toMatchObject({ code: 'InvalidPlan', message: error.message, hint: 'mend it', problems })
  expect(asTroupeError(copy)).toBeInstanceOf(TroupeError)
})

test('anything else is none of ours', () => {
  for (const other of [undefined, null, 'TroupeError', new Error('x'), { name: 'TroupeError', code: 'NoSuchCode' }])
    expect(asTroupeError(other)).toBeUndefined()
})

test('every code is listed once', () => {
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length)
})
