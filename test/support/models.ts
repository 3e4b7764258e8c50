// The models of a test file: one local server that OpenAI's provider and the compatible ones are led to.
import { OpenAiServer, type Respond } from './openai-server'

/** Listens before the file's tests, and is gone after them; `key` is what OpenAI's provider is to send. */
export function useModels(respond?: Respond, key = 'none'): OpenAiServer {
  const models = new OpenAiServer(respond)
  beforeAll(async () => {
    const { url } = await models.listen()
    Object.assign(process.env, { OPENAI_API_KEY: key, OPENAI_BASE_URL: url, OPENAI_COMPATIBLE_BASE_URL: url })
  })
  afterAll(async () => {
    for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_COMPATIBLE_BASE_URL']) delete process.env[name]
    await models.close()
  })
  return models
}
