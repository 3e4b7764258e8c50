// One agent or a team: what each answer speaks for, and that the simple one wins unless most speaks against it.
import fc from 'fast-check'
import { advise, CRITERIA, CRITERION_IDS, type Answers, type CriterionId } from '../../src/advise/advise'

const TEAM: Required<Answers> = {
  people: '10+',
  complexity: 'parallel',
  context: 'exceeds',
  failure: 'partial',
  operations: 'accepted',
}
const ONE: Required<Answers> = {
  people: '1-5',
  complexity: 'sequential',
  context: 'fits',
  failure: 'retry',
  operations: 'low',
}

test('nothing said: one agent, and every criterion says that it was not asked', () => {
  const { advice, votes, criteria } = advise({})
  expect([advice, votes]).toEqual(['one agent', { 'one agent': 5, team: 0 }])
  expect(criteria.map(({ id, said }) => [id, said])).toEqual(CRITERION_IDS.map((id) => [id, undefined]))
})

test('the simple answers speak for one agent, the others for a team', () => {
  expect(advise(ONE)).toMatchObject({ advice: 'one agent', votes: { 'one agent': 5, team: 0 } })
  expect(advise(TEAM)).toMatchObject({ advice: 'team', votes: { 'one agent': 0, team: 5 } })
  expect(advise(TEAM).criteria.map(({ said }) => said)).toEqual(Object.values(TEAM))
})

test('a team needs more than half of the criteria, whichever they are; what is unsaid speaks against it', () => {
  const answer = fc.constantFrom<('one' | 'team' | undefined)[]>('one', 'team', undefined)
  const all = fc.tuple(answer, answer, answer, answer, answer)
  fc.assert(
    fc.property(all, (said) => {
      const answers: Answers = {}
      CRITERION_IDS.forEach((id: CriterionId, place) => {
        if (said[place]) answers[id] = (said[place] === 'team' ? TEAM : ONE)[id]
      })
      const team = said.filter((one) => one === 'team').length
      expect(advise(answers).advice).toBe(team >= 3 ? 'team' : 'one agent')
      expect(advise(answers).votes.team).toBe(team)
    }),
  )
})

test('an answer that is no choice counts as none', () => {
  expect(advise({ people: 'crowd' }).criteria[0]).toEqual({
    id: 'people',
    question: CRITERIA[0]!.question,
    speaksFor: 'one agent',
  })
})
