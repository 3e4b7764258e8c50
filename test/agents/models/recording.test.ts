// The recorded model: which answer it gives, what it refuses, and how a run's answers become a recording without secrets.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateText, stepCountIs, streamText, tool } from 'ai'
import { z } from 'zod'
import { checkModel } from '../../../src/agents/models/check-model'
import { parseRecording } from '../../../src/agents/models/recording-format'
import { writeRecording } from '../../../src/agents/models/write-recording'
import type { JsonObject } from '../../../src/contract/json'
import type { RecordedCall } from '../../../src/contract/model-answer'
import { asTroupeError, languageModel } from './support/models'

let directory: string
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'troupe-recording-'))))
afterAll(() => rmSync(directory, { recursive: true }))

function write(name: string, content: unknown): string {
  const path = join(directory, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const recording = (...answers: unknown[]): unknown => ({ format: 'troupe-recording', version: 1, answers })

/** What is answered on an occasion. */
async function said(file: string, troupe: Record<string, string | number>): Promise<string> {
  const providerOptions = { troupe: { agent: 'a', subtask: 's', attempt: 0, call: 0, ...troupe } }
  return (await generateText({ model: languageModel(`scripted/${file}`), prompt: 'x', providerOptions })).text
}

describe('the recorded model', () => {
  test('gives the answer that says most of its occasion', async () => {
    const file = write(
      'some.json',
      recording(
        { agent: 'a', content: 'any' },
        { agent: 'a', content: 'any other' },
        { agent: 'a', call: 1, content: 'second call' },
        { agent: 'a', attempt: 1, content: 'second attempt' },
        { agent: 'a', subtask: 't', content: { of: 't' } },
        { agent: 'a', subtask: 't', attempt: 1, call: 1, content: 'all' },
        { agent: 'b', content: 'of b' },
      ),
    )
    expect(await said(file, {})).toBe('any')
    expect(await said(file, { call: 1 })).toBe('second call')
    expect(await said(file, { attempt: 1, call: 1 })).toBe('second attempt')
    expect(await said(file, { subtask: 't', call: 1 })).toBe('{"of":"t"}')
    expect(await said(file, { subtask: 't', attempt: 1, call: 1 })).toBe('all')
    expect(await said(file, { agent: 'b' })).toBe('of b')
  })

  test('says which answer is missing, and which there are', async () => {
    const file = write('few.json', recording({ agent: 'a', subtask: 't', content: '' }, { agent: 'b', content: '' }))
    const missing = async (troupe: Record<string, string | number>): Promise<unknown> =>
      said(file, troupe).catch((error: unknown) => error)
    const error = asTroupeError(await missing({ attempt: 2, call: 3 }))
    expect(error).toMatchObject({ code: 'NoRecordedAnswer', retryable: false })
    expect(error.message).toBe(`"${file}" has no answer for agent "a", subtask "s", attempt 2, call 3`)
    expect(error.hint).toBe('it has: agent "a", subtask "t", attempt any, call any')
    expect(asTroupeError(await missing({ agent: 'c' })).hint).toBe('it has answers for the agents: a, b')
  })

  test('calls tools, streams, and counts tokens like any other', async () => {
    const call = { type: 'tool-call', toolCallId: '1', toolName: 'depth', input: { at: 'quay' } }
    const file = write(
      'tools.json',
      recording(
        { agent: 'x', call: 0, content: [call], usage: { inputTokens: 5, outputTokens: 2 } },
        { agent: 'x', call: 1, content: 'the depth is known', usage: { inputTokens: 9, outputTokens: 4 } },
      ),
    )
    const asked: unknown[] = []
    const depth = tool({ inputSchema: z.object({ at: z.string() }), execute: (input) => void asked.push(input) })
    const model = languageModel(`scripted/${file}`)
    const on = (number: number) => ({ troupe: { agent: 'x', subtask: 's', attempt: 0, call: number } })
    const { steps, totalUsage } = await generateText({
      model,
      prompt: 'x',
      tools: { depth },
      stopWhen: stepCountIs(2),
      providerOptions: on(0),
    })
    expect([asked, steps[0]!.finishReason, totalUsage.totalTokens]).toEqual([
      [{ at: 'quay' }, { at: 'quay' }],
      'tool-calls',
      14,
    ])
    const streamed = streamText({ model, prompt: 'x', providerOptions: on(1) })
    expect([await streamed.text, (await streamed.usage).totalTokens]).toEqual(['the depth is known', 13])
  })

  test.each<[what: string, content: unknown, said: RegExp]>([
    ['no JSON', 'root:x:0:0', /no JSON( at position 0)?$/],
    ['half of one', '{"format": ', /no JSON/],
    ['another format', { format: 'har', version: 1, answers: [] }, /format: /],
    ['a later version', { format: 'troupe-recording', version: 2, answers: [] }, /version: /],
    ['an answer of nobody', recording({ content: 'x' }), /answers\[0\]\.agent: /],
    ['an answer without content', recording({ agent: 'a' }), /answers\[0\]\.content: /],
    [
      'an answer with a key too many',
      recording({ agent: 'a', content: '', model: 'x' }),
      /answers\[0\]: Unrecognized key: "model"/,
    ],
  ])('refuses %s, and quotes nothing of it', async (_what, content, message) => {
    const file = write('bad.json', content)
    const error = asTroupeError(await checkModel('scripted/bad.json', directory).catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ code: 'InvalidUsage' })
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('root')
    expect(error.message).toContain(file)
  })

  test('is found from the directory that its path counts from, and refused where it is missing', async () => {
    const file = write('here.json', recording())
    expect(await checkModel('scripted/here.json', directory)).toBe(`scripted/${file}`)
    expect(await checkModel(`scripted/${file}`, '/')).toBe(`scripted/${file}`)
    for (const missing of ['gone.json', '.'])
      await expect(checkModel(`scripted/${missing}`, directory)).rejects.toMatchObject({ code: 'ModelNotConfigured' })
  })
})

describe('a recording of a run', () => {
  const SECRET = 'p4ss"wörd/with+everything'
  const env = { DB_PASSWORD: SECRET, HOME: '/nowhere/special', SHORT_KEY: 'abc', MY_TOKEN: 'canary-0123456789' }

  function call(number: number, text: string, more: Partial<RecordedCall> = {}): RecordedCall {
    const usage = { inputTokens: { total: 3 }, outputTokens: { total: 4 } }
    const answer = { content: [{ type: 'text', text }], finishReason: { unified: 'stop' as const }, usage }
    return {
      subtask: 's',
      agent: 'a',
      attempt: 0,
      number,
      model: 'openai/x',
      tokens: { input: 3, output: 4 },
      answer,
      ...more,
    }
  }

  test('plays what was answered, with its tokens', async () => {
    const calls = [
      call(0, 'first'),
      call(2, 'second'),
      call(0, 'other', { subtask: 't' }),
      call(0, 'again', { attempt: 1 }),
    ]
    const written = writeRecording(calls, {})
    expect(parseRecording(JSON.stringify(written), 'x')).toEqual(written)
    const file = write('run.json', written)
    expect(await said(file, {})).toBe('first')
    // Between them a call had failed
    expect(await said(file, { call: 1 })).toBe('second')
    expect(await said(file, { subtask: 't' })).toBe('other')
    expect(await said(file, { attempt: 1 })).toBe('again')
    expect(written.answers[0]!.usage).toEqual({ inputTokens: 3, outputTokens: 4 })
  })

  test('keeps tool calls, and nothing that only the provider understands', () => {
    const content: JsonObject[] = [
      { type: 'reasoning', text: 'hm', providerMetadata: { anthropic: { signature: 'xyz' } } },
      { type: 'tool-call', toolCallId: '1', toolName: 'read', input: '{"path":"a"}' },
    ]
    const { answer } = call(0, '')
    const written = writeRecording(
      [call(0, '', { answer: { ...answer, content, finishReason: { unified: 'tool-calls' } } })],
      {},
    )
    expect(written.answers[0]).toMatchObject({
      finishReason: 'tool-calls',
      content: [{ type: 'reasoning', text: 'hm' }, content[1]],
    })
    expect(JSON.stringify(written)).not.toContain('signature')
  })

  test.each<[form: string, text: string]>([
    ['as they are', `a ${SECRET} b`],
    ['as JSON', JSON.stringify({ password: SECRET })],
    ['as JSON in JSON', JSON.stringify({ body: JSON.stringify({ password: SECRET }) })],
    ['in a URL', `https://x.test/?p=${encodeURIComponent(SECRET)}`],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['within longer base64', Buffer.from(`user:${SECRET}@host`).toString('base64')],
    ['in base64 for URLs', Buffer.from(`ab${SECRET}?`).toString('base64url')],
    ['in hexadecimal digits', Buffer.from(SECRET).toString('hex')],
  ])('leaves secrets of the environment out: %s', (_form, text) => {
    const [{ content }] = writeRecording([call(0, `before ${text} after`)], env).answers as unknown as [
      { content: string },
    ]
    expect(content).toMatch(/^before .*\[secret\].* after$/)
    for (const piece of [
      SECRET,
      'everything',
      Buffer.from(SECRET).toString('hex'),
      Buffer.from('with+every').toString('base64').slice(0, 10),
    ])
      expect(content).not.toContain(piece)
  })

  test.each([
    ['OpenAI', `sk-proj-${'a1'.repeat(20)}`],
    ['Anthropic', `sk-ant-api03-${'Ab_'.repeat(12)}`],
    ['Google', `AIza${'x'.repeat(35)}`],
    ['GitHub', `ghp_${'a'.repeat(36)}`],
    ['Amazon', `AKIA${'ABCD'.repeat(4)}`],
    ['Slack', `xoxb-${'1'.repeat(12)}`],
    ['a header', `Bearer ${'t'.repeat(24)}`],
    ['an address', 'postgres://me:hunter22@db/x'],
    ['a certificate', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----'],
  ])('leaves keys of known shapes out, whatever the environment: %s', (_of, key) => {
    const [{ content }] = writeRecording([call(0, `const key = "${key}"; run(key)`)], {}).answers as unknown as [
      { content: string },
    ]
    expect(content).toMatch(/^const key = ".*\[secret\].*"; run\(key\)$/s)
  })

  test('leaves everything else as it is', () => {
    const text =
      'abc, a task-runner, sk-short, /nowhere/special, http://host:8080/@x, Bearer of news, `${user}:${password}@`'
    expect(writeRecording([call(0, text)], env).answers[0]!.content).toBe(text)
  })
})
