// Conditions: each of the four tests on values, on what is missing and on what did not succeed; equality; the sentence.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { JsonValue } from '../../src/contract/json'
import type { Condition } from '../../src/contract/plan'
import { holds, sameJson, unmet, type Found } from '../../src/contract/run/conditions'

type Test = Omit<Condition, 'from' | 'path'>

const MISSING: Found = { found: false }
const FAILED: Found = { found: false, status: 'failed' }
const is = (value: JsonValue): Found => ({ found: true, value })
const on = (test: Test, path?: string): Condition => ({
  from: 'check',
  ...(path === undefined ? {} : { path }),
  ...test,
})

test.each<[Test, Found, boolean]>([
  [{ equals: 'yes' }, is('yes'), true],
  [{ equals: 'yes' }, is('no'), false],
  [{ equals: 1 }, is('1'), false],
  [{ equals: 0 }, is(false), false],
  [{ equals: null }, is(null), true],
  [{ equals: null }, MISSING, false],
  [{ equals: { a: [1, { b: 2 }], c: 3 } }, is({ c: 3, a: [1, { b: 2 }] }), true],
  [{ equals: [] }, is({}), false],
  [{ equals: 'yes' }, FAILED, false],
  [{ notEquals: 'yes' }, is('no'), true],
  [{ notEquals: 'yes' }, is('yes'), false],
  [{ notEquals: null }, is(null), false],
  [{ notEquals: 'yes' }, MISSING, true],
  [{ notEquals: 'yes' }, FAILED, true],
  [{ in: ['a', ['b']] }, is('a'), true],
  [{ in: ['a', ['b']] }, is(['b']), true],
  [{ in: ['a', ['b']] }, is('b'), false],
  [{ in: [] }, is('b'), false],
  [{ in: ['a', null] }, FAILED, false],
  [{ exists: true }, is(null), true],
  [{ exists: true }, is(false), true],
  [{ exists: true }, MISSING, false],
  [{ exists: true }, FAILED, false],
  [{ exists: false }, is(null), false],
  [{ exists: false }, MISSING, true],
  [{ exists: false }, FAILED, true],
])('%j on %j: %s', (one, found, expected) => {
  expect(holds(on(one), found)).toBe(expected)
  expect(unmet(on(one), found) === undefined).toBe(expected)
})

test.each<[Condition, Found, string]>([
  [on({ equals: true }, '/passed'), is(false), 'the output of "check" at "/passed" is false, but must equal true'],
  [on({ equals: true }, '/passed'), MISSING, 'the output of "check" at "/passed" is missing, but must equal true'],
  [
    on({ equals: 'x' }),
    { found: false, status: 'skipped' },
    'the output of "check" is missing, since "check" was skipped, but must equal "x"',
  ],
  [on({ notEquals: [] }), is([]), 'the output of "check" is [], but must not equal []'],
  [on({ exists: false }, ''), is({ a: 1 }), 'the output of "check" is {"a":1}, but must not exist'],
  [on({ exists: true }), FAILED, 'the output of "check" is missing, since "check" failed, but must exist'],
  [
    { from: 'inputs', path: '/mode', in: ['fast', 'slow'] },
    is('odd'),
    'the input at "/mode" is "odd", but must be one of ["fast","slow"]',
  ],
])('%j on %j says: %s', (condition, found, sentence) => {
  expect(unmet(condition, found)).toBe(sentence)
})

test('a sentence stays short, and on one line, whatever was found', () => {
  const sentence = unmet(on({ in: Array.from({ length: 500 }, () => 'choice') }), is('\u2028\n'.repeat(10_000)))!
  expect(sentence.length).toBeLessThan(400)
  expect(sentence).not.toMatch(/[\n\u2028]/)
})

test('two values are the same when Node says so, whatever the order of their keys', () => {
  const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>
  fc.assert(
    fc.property(value, value, (one, other) => {
      // JSON has one zero
      const [a, b] = [one, other].map((each) => JSON.parse(JSON.stringify(each)) as JsonValue)
      expect(sameJson(a, b)).toBe(isDeepStrictEqual(a, b))
    }),
  )
  fc.assert(fc.property(value, (one) => void expect(sameJson(one, reversed(one))).toBe(true)))
  expect(sameJson(JSON.parse('{"__proto__":1}'), {})).toBe(false)
  expect(sameJson(JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}'))).toBe(true)
})

test('of any value and any test, a condition and its opposite never agree', () => {
  const value = fc.jsonValue() as fc.Arbitrary<JsonValue>
  const found = fc.oneof(value.map(is), fc.constantFrom<Found>(MISSING, FAILED))
  fc.assert(
    fc.property(value, found, (wanted, one) => {
      expect(holds(on({ equals: wanted }), one)).toBe(!holds(on({ notEquals: wanted }), one))
      expect(holds(on({ in: [wanted] }), one)).toBe(holds(on({ equals: wanted }), one))
      expect(holds(on({ exists: true }), one)).toBe(!holds(on({ exists: false }), one))
    }),
  )
})

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  )
}
