// Models of providers, asked through the AI SDK: where they are asked, with which key, and what becomes of what goes wrong.
import { generateText, streamText } from 'ai'
import { asTroupeError, languageModel, type TroupeError } from './support/models'
import { isUnbilled } from '../../../src/agents/models/provider-errors'
import { retryAfterMs } from '../../../src/agents/models/retry-after'
import { answer, OpenAiServer, type Behaviour } from '../../support/openai-server'

/** Of no known shape: only that the environment calls it a key gives it away. */
const KEY = 'canary/0123456789+abcdefghij'
let server: OpenAiServer
let env: Record<string, string>

beforeAll(async () => {
  server = await OpenAiServer.start()
  env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.url }
})
afterAll(() => server.close())
beforeEach(() => server.reset())

/** The error that a call ends with; retries are as the SDK's author has set them. */
async function failureOf(behaviour: Behaviour, abortSignal?: AbortSignal): Promise<TroupeError> {
  server.next(behaviour)
  const model = languageModel('openai/gpt-test', { env })
  const error: unknown = await generateText({ model, prompt: 'hello', abortSignal }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return asTroupeError(error)
}

describe('an answer', () => {
  test('comes with the tokens that the server counted, whole or as a stream', async () => {
    server.next(
      answer('well', { prompt: 7, completion: 3 }),
      answer('a long enough answer', { prompt: 11, completion: 5 }),
    )
    const model = languageModel('openai/gpt-test', { env })
    const whole = await generateText({ model, prompt: 'hello' })
    const streamed = streamText({ model, prompt: 'hello' })
    expect([whole.text, await streamed.text]).toEqual(['well', 'a long enough answer'])
    expect([whole.usage.totalTokens, (await streamed.usage).totalTokens]).toEqual([10, 16])
    expect(server.billed).toEqual({ calls: 2, tokens: 26 })
    expect(server.requests[0]!.headers.authorization).toBe(`Bearer ${KEY}`)
  })

  test('prints no warning, whatever was asked for', async () => {
    const printed = [jest.spyOn(console, 'warn'), jest.spyOn(console, 'info'), jest.spyOn(console, 'log')]
    server.next(answer('well'))
    await generateText({ model: languageModel('openai/gpt-test', { env }), prompt: 'hello', topK: 3, seed: 1 })
    for (const print of printed) expect(print).not.toHaveBeenCalled()
  })
})

describe('a failure', () => {
  // The SDK would ask again, after two seconds: one request each shows that it does not
  afterEach(() => expect(server.requests).toHaveLength(1))

  test.each<[what: string, status: number, code: string, unbilled: boolean]>([
    ['a bad request', 400, 'ModelRefused', true],
    ['no key', 401, 'ModelRefused', true],
    ['no access', 403, 'ModelRefused', true],
    ['no such model', 404, 'ModelRefused', true],
    ['too many requests', 429, 'ModelUnavailable', true],
    ['an error of its own', 500, 'ModelUnavailable', true],
    ['overload', 529, 'ModelUnavailable', true],
    ['a gateway that gave up', 504, 'ModelUnavailable', false],
  ])('%s (HTTP %i) is %s', async (_what, status, code, unbilled) => {
    const error = await failureOf({ kind: 'status', status, message: 'the reason' })
    expect(error).toMatchObject({ code, retryable: code === 'ModelUnavailable' })
    expect(error.message).toContain(`"openai/gpt-test" answered with HTTP ${status}`)
    expect(isUnbilled(error)).toBe(unbilled)
    expect(error.message.includes('the reason')).toBe(status !== 401)
    expect(JSON.stringify([error.message, error.hint, error.stack, error.cause])).not.toContain(KEY)
    if (status === 401) expect(error.hint).toContain('OPENAI_API_KEY')
  })

  test('that names a time says when to come back', async () => {
    const error = await failureOf({ kind: 'status', status: 429, headers: { 'retry-after': '7' } })
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 7_000 })
  })

  test('whose time is hours away is final', async () => {
    const error = await failureOf({ kind: 'status', status: 429, headers: { 'retry-after': '86400' } })
    expect(error).toMatchObject({ code: 'ModelUnavailable', retryable: false })
    expect(error.message).toContain('1440 min')
  })

  test('for lack of credit is final, though it comes as a 429', async () => {
    const error = await failureOf({ kind: 'status', status: 429, code: 'insufficient_quota' })
    expect(error).toMatchObject({ code: 'ModelRefused', retryable: false })
  })

  test.each<[string, Behaviour]>([
    ['a connection that is cut', { kind: 'cut' }],
    ['an answer that is not of the protocol', { kind: 'garbage' }],
  ])('%s may have been billed, and may pass', async (_what, behaviour) => {
    const error = await failureOf(behaviour)
    expect(error).toMatchObject({ code: 'ModelUnavailable', retryable: true })
    expect(isUnbilled(error)).toBe(false)
  })

  test('by an abort is the reason of the abort', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    server.answerBy(() => {
      controller.abort(reason)
      return { kind: 'hang' }
    })
    const model = languageModel('openai/gpt-test', { env })
    await expect(generateText({ model, prompt: 'x', abortSignal: controller.signal })).rejects.toBe(reason)
  })

  test('of a stream, in its middle too, is classified', async () => {
    server.next({ kind: 'cut' })
    const model = languageModel('openai/gpt-test', { env })
    let told: unknown
    const { text } = streamText({ model, prompt: 'x', onError: ({ error }) => void (told = error) })
    await expect(text).rejects.toThrow()
    expect(asTroupeError(told)).toMatchObject({ code: 'ModelUnavailable', retryable: true })
  })
})

