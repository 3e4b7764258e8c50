// `troupe/testing`: an agent that calls a model is tested with a model of its author's own.
import { generateText } from 'ai'
import { z } from 'zod'
import { defineAgent } from '../../../src/index'
import { executeAgent } from '../../../src/testing'
import { countingModel, promptOf } from './support/executions'

const writer = defineAgent({
  name: 'writer',
  model: 'anthropic/some-model',
  input: z.object({ topic: z.string() }),
  async run({ topic }, context) {
    const checked = await context.step('check', () => topic.toUpperCase())
    const own = await generateText({ model: context.model(), prompt: checked })
    const other = await generateText({ model: context.model('openai/another'), prompt: topic })
    return [own.text, other.text]
  },
})

it('answers for every model that the agent asks for, and counts the tokens', async () => {
  const model = countingModel()
  const { output, tokensUsed } = await executeAgent(writer, { topic: 'tides' }, { model })
  expect(output).toEqual(['TIDES 1', 'tides 2'])
  expect(tokensUsed).toBe(30)
  expect(model.doGenerateCalls.map(promptOf)).toEqual(['TIDES', 'tides'])
})

it('takes the agent’s own model, or the one named, where none is brought', async () => {
  const named = defineAgent({
    name: 'named',
    model: 'anthropic/some-model',
    run: (_input, context) => context.model().modelId,
  })
  expect((await executeAgent(named)).output).toBe('some-model')
  expect((await executeAgent(named, {}, { model: 'openai/another' })).output).toBe('another')
})
