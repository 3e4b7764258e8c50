// Budgets of a run: shared by all of its agents, reserved before each call, raised by a person; and a provider that counts, and
// says when to come back. Several worker processes, and what dies: test/crash/budget.proof.ts.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import { RunFailedError, teamManifest, type Run, type RunStatusReport } from '../../src/index'
import { MAIN } from '../cli/support/command'
import { useModels } from '../support/models'
import { answer, subjectOf, type Behaviour } from '../support/openai-server'
import { useTroupe } from '../support/troupe'
import { ledgerTeam as team } from './support/ledger-team'
import { limitedTeam } from './support/limited-team'

/** A run continues as new after a dozen subtasks. */
process.env.TROUPE_CONTINUE_AFTER_EVENTS ??= '60'
const test = useTroupe('budget')
const MODEL = 'openai-compatible/local-model'
const CAP = 4_000
const A_CALL = 100
const TOKENS = { prompt: 10, completion: A_CALL - 10 }
const AGENTS = 4
const models = useModels(() => answer('yes', TOKENS))

beforeAll(async () => {
  // The team's code is at hand, and its queues are served once a run names them
  const worker = await test.troupe.serve([], { onDemand: [team, limitedTeam] })
  expect(worker.serves('agent.ledger.eager')).toBe(false)
})
beforeEach(() => {
  models.reset()
  models.answerBy(() => answer('yes', TOKENS))
})

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

it('holds what finds its budget used up, and goes on when a person raises it, with nothing paid twice', async () => {
  const plan = {
    name: 'held',
    onBudget: 'hold' as const,
    subtasks: [
      // The budget has room for seven calls in all, whoever makes them
      { id: 'long', agentType: 'eager', payload: { calls: 8 } },
      { id: 'bounded', agentType: 'eager', payload: { calls: 3 }, budget: { calls: 2 } },
      { id: 'after', agentType: 'echo', dependsOn: ['long', 'bounded'] },
    ],
  }
  models.next({ kind: 'status', status: 429, message: 'slow down' })
  const run = await test.troupe.start(plan, { team, model: MODEL, budget: { tokens: 1_000 } })
  const held = await until(run, ({ counts }) => counts.held === 2)
  const before = models.billed.calls
  expect(before).toBeGreaterThan(4)
  expect(before).toBeLessThan(9)
  expect(models.billed.tokens).toBeLessThanOrEqual(1_000)
  expect(held).toMatchObject({ cost: 'unknown', budget: { run: { tokens: 1_000 }, onBudget: 'hold' } })
  const commands = held.waiting.map(({ command }) => command)
  expect(commands).toContain(`troupe budget ${run.id} --tokens N`)

  expect(await command('budget', run.id)).toMatchObject({ code: 2, stderr: expect.stringContaining('--usd') })
  const lower = await command('budget', run.id, '--tokens', '900')
  expect(lower).toMatchObject({ code: 2, stderr: expect.stringContaining('may already use 1,000 tokens') })
  const money = await command('budget', run.id, '--usd', '5')
  expect(money).toMatchObject({ code: 2, stderr: expect.stringContaining('not limited') })
  const raised = await command('budget', run.id, '--tokens', '20000')
  expect(raised).toMatchObject({ code: 0, stdout: expect.stringContaining('may use 20,000 tokens in all') })
  // What is held for another budget is tried, and held again
  const still = await until(run, ({ counts }) => counts.held === 1 && counts.running + counts.ready === 0)
  expect(still.waiting.map((reason) => reason.command)).toContain(`troupe budget ${run.id} --calls N --task bounded`)
  await run.raiseBudget({ budget: { calls: 3 }, taskId: 'bounded', by: 'mo' })
  const outcome = await run.result()
  expect(outcome.results.long).toMatchObject({ output: 'asked 8 times', tokensUsed: 8 * A_CALL })
  expect(models.billed).toEqual({ calls: 11, tokens: 11 * A_CALL })
  expect(outcome.tokensUsed).toBe(11 * A_CALL)
  expect(outcome).not.toHaveProperty('unconfirmedCalls')
  const told = await run.getEventLog({ type: 'budget.raised' })
  expect(told.map(({ payload }) => payload)).toMatchObject([
    { budget: { tokens: 20_000 } },
    { by: 'mo', subtask: 'bounded' },
  ])
})

it('ends what goes on beyond its wall time, whatever it does; an agent has one for all of its subtasks', async () => {
  const plan = {
    name: 'slow',
    subtasks: [
      { id: 'wait', agentType: 'wait', payload: { ms: 60_000 }, budget: { wallMs: 1_000 } },
      { id: 'short', agentType: 'naps', payload: { ms: 600 } },
      { id: 'long', agentType: 'naps', payload: { ms: 60_000 }, dependsOn: ['short'] },
    ],
  }
  const { results } = await (await test.troupe.start(plan, { team: limitedTeam })).outcome()
  expect(results.wait!.error).toMatchObject({
    code: 'BudgetExceeded',
    message: 'the subtask "wait" may take 1.0 s; nothing is left',
  })
  expect(results.short).toMatchObject({ output: 'woke up' })
  expect(results.long!.error).toMatchObject({ message: 'the agent "naps" may take 1.5 s; nothing is left' })
  expect(results.long!.durationMs).toBeLessThan(1_200)
})