test('a server that nobody runs has billed nothing', async () => {
  const gone = await OpenAiServer.start()
  const { url } = gone
  await gone.close()
  const model = languageModel('openai-compatible/any', { baseUrl: url, env: {} })
  const error: unknown = await generateText({ model, prompt: 'x' }).catch((thrown: unknown) => thrown)
  expect(asTroupeError(error)).toMatchObject({ code: 'ModelUnavailable', retryable: true })
  expect(isUnbilled(error)).toBe(true)
})

describe('a key', () => {
  test.each([
    ['anthropic/claude', 'ANTHROPIC_API_KEY'],
    ['openai/gpt', 'OPENAI_API_KEY'],
    ['google/gemini', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    ['openai-compatible/any', 'OPENAI_COMPATIBLE_BASE_URL'],
  ])('that %s needs and nobody has set is named: %s', async (id, variable) => {
    const error: unknown = await generateText({ model: languageModel(id, { env: {} }), prompt: 'x' }).catch(
      (e: unknown) => e,
    )
    expect(asTroupeError(error)).toMatchObject({ code: 'ModelNotConfigured', retryable: false })
    expect((error as Error).message).toContain(variable)
  })

  test('goes to the address that the environment names, and to none that a plan names', async () => {
    const environment = { OPENAI_COMPATIBLE_BASE_URL: `${server.url}/`, OPENAI_COMPATIBLE_API_KEY: KEY }
    const other = await OpenAiServer.start(() => answer('mine'))
    server.next(answer('yours'), answer('yours'))
    const options = { env: environment }
    for (const baseUrl of [undefined, server.url, other.url])
      await generateText({
        model: languageModel('openai-compatible/any', { ...options, ...(baseUrl ? { baseUrl } : {}) }),
        prompt: 'x',
      })
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`])
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
    await other.close()
  })

  test.each([
    ['anthropic/claude-x', { ANTHROPIC_API_KEY: KEY }, 'https://api.anthropic.com/v1/messages', 'x-api-key', KEY],
    ['openai/gpt-x', { OPENAI_API_KEY: KEY }, 'https://api.openai.com/v1/responses', 'authorization', `Bearer ${KEY}`],
    [
      'google/gemini-x',
      { GOOGLE_GENERATIVE_AI_API_KEY: KEY },
      'https://generativelanguage.googleapis.com/v1beta/models/gemini-x:generateContent',
      'x-goog-api-key',
      KEY,
    ],
    [
      'ollama/llama:8b',
      { OLLAMA_HOST: '0.0.0.0' },
      'http://127.0.0.1:11434/v1/chat/completions',
      'authorization',
      null,
    ],
  ] as const)('of %s is sent to its provider', async (id, environment, url, header, value) => {
    const asked: [string, string | null, Record<string, unknown>][] = []
    const fetching = jest.spyOn(globalThis, 'fetch').mockImplementation(async (to, init) => {
      asked.push([String(to), new Headers(init?.headers).get(header), JSON.parse(String(init?.body)) as never])
      return Promise.resolve(new Response('{}', { status: 503 }))
    })
    try {
      await generateText({ model: languageModel(id, { env: environment }), prompt: 'x' }).catch(() => undefined)
    } finally {
      fetching.mockRestore()
    }
    expect(asked.map(([to, sent]) => [to, sent])).toEqual([[url, value]])
    if (id.startsWith('openai')) expect(asked[0]![2]).toMatchObject({ store: false })
  })
})

test('an id of no known provider is refused with the choices', () => {
  expect(() => languageModel('antropic/claude')).toThrow(/unknown provider "antropic"/)
  expect(() => languageModel('claude')).toThrow(/"claude" is not a model/)
})

test('the time to come back is read from every form', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(retryAfterMs({ 'retry-after': '1.5' }, now)).toBe(1_500)
  expect(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '9' }, now)).toBe(250)
  expect(retryAfterMs({ 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, now)).toBe(30_000)
  expect(retryAfterMs({ 'retry-after': 'Fri, 20 Nov 2026 11:00:30 GMT' }, now)).toBe(0)
  for (const nonsense of ['soon', '', '-5']) expect(retryAfterMs({ 'retry-after': nonsense }, now)).toBeUndefined()
})
