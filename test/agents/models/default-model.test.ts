// The model of whoever names none: what is asked in which order, and what is said where there is none.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkModel } from '../../../src/agents/models/check-model'
import { resolveDefaultModel } from '../../../src/agents/models/default-model'
import { ollamaHost } from '../../../src/agents/models/ollama'

/** Nobody listens there. */
const NOBODY = { OLLAMA_HOST: '127.0.0.1:9' }

let server: Server
let listed: unknown
let ollama: { OLLAMA_HOST: string }

beforeAll(async () => {
  server = createServer((request, response) => {
    if (listed === undefined) return // hangs
    response.end(request.url === '/v1/models' ? JSON.stringify(listed) : '{}')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  ollama = { OLLAMA_HOST: `127.0.0.1:${(server.address() as AddressInfo).port}` }
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('TROUPE_MODEL comes first, then the first provider with a key, then Ollama', async () => {
  listed = { data: [{ id: 'nomic-embed-text' }, { id: 'qwen:7b' }, { id: 'llama:8b' }] }
  const all = { ...ollama, GOOGLE_GENERATIVE_AI_API_KEY: 'g', OPENAI_API_KEY: 'o', ANTHROPIC_API_KEY: 'a' }
  expect(await resolveDefaultModel({ ...all, TROUPE_MODEL: 'ollama/x' })).toBe('ollama/x')
  expect(await resolveDefaultModel({ ...all, TROUPE_MODEL: '' })).toMatch(/^anthropic\//)
  expect(await resolveDefaultModel({ ...all, ANTHROPIC_API_KEY: '' })).toMatch(/^openai\//)
  expect(await resolveDefaultModel({ ...ollama, GOOGLE_GENERATIVE_AI_API_KEY: 'g' })).toMatch(/^google\//)
  expect(await resolveDefaultModel(ollama)).toBe('ollama/qwen:7b')
  expect(await checkModel('default', '/', ollama)).toBe('ollama/qwen:7b')
})

test.each<[string, Record<string, string> | undefined, unknown]>([
  ['nobody listens', NOBODY, null],
  ['Ollama has no model', undefined, { data: null }],
  ['what listens is no Ollama', undefined, 'hello'],
  ['what listens does not answer', undefined, undefined],
])('none is an error that says how to configure one: %s', async (_why, env, answers) => {
  listed = answers
  const error: unknown = await resolveDefaultModel(env ?? ollama).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ModelNotConfigured', message: 'no model is configured' })
  for (const way of [
    'ANTHROPIC_API_KEY',
    'OPENAI_API_KEY',
    'GOOGLE_GENERATIVE_AI_API_KEY',
    '--model',
    'TROUPE_MODEL',
    'Ollama',
  ])
    expect((error as { hint: string }).hint).toContain(way)
})

test('a TROUPE_MODEL that is none is refused', async () => {
  const refused = { code: 'InvalidUsage', message: expect.stringMatching(/^TROUPE_MODEL: "gpt"/) as string }
  await expect(resolveDefaultModel({ TROUPE_MODEL: 'gpt' })).rejects.toMatchObject(refused)
})

test('a model that is named is checked before anything starts', async () => {
  expect(await checkModel('openai/x', '/', { OPENAI_API_KEY: 'o' })).toBe('openai/x')
  await expect(checkModel('openai/x', '/', {})).rejects.toMatchObject({ code: 'ModelNotConfigured' })
  await expect(checkModel('opnai/x', '/', {})).rejects.toMatchObject({
    code: 'InvalidUsage',
    hint: 'did you mean "openai"?',
  })
})

test.each([
  [undefined, 'http://127.0.0.1:11434'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
  ['localhost', 'http://localhost:11434'],
  [':8080', 'http://127.0.0.1:8080'],
  ['https://models.test/ollama/', 'https://models.test/ollama'],
])('OLLAMA_HOST %s is %s', (given, host) => {
  expect(ollamaHost(given === undefined ? {} : { OLLAMA_HOST: given })).toBe(host)
})

test.each(['http://ann:hunter22@models.test', 'ann:hunter22@models.test', 'a b'])(
  'OLLAMA_HOST %s is refused, and not shown',
  async (given) => {
    const failure = expect(resolveDefaultModel({ OLLAMA_HOST: given })).rejects
    await failure.toMatchObject({
      code: 'ModelNotConfigured',
      message: expect.stringMatching(/^OLLAMA_HOST is no address/),
      hint: expect.not.stringContaining('hunter22'),
    })
  },
)

test.each(['ANTHROPIC', 'OPENAI', 'GOOGLE_GENERATIVE_AI', 'OPENAI_COMPATIBLE'])(
  '%s_BASE_URL has to be an address, before anything is asked there',
  async (prefix) => {
    const provider = { ANTHROPIC: 'anthropic', OPENAI: 'openai', GOOGLE_GENERATIVE_AI: 'google' }[prefix]
    const id = `${provider ?? 'openai-compatible'}/any`
    const key = { [`${prefix}_API_KEY`]: 'key' }
    for (const wrong of ['not-a-url', 'localhost:8000', 'file:///etc/passwd']) {
      await expect(checkModel(id, '/', { ...key, [`${prefix}_BASE_URL`]: wrong })).rejects.toMatchObject({
        code: 'ModelNotConfigured',
        message: expect.not.stringContaining(wrong) as string,
      })
    }
    expect(await checkModel(id, '/', { ...key, [`${prefix}_BASE_URL`]: 'http://127.0.0.1:8000/v1' })).toBe(id)
  },
)
