// A run's model and its cap on tokens: checked with the plan, and kept in what every worker reads.
import { checkedOf, planOf, problemsOf } from './support/checking'

const plan = planOf({ id: 'a' })

it('are kept as they were given, or leave the model to the environment and the cap at its default', () => {
  expect(checkedOf(plan).spec).not.toHaveProperty('budget')
  expect(checkedOf(plan).spec).not.toHaveProperty('model')
  expect(checkedOf(plan, { model: 'default' }).spec).not.toHaveProperty('model')
  const given = { model: 'ollama/library/some:7b', maxTokens: 1 }
  expect(checkedOf(plan, given).spec).toMatchObject({ model: given.model, budget: { tokens: 1 } })
})

it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, '1000', null])('take no %p for a number of tokens', (maxTokens) => {
  expect(problemsOf(plan, { maxTokens })).toEqual([
    { path: 'maxTokens', message: expect.stringContaining('is no number of tokens'), hint: 'a whole number from 1 on' },
  ])
})

it.each(['', 'gpt', 'openai/', '/gpt', 'opena/gpt', 7, null, {}])('take no %p for a model', (model) => {
  const problems = problemsOf(plan, { model })
  expect(problems).toEqual([expect.objectContaining({ path: 'model', hint: expect.stringContaining('openai') })])
})
