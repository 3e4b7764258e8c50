// One agent with 500 model calls and a conversation of more than 200,000 tokens: its history stays small, what is stored
// grows with what is new, and each call costs the worker about as much as what it has to send.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { tool } from 'ai'
import { z } from 'zod'
import { countTokens } from '../../src/agents/models/count-tokens'
import { defineModelAgent, defineTeam } from '../../src/index'
import { useModels } from '../support/models'
import { answer, type Behaviour } from '../support/openai-server'
import { useTroupe } from '../support/troupe'

const test = useTroupe('long-conversation')
/** Words of what the tool says each time: some 420 tokens. */
const WORDS = 82

const page = tool({
  description: 'One page of the log.',
  inputSchema: z.object({ number: z.int() }),
  execute: ({ number }) => Array.from({ length: WORDS }, (_, place) => `entry ${number}-${place}`).join(' '),
})

const reader = defineModelAgent({
  name: 'reader',
  instructions: 'You read a log, page by page.',
  tools: { page },
  maxSteps: 1_000,
  timeoutMs: 1_800_000,
})
const team = defineTeam({ name: 'readers', agents: [reader] })

const models = useModels()
let conversation = ''
/** Time that the worker took between an answer and the next request, by its place. */
const pauses: number[] = []

interface Measured {
  calls: number
  /** Bytes of Temporal's history, and of all files in the store. */
  history: number
  stored: number
  /** Of the last request's messages. */
  tokens: number
  seconds: number
  slowestMs: number
}

async function converse(calls: number): Promise<Measured> {
  const storedBefore = bytesBelow(test.storeDirectory)
  const began = Date.now()
  pauses.length = 0
  let answeredAt = 0
  models.answerBy(({ body, at }): Behaviour => {
    if (answeredAt > 0) pauses.push(at - answeredAt)
    const place = body.messages.filter(({ role }) => role === 'tool').length
    if (place === calls - 1) conversation = body.messages.map(({ content }) => JSON.stringify(content)).join('\n')
    // A request in memory is a whole conversation
    models.requests.length = 0
    answeredAt = Date.now()
    return place < calls - 1 ? { kind: 'tool', name: 'page', input: { number: place } } : answer('read')
  })
  const plan = { name: `reading-${calls}`, subtasks: [{ id: 'read', agentType: 'reader' }] }
  const run = await test.troupe.start(plan, { team, model: 'openai/test-model', maxTokens: 1_000_000_000 })
  const { results } = await run.result()
  expect(results.read!.output).toBe('read')
  expect((await run.modelCalls('read')).filter(({ state }) => state === 'answered')).toHaveLength(calls)
  return {
    calls,
    history: await historyBytes(run.id),
    stored: bytesBelow(test.storeDirectory) - storedBefore,
    tokens: await countTokens(conversation),
    seconds: Math.round((Date.now() - began) / 100) / 10,
    slowestMs: Math.max(...pauses.slice(-20)),
  }
}

async function historyBytes(id: string): Promise<number> {
  const connection = await Connection.connect({ address: test.address })
  const handle = new Client({ connection, namespace: test.namespace }).workflow.getHandle(id)
  const { historySize } = await handle.describe()
  await connection.close()
  return historySize ?? NaN
}

function bytesBelow(directory: string): number {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
}

it('keeps a history below 100 KB, and stores what is new once', async () => {
  const worker = await test.serve(team)
  const measured: Measured[] = []
  for (const calls of [125, 250, 500]) measured.push(await converse(calls))
  await worker.shutdown()
  console.table(measured.map((one) => ({ ...one, 'stored/token': Math.round((one.stored / one.tokens) * 100) / 100 })))
  const [first, second, last] = measured as [Measured, Measured, Measured]
  expect(last.tokens).toBeGreaterThan(200_000)
  expect(last.history).toBeLessThan(100_000)
  // The same, however many calls there were
  expect(Math.abs(last.history - first.history)).toBeLessThan(1_000)
  // Twice the tokens are twice the bytes: a conversation that was stored with each call would be four times as many
  for (const [half, whole] of [[first, second] as const, [second, last] as const]) {
    const growth = whole.stored / half.stored / (whole.tokens / half.tokens)
    expect(growth).toBeGreaterThan(0.8)
    expect(growth).toBeLessThan(1.2)
  }
}, 1_200_000)
