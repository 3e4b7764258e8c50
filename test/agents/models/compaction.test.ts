// A conversation near the model's window, over real HTTP: the model takes notes of what is older, nothing is torn apart, a
// retry after a crash asks for none of it again, and what cannot fit is refused with its count.
import { tool } from 'ai'
import { defineModelAgent } from 'troupe'
import { z } from 'zod'
import type { HostContext } from '../../../src/agents/context'
import { HOST } from '../../../src/agents/host-port'
import { memoryLedger } from '../../../src/agents/ledger/memory-ledger'
import { memoryEffects } from '../../../src/agents/memory-effects'
import { countTokens } from '../../../src/agents/models/count-tokens'
import type { JsonValue } from '../../../src/contract/json'
import { useModels } from '../../support/models'
import { answer, type ChatRequest } from '../../support/openai-server'

const WINDOW = 6_000
const ROUNDS = 24
const nothing = (): void => undefined
const info = jest.fn()

const models = useModels()
let ledger: ReturnType<typeof memoryLedger>
beforeEach(() => {
  models.reset()
  info.mockReset()
  ledger = memoryLedger()
})

function reader(words: number, contextWindow: number | 'unknown' = WINDOW) {
  const page = tool({
    description: 'One page.',
    inputSchema: z.object({ number: z.int() }),
    execute: ({ number }) => Array.from({ length: words }, (_, place) => `word${number}x${place}`).join(' '),
  })
  const settings = { name: 'reader', instructions: 'You read page by page.', maxSteps: 100 }
  return defineModelAgent({ ...settings, tools: { page }, ...(contextWindow === 'unknown' ? {} : { contextWindow }) })
}

/** One attempt on the ledger: what it returns, or what it fails with. */
async function attempt(agent = reader(100), prompt = 'Read it, and remember the lighthouse.'): Promise<JsonValue> {
  const context: HostContext = {
    task: { id: 'read', type: 'reader', payload: { prompt }, priority: 'normal' },
    runId: 'run-1',
    attempt: 1,
    signal: new AbortController().signal,
    progress: nothing,
    publish: async () => undefined,
    spawn: nothing,
    artifacts: { put: async () => '', get: async () => new Uint8Array() },
    log: { debug: nothing, info, warn: nothing, error: nothing },
    [HOST]: {
      ledger,
      effects: memoryEffects(),
      approvals: { ask: async () => undefined },
      agent: 'reader',
      model: 'openai/test-model',
    },
  }
  return agent.handleWithTimeout(context.task, context)
}

const isForNotes = ({ system }: ChatRequest): boolean => system.includes('Write the notes')
const notes = (): ChatRequest[] => models.requests.filter(isForNotes)
const rounds = (): ChatRequest[] => models.requests.filter((request) => !isForNotes(request))

/** A model that calls its tool so often, fails as often as it is told to, and writes so many notes too long. */
function reads(fails: (request: ChatRequest) => boolean = () => false, tooLong = 0): void {
  let pages = 0
  let noted = 0
  let cut = 0
  models.answerBy((request) => {
    if (fails(request)) return { kind: 'status', status: 503 }
    const tokens = { prompt: Math.ceil(JSON.stringify(request.body.messages).length / 3), completion: 20 }
    if (isForNotes(request) && cut++ < tooLong) return answer('Half of', { ...tokens, completion: WINDOW })
    if (isForNotes(request)) return answer(`Notes ${++noted}: pages up to ${pages} are read.`, tokens)
    if (pages === ROUNDS) return answer('all of it', tokens)
    return { kind: 'tool', name: 'page', input: { number: pages++ }, tokens }
  })
}

async function tokensOf({ body }: ChatRequest): Promise<number> {
  return countTokens(JSON.stringify(body.messages) + JSON.stringify(body.tools ?? []))
}

interface Said {
  tool_calls?: { id: string }[]
  tool_call_id?: string
}