it('gives back what an execution that waits for a person has reserved, and holds it where nothing is left then', async () => {
  const marks = join(test.directory, 'marks')
  process.env.APPROVAL_MARKS = marks
  let asked = (): void => undefined
  const isAsked = new Promise<void>((resolve) => (asked = resolve))
  const push: Behaviour = { kind: 'tool', name: 'push', input: { branch: 'main' }, tokens: TOKENS }
  models.answerBy(async (request) => {
    if (subjectOf(request) !== 'Push.') return isAsked.then(() => answer('yes', TOKENS))
    return request.body.messages.some(({ role }) => role === 'tool') ? answer('pushed', TOKENS) : (asked(), push)
  })
  const subtasks = [
    { id: 'asks', agentType: 'asks', payload: { prompt: 'Push.' } },
    { id: 'eager', agentType: 'eager', payload: { calls: 4 } },
  ]
  const plan = { name: 'asking', onBudget: 'hold' as const, subtasks, budget: { calls: 3 } }
  const run = await test.troupe.start(plan, { team: limitedTeam, model: MODEL })
  // Who waits has used one call, and left room for two others
  await until(run, ({ subtasks: rows }) => statesOf(rows) === 'asks: asking, eager: held')
  expect(models.billed.calls).toBe(3)
  const { request } = (await run.status()).subtasks[0]!
  await run.approve('asks', { approvalId: request!.approvalId! })
  await until(run, ({ subtasks: rows }) => statesOf(rows) === 'asks: held, eager: held')
  expect(models.billed.calls).toBe(3)
  await run.raiseBudget({ budget: { calls: 6 } })
  const { results, tokensUsed, ...outcome } = await run.result()
  delete process.env.APPROVAL_MARKS
  expect([results.asks, results.eager]).toMatchObject([
    { output: 'pushed', tokensUsed: 2 * A_CALL, attempt: 1 },
    { output: 'asked 4 times', tokensUsed: 4 * A_CALL },
  ])
  expect(models.billed).toEqual({ calls: 6, tokens: tokensUsed })
  expect(outcome).not.toHaveProperty('unconfirmedCalls')
  expect(readFileSync(marks, 'utf8')).toBe('main\n')
})

it('counts what an agent’s subtasks use together, over runs that continue as new', async () => {
  const few = (id: string, calls: number, dependsOn: string[] = []) => ({
    id,
    agentType: 'few',
    payload: { calls },
    dependsOn,
  })
  const echoes = Array.from({ length: 12 }, (_, place) => ({
    id: `echo-${place}`,
    agentType: 'echo',
    dependsOn: [place === 0 ? 'second' : `echo-${place - 1}`],
  }))
  const subtasks = [few('first', 1), few('second', 2, ['first']), ...echoes, few('third', 1, ['echo-11'])]
  const run = await test.troupe.start({ name: 'few', onBudget: 'hold', subtasks }, { team: limitedTeam, model: MODEL })
  const held = await until(run, ({ counts }) => counts.held === 1)
  expect(held.waiting.map(({ command }) => command)).toContain(`troupe budget ${run.id} --calls N --agent few`)
  await run.raiseBudget({ budget: { calls: 3 }, agent: 'few' })
  const again = await until(run, ({ counts }) => counts.held === 1 && counts.succeeded === 14)
  expect(again.budget).toMatchObject({ agents: { few: { calls: 3 } } })
  expect(models.billed.calls).toBe(3)
  expect(await hasContinued(run)).toBe(true)
  await run.raiseBudget({ budget: { calls: 4 }, agent: 'few' })
  const { tokensUsed, spentBy } = await run.result()
  expect(models.billed).toEqual({ calls: 4, tokens: tokensUsed })
  expect(spentBy).toMatchObject({ few: { tokensUsed } })
})

it('refuses money for a model whose price nobody knows, before it starts, and at once where somebody else started it', async () => {
  const plan = { name: 'unpriced', subtasks: [{ id: 'one', agentType: 'eager', payload: { calls: 1 } }] }
  const options = { team, model: MODEL, budget: { usd: 1 } }
  await expect(test.troupe.start(plan, options)).rejects.toMatchObject({
    code: 'PriceUnknown',
    message: expect.stringContaining(MODEL),
    hint: expect.stringContaining('inputPerMillion'),
  })
  const started = await test.troupe.client.start(plan, { ...options, team: teamManifest(team) })
  await expect(started.outcome()).resolves.toMatchObject({ status: 'failed', code: 'PriceUnknown' })
  const spending = {
    name: 'by-call',
    subtasks: [{ id: 'one', agentType: 'eager', payload: { calls: 1 }, budget: { usd: 1 } }],
  }
  const outcome = await (await test.troupe.start(spending, { team, model: MODEL })).outcome()
  expect(outcome.results.one!.error).toMatchObject({ code: 'PriceUnknown' })
  expect(models.requests).toHaveLength(0)
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

async function until(run: Run, wanted: (report: RunStatusReport) => boolean): Promise<RunStatusReport> {
  for (const end = Date.now() + 30_000; ; await new Promise((next) => setTimeout(next, 100))) {
    const report = await run.status()
    if (wanted(report)) return report
    if (Date.now() > end) throw new Error(`waited in vain: ${JSON.stringify(report)}`)
  }
}

const statesOf = (rows: RunStatusReport['subtasks']): string =>
  rows.map(({ id, state }) => `${id}: ${state}`).join(', ')

async function hasContinued({ id }: Run): Promise<boolean> {
  const connection = await Connection.connect({ address: test.address })
  const { workflow } = new Client({ connection, namespace: test.namespace })
  const { events } = await workflow.getHandle(id).fetchHistory()
  await connection.close()
  return Boolean(events![0]!.workflowExecutionStartedEventAttributes!.continuedExecutionRunId)
}

/** The built command, on this test's server and store. */
async function command(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { address: TEMPORAL_ADDRESS, namespace: TEMPORAL_NAMESPACE, storeDirectory: TROUPE_STORE } = test
  const env = { ...process.env, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TROUPE_STORE }
  const ended = promisify(execFile)(process.execPath, [MAIN, ...args], { env })
  return ended.then(
    (said) => ({ code: 0, ...said }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}
