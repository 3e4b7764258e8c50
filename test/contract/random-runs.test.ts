// Random graphs that fail, refuse and spawn: how each subtask ends follows from the graph alone, whatever runs first.
import fc from 'fast-check'
import { AGENTS, expectedOutcomes, fates, SimulatedRun } from './support/simulated-run'

const picks = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 40 })

test('every subtask ends as its graph says, in whatever order they are executed', () => {
  fc.assert(
    fc.property(fates, picks, (list, order) => {
      const run = new SimulatedRun(list)
      run.toEnd(order, () => checkReady(run))
      const expected = expectedOutcomes(list)
      expect(run.outcomes()).toEqual(expected)
      const { succeeded, failed, skipped, cancelled } = run.state.counts
      expect(succeeded + failed + skipped + cancelled).toBe(expected.size)
      expect(run.state.outcome).toBe(succeeded === expected.size ? 'succeeded' : 'failed')
    }),
    { numRuns: 300 },
  )
})

test('nothing is created, started or skipped after a cancel, and nothing is left to be started', () => {
  fc.assert(
    fc.property(fates, picks, fc.nat(30), (list, order, moment) => {
      const run = new SimulatedRun(list)
      let cancelledAt = Infinity
      run.toEnd(order, (step) => {
        if (step === moment && !run.state.finished) {
          run.state.cancel()
          cancelledAt = run.events.length
          for (const agent of AGENTS.keys()) expect(run.state.next(agent)).toBeUndefined()
        }
        checkReady(run)
      })
      expect(run.events.slice(cancelledAt).filter(({ type }) => /started|created|skipped/.test(type))).toEqual([])
      for (const [id, outcome] of run.outcomes())
        if (cancelledAt === Infinity) expect([id, outcome]).toEqual([id, expectedOutcomes(list).get(id)])
    }),
    { numRuns: 300 },
  )
})

/** What is shown as ready for the agents is what is ready. */
function checkReady({ state }: SimulatedRun): void {
  const sizes = [...AGENTS.keys()].map((agent) => state.queue.size(agent))
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(state.states.ready)
}
