// Which name somebody may have meant: the same as by comparing with every choice, and in a bounded time.
import fc from 'fast-check'
import { choicesHint, choicesHints, nearest } from '../../src/contract/nearest'

/** The distance as its definition says: a letter added, removed or exchanged, or two neighbours swapped, is one edit. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    const above = rows[i - 1]!
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
          above[j]! + 1,
          row[j - 1]! + 1,
          swapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
        ),
      )
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), maxLength: 20 })

test('the nearest are those within a third of the length in edits, at most five, nearest first', () => {
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 12 }), (name, choices) => {
      const limit = Math.min(5, Math.max(1, Math.floor(name.length / 3)))
      const expected = choices
        .map((choice) => ({ choice, edits: distance(name, choice) }))
        .filter(({ edits }) => edits <= limit)
        .sort((a, b) => a.edits - b.edits)
        .slice(0, 3)
        .map(({ choice }) => choice)
      expect(nearest(name, choices)).toEqual(expected)
    }),
    { numRuns: 2_000 },
  )
})

test('case does not count', () => {
  expect(nearest('Outline', ['draft', 'OUTLINE'])).toEqual(['OUTLINE'])
})

test('a hint says what was meant, or what there is, or that there is nothing', () => {
  const many = Array.from({ length: 20 }, (_, index) => `agent-number-${index}`)
  expect(choicesHint('ehco', ['echo', 'wait'], 'agents')).toBe('did you mean "echo"?')
  expect(choicesHint('bake', ['bakes', 'lake'], 'agents')).toBe('did you mean "bakes" or "lake"?')
  expect(choicesHint('zzz', ['echo', 'wait'], 'agents')).toBe('agents: echo, wait')
  expect(choicesHint('zzz', [], 'agents')).toBe('there are no agents')
  expect(choicesHint('zzz', many, 'agents')).toMatch(/^agents: agent-number-0, .*agent-number-15, … \(20 in all\)$/)
})

test('thousands of names against thousands of choices take a bounded time, and still each gets its hint', () => {
  const name = (index: number): string => `${(index * 7919) % 2_003}-${'x'.repeat(60)}-${index % 97}-${'y'.repeat(50)}`
  const choices = Array.from({ length: 2_000 }, (_, index) => name(index))
  const hint = choicesHints(choices, 'subtasks')
  const began = Date.now()
  const hints = Array.from({ length: 20_000 }, (_, index) => hint(`${index}${name(index)}`))
  const took = Date.now() - began
  expect(hints[0]).toMatch(/^did you mean "/)
  expect(hints.at(-1)).toMatch(/^subtasks: .*\(2000 in all\)$/)
  expect(hint(`0${name(0)}`)).toBe(hints[0])
  // Measured: below a second; without a bound it is minutes
  expect(took).toBeLessThan(30_000)
})