test('the model notes what is older; task, notes and newest rounds are sent whole, and always fit', async () => {
  reads()
  expect(await attempt()).toBe('all of it')
  expect(rounds()).toHaveLength(ROUNDS + 1)
  expect(notes().length).toBeGreaterThanOrEqual(2)
  for (const request of models.requests) {
    expect(await tokensOf(request)).toBeLessThan(WINDOW)
    expect(request.body.messages[0]!.role).toBe('system')
  }
  for (const { body } of rounds()) {
    const { messages } = body
    expect(JSON.stringify(messages[1])).toContain('remember the lighthouse')
    const called = (messages as Said[]).flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id))
    const told = (messages as Said[]).flatMap(({ tool_call_id: id }) => id ?? [])
    expect(told).toEqual(called)
  }
  const last = JSON.stringify(rounds().at(-1)!.body.messages)
  expect(last).toContain(`Notes ${notes().length}: pages up to`)
  expect(last).toContain(`word${ROUNDS - 1}x99`)
  expect(last).not.toContain('word0x0')
  // The notes so far are part of what the next ones are taken of
  expect(notes()[1]!.prompt).toContain('Notes 1: pages up to')
  expect(info).toHaveBeenCalledTimes(notes().length)
  const [said, { tokens, left }] = info.mock.calls[0] as [string, { tokens: number; left: number }]
  expect([said, left < tokens]).toEqual(['the conversation was compacted', true])
  // Each is a call like any other, and paid
  expect(ledger.tokensUsed).toBe(models.billed.tokens)
})

test.each([
  ['before notes', (request: ChatRequest) => isForNotes(request)],
  ['after notes', (request: ChatRequest) => !isForNotes(request) && JSON.stringify(request.body).includes('Notes 1:')],
])('a retry after a crash %s asks for nothing twice', async (_name, where) => {
  let crashed = false
  reads((request) => !crashed && where(request) && (crashed = true))
  await expect(attempt()).rejects.toMatchObject({ code: 'ModelUnavailable' })
  expect(await attempt()).toBe('all of it')
  const asked = models.requests.map(({ body }) => JSON.stringify(body))
  // Only what had failed was sent again
  expect(new Set(asked).size).toBe(asked.length - 1)
  expect(models.billed.calls).toBe(asked.length - 1)
  const before = models.requests.length
  expect(await attempt()).toBe('all of it')
  expect(models.requests).toHaveLength(before)
})

test('what cannot fit is refused with its count, and nothing is asked for it', async () => {
  reads()
  const large = 'a lighthouse at sea '.repeat(2_000)
  await expect(attempt(reader(100), large)).rejects.toMatchObject({
    code: 'TooManyTokens',
    retryable: false,
    message: expect.stringMatching(
      /"reader", in a window of 6,000 tokens: .* has 8,\d+ tokens, at most 4,800 fit/,
    ) as string,
  })
  expect(models.requests).toEqual([])
  await expect(attempt(reader(2_500))).rejects.toMatchObject({ code: 'TooManyTokens', retryable: false })
  expect(models.requests).toHaveLength(1)
})

test('notes that were cut off are asked for once more, shorter, and never stand for what they leave out', async () => {
  reads(undefined, 1)
  expect(await attempt()).toBe('all of it')
  const words = notes().map(({ system }) => Number(/Write (\d+) words at most/.exec(system)![1]))
  expect(words.slice(0, 3)).toEqual([300, 150, 300])
  expect(models.requests.map(({ body }) => JSON.stringify(body)).join()).not.toContain('Half of')
  ledger = memoryLedger()
  reads(undefined, 2)
  await expect(attempt()).rejects.toMatchObject({ code: 'OutputRejected', retryable: true })
})

test('without a window that anybody knows nothing changes', async () => {
  reads()
  expect(await attempt(reader(100, 'unknown'))).toBe('all of it')
  expect(notes()).toHaveLength(0)
  expect(JSON.stringify(models.requests.at(-1)!.body)).toContain('word0x0')
})
