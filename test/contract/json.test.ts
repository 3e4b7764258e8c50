// Sizes, pointers, references and cycles, each against something that is known to be right.
import fc from 'fast-check'
import { findCycles } from '../../src/contract/cycles'
import {
  jsonBytes,
  pointerSteps,
  preview,
  quote,
  resolvePointer,
  short,
  toPointer,
  utf8Bytes,
} from '../../src/contract/json'
import { findReferences, replaceReferences } from '../../src/contract/references'

const text = fc.string({ unit: 'binary' })

test('sizes are what Node counts, whatever the value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(jsonBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)))
    }),
  )
  fc.assert(fc.property(text, (one) => void expect(utf8Bytes(one)).toBe(Buffer.byteLength(one))))
  expect(jsonBytes('\ud800')).toBe(Buffer.byteLength('"\\ud800"'))
  expect(jsonBytes(undefined)).toBe(0)
})

test('a pointer leads to its steps and back, and to the value', () => {
  const step = fc.oneof(text, fc.constantFrom('', '~', '/', '~1', '~01', '__proto__', 'constructor', '0'))
  fc.assert(
    fc.property(fc.array(step), fc.jsonValue(), (steps, leaf) => {
      expect(pointerSteps(toPointer(steps))).toEqual(steps)
      const value = steps.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), leaf)
      expect(resolvePointer(value, toPointer(steps))).toEqual({ found: true, value: leaf })
    }),
  )
})

test.each(['a', '/~', '/~2', 'a/b', '/a~'])('%s is no pointer', (pointer) => {
  expect(pointerSteps(pointer)).toBeUndefined()
  expect(resolvePointer({ a: 1 }, pointer).found).toBe(false)
})

test('a pointer that leads nowhere says how far it came, and finds nothing inherited', () => {
  const value = { list: [{ x: 1 }], text: 'abc' }
  expect(resolvePointer(value, '/list/0/y/z')).toEqual({ found: false, at: '/list/0', choices: ['x'] })
  expect(resolvePointer(value, '/text/0')).toEqual({ found: false, at: '/text', choices: [] })
  for (const pointer of ['/constructor', '/list/length', '/list/-', '/list/00', '/__proto__', '/list/1']) {
    expect(resolvePointer(value, pointer).found).toBe(false)
  }
})

test('a preview keeps to its length, splits no character and holds no control character', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.integer({ min: 5, max: 100 }), (value, limit) => {
      const shown = preview(value, limit)
      expect(shown.length).toBeLessThanOrEqual(limit)
      expect(Buffer.from(shown).toString()).toBe(shown) // no half characters
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    }),
  )
  fc.assert(fc.property(text, (one) => void expect(JSON.parse(quote(one))).toBe(one)))
  expect([undefined, 1n, Symbol('s')].map((value) => preview(value))).toEqual(['undefined', '1n', 'Symbol(s)'])
  const circle: unknown[] = []
  circle.push(circle)
  expect([circle, [1n], { toJSON: () => undefined, toString: 1, valueOf: 1 }].map((value) => preview(value))).toEqual([
    '[object Array]',
    '[object Array]',
    '[object Object]',
  ])
})

test('values are shown short: texts as they are, the rest as JSON', () => {
  expect(short('text')).toBe('text')
  expect(short({ a: [1] })).toBe('{"a":[1]}')
  expect(short(undefined)).toBe('undefined')
  expect(short('x'.repeat(5_000_000), 10)).toBe('xxxxxxxxx…')
  expect(short('x'.repeat(9) + '🚀', 10)).toBe('xxxxxxxxx…')
})

test('references are found where they are, and replaced in a copy', () => {
  const payload: unknown = JSON.parse(
    '{"a": [1, {"$from": "x"}], "__proto__": {"$from": "y", "path": "/k"}, "b": null}',
  )
  expect(findReferences(payload)).toEqual([
    { reference: { $from: 'x' }, at: ['a', 1] },
    { reference: { $from: 'y', path: '/k' }, at: ['__proto__'] },
  ])
  const replaced = replaceReferences(payload, ({ $from }) => `<${$from}>`)
  expect(JSON.stringify(replaced)).toBe('{"a":[1,"<x>"],"__proto__":"<y>","b":null}')
  expect(findReferences(payload)).toHaveLength(2)
})

describe('cycles', () => {
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) => fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }))

  /** Kahn: a graph is free of cycles if everything can be taken off. */
  const isAcyclic = (edges: readonly (readonly number[])[]): boolean => {
    const left = new Set(edges.keys())
    for (let taken = true; taken;) {
      taken = false
      for (const node of left) if (!edges[node]!.some((target) => left.has(target))) taken = left.delete(node)
    }
    return left.size === 0
  }

  test('are cycles, share no edge, and leave none behind', () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const cycles = findCycles(edges)
        expect(cycles.length === 0).toBe(isAcyclic(edges))
        const used = cycles.flatMap((cycle) =>
          cycle.map((node, place) => `${node}>${cycle[(place + 1) % cycle.length]}`),
        )
        expect(new Set(used).size).toBe(used.length)
        for (const edge of used) {
          const [from, to] = edge.split('>').map(Number)
          expect(edges[from!]).toContain(to)
        }
        for (const cycle of cycles) expect(new Set(cycle).size).toBe(cycle.length)
        const rest = edges.map((targets, node) => targets.filter((target) => !used.includes(`${node}>${target}`)))
        expect(isAcyclic(rest)).toBe(true)
      }),
    )
  })

  test('are found in a ring of thousands, and among thousands no more than wanted', () => {
    const ring = Array.from({ length: 5_000 }, (_, node) => [(node + 1) % 5_000])
    expect(findCycles(ring)).toEqual([ring.map((_, node) => node)])
    const all = Array.from({ length: 60 }, () => Array.from({ length: 60 }, (_, node) => node))
    expect(findCycles(all, 50)).toHaveLength(50)
  })
})
