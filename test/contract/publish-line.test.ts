// Events on their way to a run: what comes while others are under way goes with the next signal, in order, and none is lost.
import type { PublishInput } from '../../src/contract/messages'
import { PublishLine } from '../../src/contract/publish-line'

/** Keeps each signal back until it is answered. */
class Wire {
  readonly signals: PublishInput[][] = []
  private answer: { resolve(): void; reject(error: Error): void } | undefined
  readonly line = new PublishLine((events) => {
    this.signals.push(events)
    return new Promise((resolve, reject) => (this.answer = { resolve, reject }))
  })

  async taken(): Promise<void> {
    this.answer!.resolve()
    await new Promise(setImmediate)
  }

  async refused(error: Error): Promise<void> {
    this.answer!.reject(error)
    await new Promise(setImmediate)
  }

  get sizes(): number[] {
    return this.signals.map(({ length }) => length)
  }
}

const numbered = (payload: number): PublishInput => ({ type: 'tick', payload })

test('one goes at once; what comes meanwhile goes together, in the order of the calls', async () => {
  const wire = new Wire()
  const { line, signals } = wire
  const published = [0, 1, 2, 3].map((number) => line.publish(numbered(number)))
  expect(signals).toEqual([[numbered(0)]])
  await wire.taken()
  expect(signals).toEqual([[numbered(0)], [numbered(1), numbered(2), numbered(3)]])
  await wire.taken()
  await Promise.all(published)
  const late = line.publish(numbered(4))
  await wire.taken()
  await late
  expect(signals).toHaveLength(3)
})

test('a hundred go with one signal, and 128 KiB', async () => {
  const wire = new Wire()
  const published = Array.from({ length: 251 }, (_, number) => wire.line.publish(numbered(number)))
  for (let signal = 0; signal < 4; signal++) await wire.taken()
  await Promise.all(published)
  expect(wire.sizes).toEqual([1, 100, 100, 50])
  expect(wire.signals.flat()).toEqual(Array.from({ length: 251 }, (_, number) => numbered(number)))

  const large = new Wire()
  const each = { type: 'large', payload: 'x'.repeat(16_000) }
  const sent = Array.from({ length: 20 }, () => large.line.publish(each))
  for (let signal = 0; signal < 4; signal++) await large.taken()
  await Promise.all(sent)
  expect(large.sizes).toEqual([1, 8, 8, 3])
})

test('a signal that is refused fails those that went with it, and no others', async () => {
  const wire = new Wire()
  const [first, second, third] = [0, 1, 2].map((number) => wire.line.publish(numbered(number)))
  await wire.refused(new Error('away'))
  await expect(first).rejects.toThrow('away')
  await wire.taken()
  await Promise.all([second, third])
  expect(wire.sizes).toEqual([1, 2])
})

test('no more of an event goes than a log takes', async () => {
  const wire = new Wire()
  const circle: Record<string, unknown> = {}
  circle.self = circle
  const published = wire.line.publish({ type: 'tick', more: circle } as PublishInput)
  expect(wire.signals).toEqual([[{ type: 'tick' }]])
  await wire.taken()
  await published
})

test('an event goes as it was when it was published', async () => {
  const wire = new Wire()
  const payload = { n: 1 }
  const published = [wire.line.publish(numbered(0)), wire.line.publish({ type: 'tick', payload })]
  payload.n = 2
  await wire.taken()
  await wire.taken()
  await Promise.all(published)
  expect(wire.signals[1]).toEqual([{ type: 'tick', payload: { n: 1 } }])
})
