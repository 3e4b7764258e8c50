// The rules of docs/semantics.md: random plans, played in random orders, against a plain model of the rules.
import fc from 'fast-check'
import { play } from './support/play'
import { expectedOutcomes, type Ending } from './support/expected-outcomes'
import { definedPlans, type Scope } from './support/random-plans'
import type { DrivenRun } from './support/driven-run'

/** More cases, or those of another seed: TROUPE_TEST_CASES=20000 TROUPE_TEST_SEED=7. fast-check prints the seed of what fails. */
const cases = Number(process.env.TROUPE_TEST_CASES ?? 2_100)
const seed = process.env.TROUPE_TEST_SEED === undefined ? undefined : Number(process.env.TROUPE_TEST_SEED)

const full: Scope = {
  agents: 3,
  failFast: true,
  deadlines: true,
  reactions: 'any',
  limits: true,
  oddities: true,
  maxSize: 14,
}
const calm: Scope = { ...full, failFast: false, deadlines: false, reactions: 'once', limits: false }

function check(share: number, property: fc.IProperty<[never]> | fc.IRawProperty<unknown>): void {
  fc.assert(property as fc.IProperty<[never]>, {
    numRuns: Math.ceil(cases * share),
    ...(seed === undefined ? {} : { seed }),
  })
}

function endings(run: DrivenRun): Map<string, Ending> {
  return new Map(
    run.model
      .all()
      .map(({ id, state, code, n }) => [
        id,
        { state: state as Ending['state'], ...(code === undefined ? {} : { code }), ...(n === undefined ? {} : { n }) },
      ]),
  )
}

test('every subtask ends as its plan says, in whatever order things happen', () => {
  check(
    1 / 3,
    fc.property(definedPlans(calm), fc.nat(), (plan, picked) => {
      const run = play(plan, { seed: picked, moments: 0, open: false, spare: [] })
      expect(endings(run)).toEqual(expectedOutcomes(plan))
    }),
  )
})

test('with pauses, changes, cancels, events and time that passes, every step follows the rules', () => {
  check(
    2 / 3,
    fc.property(
      definedPlans(full),
      definedPlans({ ...full, maxSize: 3 }),
      fc.nat(),
      fc.noBias(fc.nat(25)),
      fc.nat(5),
      (plan, spare, picked, moments, open) => {
        play(plan, { seed: picked, moments, open: open === 0, spare: spare.subtasks })
      },
    ),
  )
})
