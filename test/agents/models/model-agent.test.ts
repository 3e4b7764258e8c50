// Model agents as their author has them in hand: what the model is asked, and what the agent makes of its answer.
import type {
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3GenerateResult,
} from '@ai-sdk/provider'
import { tool } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { defineModelAgent, defineTeam, teamManifest } from 'troupe'
import { executeAgent } from 'troupe/testing'
import { z } from 'zod'

/** A model that says these things, one a call. */
function saying(...answers: (string | LanguageModelV3Content)[]): {
  model: MockLanguageModelV3
  asked: LanguageModelV3CallOptions[]
} {
  const asked: LanguageModelV3CallOptions[] = []
  const model = new MockLanguageModelV3({
    provider: 'mock',
    modelId: 'one',
    doGenerate: async (call) => {
      asked.push(call)
      return Promise.resolve(result(answers[asked.length - 1] ?? 'nothing more'))
    },
  })
  return { model, asked }
}

function result(said: string | LanguageModelV3Content): LanguageModelV3GenerateResult {
  const part: LanguageModelV3Content = typeof said === 'string' ? { type: 'text', text: said } : said
  return ending(part.type === 'tool-call' ? 'tool-calls' : 'stop', part)
}

type Ending = LanguageModelV3GenerateResult['finishReason']['unified']

/** An answer that ends for a reason. */
function ending(unified: Ending, ...content: LanguageModelV3Content[]): LanguageModelV3GenerateResult {
  return {
    content,
    finishReason: { unified, raw: unified },
    usage: {
      inputTokens: { total: 10, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 5, text: undefined, reasoning: undefined },
    },
    warnings: [],
  }
}

const points = z.object({ points: z.array(z.string()) })
const instructions = 'You summarise.'

/** The texts of a call's messages, with who says them. */
function messagesOf({ prompt }: LanguageModelV3CallOptions): [string, string][] {
  return prompt.map(({ role, content }) => [
    role,
    typeof content === 'string' ? content : content.map((part) => ('text' in part ? part.text : part.type)).join(''),
  ])
}

test.each<[what: string, payload: unknown, message: string]>([
  ['its prompt', { prompt: 'Hello', other: 1 }, 'Hello'],
  ['as JSON', { text: 'tides' }, '{\n  "text": "tides"\n}'],
  ['as JSON, where its prompt is no text', { prompt: 5 }, '{\n  "prompt": 5\n}'],
  ['as JSON, where it is a list', ['a'], '[\n  "a"\n]'],
])('the model is told the instructions and the payload: %s', async (_what, payload, message) => {
  const { model, asked } = saying('the text')
  const agent = defineModelAgent({ name: 'plain', instructions })
  const { output, tokensUsed } = await executeAgent(agent, payload, { model })
  expect([output, tokensUsed]).toEqual(['the text', 15])
  expect(messagesOf(asked[0]!)).toEqual([
    ['system', instructions],
    ['user', message],
  ])
})

test.each([
  ['length', /"plain" was cut off at the longest that it may be$/],
  ['content-filter', /"plain" was cut off by a filter of its provider$/],
] as const)('a text that ends by %s is no answer', async (unified, message) => {
  const cut = { ...result('The first half'), finishReason: { unified, raw: unified } }
  const model = new MockLanguageModelV3({ doGenerate: async () => Promise.resolve(cut) })
  const agent = defineModelAgent({ name: 'plain', instructions })
  const failure = { code: 'OutputRejected', retryable: false, message: expect.stringMatching(message) }
  await expect(executeAgent(agent, {}, { model })).rejects.toMatchObject(failure)
})

test('an answer of a form is the output, after one repair at most', async () => {
  const { model, asked } = saying('no', '```json\n{"points":["a"]}\n```')
  const agent = defineModelAgent({ name: 'lists', instructions, input: z.object({ text: z.string() }), output: points })
  const { output, tokensUsed } = await executeAgent(agent, { text: 'x' }, { model })
  expect([output, tokensUsed, asked.length]).toEqual([{ points: ['a'] }, 30, 2])
  await expect(executeAgent(agent, { txt: 'x' }, { model })).rejects.toMatchObject({ code: 'InvalidPayload' })
})

