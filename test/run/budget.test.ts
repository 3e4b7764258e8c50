// The run's cap on tokens: shared by all of its agents, checked before each call; and a provider that says when to come back.
import { RunFailedError } from '../../src/index'
import { answer, OpenAiServer } from '../support/openai-server'
import { useTroupe } from '../support/troupe'
import { ledgerTeam as team } from './support/ledger-team'

const test = useTroupe('budget')
const MODEL = 'openai-compatible/local-model'
const CAP = 4_000
const A_CALL = 100
const AGENTS = 4
let models: OpenAiServer

beforeAll(async () => {
  models = await OpenAiServer.start(() => answer('yes', { prompt: 10, completion: A_CALL - 10 }))
  process.env.OPENAI_COMPATIBLE_BASE_URL = models.url
  // The team's code is at hand, and its queues are served once a run names them
  const worker = await test.troupe.serve([], { onDemand: [team] })
  expect(worker.serves('agent.ledger.eager')).toBe(false)
})
afterAll(async () => {
  delete process.env.OPENAI_COMPATIBLE_BASE_URL
  await models.close()
})
beforeEach(() => models.reset())

it('ends the run at its cap, says what was spent on what, and keeps what was done', async () => {
  const eager = Array.from({ length: AGENTS }, (_, place) => ({
    id: `eager-${place}`,
    agentType: 'eager',
    payload: { calls: 50 },
    dependsOn: ['first'],
  }))
  const plan = {
    name: 'capped',
    subtasks: [
      { id: 'first', agentType: 'eager', payload: { calls: 2 } },
      ...eager,
      { id: 'plain', agentType: 'wait', payload: { ms: 10 }, dependsOn: ['first'] },
      { id: 'after', agentType: 'echo', dependsOn: ['eager-0'] },
    ],
  }
  const run = await test.troupe.start(plan, { team, model: MODEL, maxTokens: CAP })
  const failure = (await run.result().catch((error: unknown) => error)) as RunFailedError
  expect(failure).toBeInstanceOf(RunFailedError)
  expect(failure.code).toBe('BudgetExceeded')
  expect(failure.message).toMatch(/may use 4,000 tokens and has used \d,\d{3}: eager \d,\d{3} \("(first|eager-\d)" \d+/)
  const { outcome } = failure
  expect(outcome).toMatchObject({ status: 'failed', code: 'BudgetExceeded', tokensUsed: models.billed.tokens })
  expect(outcome.counts).toEqual({ succeeded: 2, failed: AGENTS, skipped: 1, cancelled: 0 })
  // What was left would have held no answer worth a call
  expect(outcome.tokensUsed).toBeGreaterThan(CAP - 4 * A_CALL)
  expect(outcome.tokensUsed).toBeLessThanOrEqual(CAP)
  expect(outcome.results.first).toMatchObject({ output: 'asked 2 times', tokensUsed: 2 * A_CALL })
  expect(outcome.results.plain).toMatchObject({ success: true })
  const failed = Object.values(outcome.results).filter(({ status }) => status === 'failed')
  for (const { error, attempt } of failed) {
    expect(error).toMatchObject({
      code: 'BudgetExceeded',
      retryable: false,
      hint: expect.stringContaining('--max-tokens'),
    })
    expect(attempt).toBe(1)
  }
  expect(failed.reduce((sum, { tokensUsed }) => sum + tokensUsed, 2 * A_CALL)).toBe(models.billed.tokens)
  const told = await run.getEventLog({ type: 'subtask.failed' })
  const used = told.map(({ payload }) => (payload as { tokensUsed?: number }).tokensUsed ?? 0)
  expect(used.sort()).toEqual(failed.map(({ tokensUsed }) => tokensUsed).sort())
  expect(await run.status()).toMatchObject({ status: 'failed', tokensUsed: models.billed.tokens })
})

it('tries again when the provider says, and bills nothing for what it refused', async () => {
  models.next({ kind: 'status', status: 429, headers: { 'retry-after': '2' }, message: 'slow down' })
  const result = await test.troupe.submit('eager', { calls: 1 }, { team, model: MODEL })
  expect(result).toMatchObject({ success: true, attempt: 2, tokensUsed: A_CALL })
  expect(result).not.toHaveProperty('unconfirmedCalls')
  const [first, second] = models.requests
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(1_900)
})

it('refuses a cap and a model that are none, before anything starts', async () => {
  const plan = { name: 'wrong', subtasks: [{ id: 'echo', agentType: 'echo' }] }
  const starting = test.troupe.start(plan, { model: 'gpt', maxTokens: 0.5 })
  await expect(starting).rejects.toMatchObject({
    code: 'InvalidPlan',
    problems: [{ path: 'model', hint: expect.stringContaining('anthropic') }, { path: 'maxTokens' }],
  })
})
