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
  [
    'fits not',
    { properties: { n: { type: 'number' } } },
    { n: 'x' },
    /^the answer is refused by its schema: \/n is "x": /,
  ],
  [
    'wants other keys',
    { properties: { n: { type: 'integer', minimum: 1 } }, required: ['n', 'k'], additionalProperties: false },
    { n: 0, m: 3 },
    /\{"n":0,"m":3\}: Instance does not have required property "k".*\/n is 0: 0 is less than 1.*\/m is a key that it does not know/,
  ],
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
