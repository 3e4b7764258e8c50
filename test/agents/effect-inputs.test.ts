// Inputs of effects: what JSON would leave out, or make equal to another, is refused before anything is claimed or asked.
import { memoryLedger } from '../../src/agents/ledger/memory-ledger'
import { memoryEffects } from '../../src/agents/memory-effects'
import { attempt } from './ledger/support/executions'

class Order {
  readonly #to: string
  constructor(to: string) {
    this.#to = to
  }
  get to(): string {
    return this.#to
  }
}
const circle: Record<string, unknown> = {}
circle.again = circle

function pay(effects: ReturnType<typeof memoryEffects>, input: unknown): Promise<unknown> {
  return attempt(memoryLedger(), (context) => context.effect('pay', { key: 'k', input }, () => 'paid'), { effects })
}

it.each<[string, unknown, string]>([
  ['a map', new Map([['to', 'mallory']]), 'input is an instance of Map'],
  ['a set within', { to: new Set(['mallory']) }, 'input.to is an instance of Set'],
  ['no number', { usd: NaN }, 'input.usd is NaN'],
  ['an endless number', { usd: [Infinity] }, 'input.usd[0] is Infinity'],
  ['a function', { to: () => 'mallory' }, 'input.to is a function'],
  ['a symbol', Symbol('mallory'), 'input is a symbol'],
  ['a gap', [undefined], 'input[0] is undefined'],
  ['an instance', { order: new Order('mallory') }, 'input.order is an instance of Order'],
  ['no date', { at: new Date(NaN) }, 'input.at has no JSON form'],
  ['a pattern', /mallory/, 'input is an instance of RegExp'],
  ['a circle', circle, 'is nested deeper than 100 levels'],
])('%s is refused, and nothing is done', async (_what, input, place) => {
  const effects = memoryEffects()
  await expect(pay(effects, input)).rejects.toMatchObject({
    ...{ code: 'AgentFailed', retryable: false },
    message: expect.stringContaining(`the effect "pay" (key "k") has an input that JSON cannot hold: input`) as string,
  })
  await expect(pay(effects, input)).rejects.toThrow(place)
  expect(effects.done).toEqual([])
})

it.each<[string, unknown, unknown]>([
  ['nothing', undefined, 0],
  ['plain data', { to: ['ann', null, true, { usd: 5, not: undefined }] }, { to: ['ann'] }],
  ['data without a prototype', Object.assign(Object.create(null), { usd: 5 }), { usd: 6 }],
  ['a bigint', { usd: 5n }, { usd: 6n }],
  ['bytes', new Uint8Array([1]), new Uint8Array([2])],
  ['a buffer', Buffer.from('a'), Buffer.from('b')],
  ['a date', new Date(0), new Date(1)],
  ['an address', new URL('https://a.example'), new URL('https://b.example')],
])('%s is taken, and another is another', async (_what, input, other) => {
  const effects = memoryEffects()
  expect(await pay(effects, input)).toBe('paid')
  await expect(pay(effects, other)).rejects.toMatchObject({ code: 'EffectConflict' })
})
