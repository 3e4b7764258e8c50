// Answers of a given form: read however they are wrapped, sent back once when they are refused, and then given up.
import { z } from 'zod'
import { parseAnswer, zodForm } from '../../../src/agents/models/parse-answer'
import { structuredAnswer } from '../../../src/agents/models/structured-answer'
import { answer, OpenAiServer } from '../../support/openai-server'
import { asTroupeError, languageModel } from './support/models'

const schema = z.object({ points: z.array(z.string()).min(1), title: z.string().default('none') })
const value = { points: ['one'], title: 'none' }
const json = '{"points": ["one"]}'

describe('an answer is read', () => {
  test.each([
    ['as it is', json],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['in a fence without a language, among words', `Here it is:\n\`\`\`\n${json}\n\`\`\`\nThat is all.`],
    ['among words', `The answer is ${json}. Anything else?`],
    ['before words', `${json}\n\nI hope that [this] helps`.replace('[this]', 'this')],
  ])('%s', (_how, text) => {
    expect(parseAnswer(text, zodForm(schema))).toEqual({ value })
  })

  test('whole, though a text in it holds a fence', () => {
    const program = { points: ['```json\n{"points": ["wrong"]}\n```'] }
    expect(parseAnswer(JSON.stringify(program), zodForm(schema))).toEqual({ value: { ...program, title: 'none' } })
  })

  test.each([
    ['nothing', '', 'the answer is empty'],
    ['half of it', json.slice(0, 12), /^the answer is not JSON: /],
    ['another form', '{"points": "one"}', 'points: "one": expected array'],
    ['nothing of it', '[]', 'the answer: []: expected object'],
  ])('but not %s', (_what, text, problem) => {
    const expected: unknown = typeof problem === 'string' ? problem : expect.stringMatching(problem)
    expect(parseAnswer(text, zodForm(schema))).toEqual({ problems: [expected] })
  })
})

describe('a question', () => {
  let server: OpenAiServer
  beforeAll(async () => void (server = await OpenAiServer.start()))
  afterAll(() => server.close())
  beforeEach(() => server.reset())

  const ask = (problems?: (found: z.output<typeof schema>) => string[]): Promise<unknown> =>
    structuredAnswer({
      model: languageModel('openai-compatible/test', { baseUrl: server.url, env: {} }),
      system: 'You list points.',
      prompt: 'tides',
      schema,
      ...(problems ? { problems } : {}),
    })

  test('tells the form, in the system message too, and is one call if the answer has it', async () => {
    server.next(answer(json))
    expect(await ask()).toEqual(value)
    const [{ system, prompt, body }] = server.requests as [(typeof server.requests)[0]]
    expect([system.startsWith('You list points.'), system.includes('"points":{'), prompt]).toEqual([
      true,
      true,
      'tides',
    ])
    expect(body.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: false } })
    expect(server.requests).toHaveLength(1)
  })

  test('shows a refused answer and what is wrong with it, once', async () => {
    server.next(answer('{"points": []}'), answer(json))
    expect(await ask()).toEqual(value)
    const { messages } = server.requests[1]!.body
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(messages[2]!.content).toBe('{"points": []}')
    expect(server.requests[1]!.prompt).toContain('- points: []')
  })

  test('sends back what the asker refuses as well', async () => {
    server.next(answer({ points: ['a', 'a'] }), answer({ points: ['a', 'b'] }))
    const twice = ({ points }: { points: string[] }): string[] =>
      new Set(points).size < points.length ? ['twice: "a"'] : []
    expect(await ask(twice)).toMatchObject({ points: ['a', 'b'] })
    expect(server.requests[1]!.prompt).toContain('- twice: "a"')
  })

  test('is given up after that, and a further attempt may ask again', async () => {
    server.next(answer('nonsense'), answer('more nonsense'), answer(json))
    const error = asTroupeError(await ask().catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ code: 'OutputRejected', retryable: true })
    expect(error.message).toMatch(
      /^the model's answer is refused, also when it was told what is wrong: the answer is not JSON/,
    )
    expect(server.requests).toHaveLength(2)
  })

  test('is asked in words alone where the server refuses the form', async () => {
    server.next({ kind: 'status', status: 400, message: 'response_format is not supported' }, answer(json))
    expect(await ask()).toEqual(value)
    expect(server.requests.map(({ body }) => body.response_format !== undefined)).toEqual([true, false])
  })

  test('does not hide a failed call', async () => {
    server.next({ kind: 'status', status: 429 })
    await expect(ask()).rejects.toMatchObject({ code: 'ModelUnavailable' })
    expect(server.requests).toHaveLength(1)
  })
})
