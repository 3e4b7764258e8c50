// Deadlines and ends of requests: in their order, however they come, and soon also where there are very many.
import { Alarms } from '../../src/contract/run/alarms'
import { Picks } from './support/picks'

const COUNT = 100_000

test('alarms that come one by one are taken in order, and those that nobody wants are left out', () => {
  const picks = new Picks(7)
  const all = Array.from({ length: COUNT }, (_, place) => ({ at: picks.below(1_000), place }))
  const alarms = new Alarms()
  const began = Date.now()
  for (const alarm of all) alarms.add([alarm])
  const wanted = ({ place }: { place: number }): boolean => place % 3 > 0
  const sorted = all.filter(wanted).sort((a, b) => a.at - b.at || a.place - b.place)
  const early = alarms.take(499, wanted)
  expect(early).toEqual({ due: sorted.filter(({ at }) => at <= 499), next: 500 })
  expect(alarms.take(2_000, wanted)).toEqual({ due: sorted.filter(({ at }) => at > 499) })
  expect(alarms.take(2_000, wanted)).toEqual({ due: [] })
  // Sorting them all at each one would take minutes
  expect(Date.now() - began).toBeLessThan(10_000)
})
