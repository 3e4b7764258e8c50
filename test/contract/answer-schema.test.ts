// Schemas of answers that are no good, or take long: whoever decides is refused, and the run lives on.
import type { JsonObject, JsonValue } from '../../src/contract/json'
import { answerMismatch } from '../../src/contract/run/answer-schema'

test.each<[string, JsonObject, JsonValue, RegExp]>([
  [
    'refers to nothing',
    { $ref: '#/$defs/none' },
    'x',
    /cannot be applied to the answer: Unresolved \$ref "#\/\$defs\/none"/,
  ],
  ['refers to itself', { $ref: '#' }, 'x', /cannot be applied to the answer: Maximum call stack/],
  ['has a pattern that is none', { pattern: '(' }, 'x', /cannot be applied to the answer: .*regular expression/],
  ['fits not', { properties: { n: { type: 'number' } } }, { n: 'x' }, /^the answer is refused by its schema: \/n: /],
  [
    'would take minutes',
    { items: { uniqueItems: true } },
    [Array.from({ length: 100_000 }, (_, n) => n)],
    /more than 2000/,
  ],
])('a schema that %s', (_, schema, answer, message) => {
  expect(answerMismatch(schema, answer)).toMatch(message)
})

test('an answer that fits', () => {
  expect(answerMismatch({ type: 'array', uniqueItems: true }, [1, 2, { a: [1] }])).toBeUndefined()
})