describe('with tools', () => {
  const call: LanguageModelV3Content = { type: 'tool-call', toolCallId: '1', toolName: 'depth', input: '{"at":"quay"}' }
  const depth = tool({ inputSchema: z.object({ at: z.string() }), execute: ({ at }) => `5 m at the ${at}` })

  test('their results go back to the model, and the answer may have a form', async () => {
    const { model, asked } = saying(call, 'five', '{"points":["5 m"]}')
    const agent = defineModelAgent({ name: 'looks', instructions, tools: { depth }, output: points })
    const { output } = await executeAgent(agent, { prompt: 'How deep?' }, { model })
    expect(output).toEqual({ points: ['5 m'] })
    expect(JSON.stringify(asked[1]!.prompt.at(-1))).toContain('5 m at the quay')
    expect(messagesOf(asked[2]!).map(([role]) => role)).toEqual(['system', 'user', 'assistant', 'user'])
  })

  test('it ends after so many calls', async () => {
    const { model, asked } = saying(call, call, call)
    const agent = defineModelAgent({ name: 'circles', instructions, tools: { depth }, maxSteps: 2 })
    await expect(executeAgent(agent, {}, { model })).rejects.toMatchObject({ code: 'OutputRejected', retryable: true })
    expect(asked).toHaveLength(2)
  })

  test('maxSteps bounds it also where its provider calls that a stop, and what it said beside its last call is no answer', async () => {
    const turn = [{ type: 'text', text: 'Let me look at the next page. ' } as const, call]
    const model = new MockLanguageModelV3({ doGenerate: async () => Promise.resolve(ending('stop', ...turn)) })
    const agent = defineModelAgent({ name: 'circles', instructions, tools: { depth }, maxSteps: 2 })
    await expect(executeAgent(agent, {}, { model })).rejects.toMatchObject({
      code: 'OutputRejected',
      message: '"circles" still called tools after 2 model calls',
    })
  })

  test('the same call three times in a row ends the attempt, and is not made a third time', async () => {
    const other: LanguageModelV3Content = { ...call, input: '{"at":"pier"}' }
    let measured = 0
    const counting = tool({ inputSchema: z.object({ at: z.string() }), execute: () => ++measured })
    const { model, asked } = saying(call, other, call, call, call, 'never asked for')
    const agent = defineModelAgent({ name: 'circles', instructions, tools: { depth: counting } })
    await expect(executeAgent(agent, {}, { model })).rejects.toMatchObject({
      code: 'OutputRejected',
      retryable: true,
      message: '"circles" called the tool "depth" with the same input 3 times in a row',
    })
    expect([asked.length, measured]).toEqual([5, 4])
  })

  test.each([
    ['an input that the tool does not take', { ...call, input: '{"at":5}' }],
    ['a tool that there is none of', { ...call, toolName: 'height' }],
  ])('so does the same call with %s', async (_what, invalid) => {
    const { model, asked } = saying(invalid, invalid, invalid, 'never asked for')
    const agent = defineModelAgent({ name: 'circles', instructions, tools: { depth } })
    await expect(executeAgent(agent, {}, { model })).rejects.toMatchObject({
      code: 'OutputRejected',
      retryable: true,
      message: `"circles" called the tool "${invalid.toolName}" with the same input 3 times in a row`,
    })
    expect(asked).toHaveLength(3)
  })

  test('of a failure that is too long, too, the model is told the beginning', async () => {
    const long = 'out of order '.repeat(100_000)
    const broken = tool({ inputSchema: z.object({}), execute: () => Promise.reject<string>(new Error(long)) })
    const { model, asked } = saying({ ...call, toolName: 'broken', input: '{}' }, 'it is out of order')
    const agent = defineModelAgent({ name: 'copes', instructions, tools: { broken } })
    const { artifacts } = await executeAgent(agent, {}, { model })
    expect([...artifacts.values()].map((whole) => Buffer.from(whole).toString())).toEqual([long])
    const told = JSON.stringify(asked[1]!.prompt.at(-1))
    expect(told.length).toBeLessThan(60_000)
    expect(told).toContain(`the whole is the artifact ${[...artifacts.keys()][0]}`)
  })

  test('of a result that is too long the model is told the beginning, and the whole is an artifact', async () => {
    const long = Array.from({ length: 20_000 }, (_, line) => `line ${line}`)
    const { model, asked } = saying({ ...call, toolName: 'log', input: '{}' }, 'read')
    const log = tool({ inputSchema: z.object({}), execute: () => long })
    const agent = defineModelAgent({ name: 'reads', instructions, tools: { log } })
    const { artifacts } = await executeAgent(agent, {}, { model })
    expect(artifacts.size).toBe(1)
    const [artifact, whole] = [...artifacts][0]!
    expect(JSON.parse(Buffer.from(whole).toString())).toEqual(long)
    const told = JSON.stringify(asked[1]!.prompt.at(-1))
    expect(told.length).toBeLessThan(60_000)
    expect(told).toContain('line 100')
    expect(told).toContain(`characters in all; the whole is the artifact ${artifact}]`)
  })

  test('a tool that fails is told to the model', async () => {
    const broken = tool({
      inputSchema: z.object({}),
      execute: (): Promise<string> => Promise.reject(new Error('out of order')),
    })
    const { model, asked } = saying({ ...call, toolName: 'broken', input: '{}' }, 'it is out of order')
    const agent = defineModelAgent({ name: 'copes', instructions, tools: { broken } })
    expect((await executeAgent(agent, {}, { model })).output).toBe('it is out of order')
    expect(JSON.stringify(asked[1]!.prompt.at(-1))).toContain('out of order')
  })
})

test.each<[Ending, text: string, taken: boolean]>([
  ['error', 'The result is', false],
  ['error', '', false],
  ['other', '', false],
  ['other', 'The result is 5.', true],
])('an answer that ends as "%s" with the text %j: %s', async (reason, text, isTaken) => {
  const content: LanguageModelV3Content[] = text === '' ? [] : [{ type: 'text', text }]
  const model = new MockLanguageModelV3({ doGenerate: async () => Promise.resolve(ending(reason, ...content)) })
  const answer = executeAgent(defineModelAgent({ name: 'half', instructions }), {}, { model })
  if (isTaken) expect((await answer).output).toBe(text)
  else await expect(answer).rejects.toMatchObject({ code: 'OutputRejected', retryable: true })
})

test('its manifest names its model, its schemas and the time that answers take', () => {
  const plain = defineModelAgent({ name: 'plain', instructions })
  const own = defineModelAgent({ name: 'own', instructions, model: 'ollama/x', timeoutMs: 5_000, output: points })
  const [first, second] = teamManifest(defineTeam({ name: 'models', agents: [plain, own] })).agents
  expect(first).toMatchObject({ model: 'default', timeoutMs: 300_000 })
  expect(second).toMatchObject({ model: 'ollama/x', timeoutMs: 5_000, output: { required: ['points'] } })
  expect(JSON.stringify([first, second])).not.toContain(instructions)
})

test('a model that cannot be is refused at once', () => {
  expect(() => defineModelAgent({ name: 'x', instructions, model: 'gpt' })).toThrow(/"gpt" is not a model/)
})
