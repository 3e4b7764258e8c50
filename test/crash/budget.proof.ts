// A provider that counts, over real HTTP: what it has billed is what Troupe says, over kills, retries, refusals and a budget
// that ends in the middle; and no budget is passed by 20 subtasks at once on two worker processes.
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run, RunStatusReport } from '../../src/index'
import { ledgerTeam as team } from '../run/support/ledger-team'
import { useModels } from '../support/models'
import { answer } from '../support/openai-server'
import { useTroupe } from '../support/troupe'
import { killed, serveElsewhere } from '../support/typescript-process'

const test = useTroupe('budget-proof')
const MODEL = 'openai-compatible/local-model'
const PRICES = { [MODEL]: { inputPerMillion: 1_000, outputPerMillion: 2_000 } }
const A_CALL = { prompt: 10, completion: 90 }
const A_CALL_USD = 0.19
/** The shortest answer that is worth a call costs so much. */
const LEAST_USD = 0.002 * 256
const models = useModels(() => answer('yes', A_CALL))
const workers: ChildProcess[] = []

beforeAll(async () => {
  // The orchestrator's worker lives here; the agents' are killed
  await test.troupe.serve([])
})
afterEach(async () => void (await Promise.all(workers.splice(0).map(killed))))
beforeEach(() => models.reset())

async function serve(): Promise<ChildProcess> {
  const worker = await serveElsewhere(test, 'test/run/support/ledger-team.ts', 'ledgerTeam')
  workers.push(worker)
  return worker
}

async function until(run: Run, wanted: (report: RunStatusReport) => boolean): Promise<RunStatusReport> {
  for (const end = Date.now() + 60_000; ; await sleep(100)) {
    const report = await run.status()
    if (wanted(report)) return report
    if (Date.now() > end) throw new Error(`waited in vain: ${JSON.stringify(report)}`)
  }
}

const eagerSubtasks = (count: number, calls: number) =>
  Array.from({ length: count }, (_, place) => ({ id: `eager-${place}`, agentType: 'eager', payload: { calls } }))

it('spends no more than its money with 20 subtasks on two worker processes, and says what it was', async () => {
  await Promise.all([serve(), serve()])
  const limit = 3
  const plan = { name: 'money', subtasks: eagerSubtasks(20, 3), prices: PRICES }
  models.answerBy(async () => {
    await sleep(100)
    return answer('yes', A_CALL)
  })
  const run = await test.troupe.start(plan, { team, model: MODEL, budget: { usd: limit } })
  await until(run, ({ pending }) => new Set(pending.flatMap(({ worker }) => worker ?? [])).size === 2)
  const outcome = await run.outcome()
  expect(outcome).toMatchObject({ status: 'failed', code: 'BudgetExceeded', tokensUsed: models.billed.tokens })
  const billed = models.billed.calls * A_CALL_USD
  expect(outcome.cost).toBeCloseTo(billed, 9)
  expect(billed).toBeLessThanOrEqual(limit)
  expect(billed).toBeGreaterThan(limit - 2 * LEAST_USD)
  expect(outcome.spentBy).toEqual({ eager: expect.objectContaining({ cost: outcome.cost }) })
  // Each answer was bounded by what was left, and the model was told of it
  for (const { body, prompt } of models.requests) {
    expect(body.max_tokens).toBeLessThanOrEqual(limit / 0.002)
    expect(prompt).toMatch(/\[Budget, told by Troupe: .* the run (\$\d|nothing)/)
  }
  const { message } = Object.values(outcome.results).find(({ error }) => error)!.error!
  expect(message).toMatch(/^the run may spend \$3\.00; \$0\.\d+ left, the next call needs \$0\.\d+$/)
})

it('bills what Troupe says over kills, retries, refusals and a budget that is raised in the middle', async () => {
  const plan = { name: 'killed', subtasks: eagerSubtasks(6, 6), prices: PRICES, onBudget: 'hold' as const }
  // Each subtask is refused once, and every fifth answer takes its time: a kill finds some on their way
  const refused = new Set<string>()
  models.answerBy(async ({ place, prompt }) => {
    const [subtask = ''] = prompt.split(':')
    if (place % 3 === 1 && !refused.has(subtask)) {
      refused.add(subtask)
      return { kind: 'status', status: 429, message: 'slow down' }
    }
    if (place % 5 === 2) await sleep(1_000)
    return answer('yes', A_CALL)
  })
  const killAfter = async (calls: number): Promise<void> => {
    const wanted = models.billed.calls + calls
    await until(run, ({ counts }) => counts.held + counts.succeeded === 6 || models.billed.calls >= wanted)
    await killed(workers.shift())
    await serve()
  }
  await serve()
  const run = await test.troupe.start(plan, { team, model: MODEL, budget: { usd: 4 } })
  await killAfter(5)
  const held = await until(run, ({ counts }) => counts.held + counts.succeeded === 6)
  expect(held.counts.held).toBeGreaterThan(0)
  expect(models.billed.calls * A_CALL_USD).toBeLessThanOrEqual(4)
  const before = models.billed.calls
  await run.raiseBudget({ budget: { usd: 4_000 } })
  await killAfter(5)
  const outcome = await run.result()
  // What was cut off by a kill may have been billed, and is told apart; everything else agrees
  const unconfirmed = outcome.unconfirmedCalls ?? 0
  expect(models.billed.calls).toBeGreaterThan(before)
  expect(models.billed.tokens - outcome.tokensUsed).toBeGreaterThanOrEqual(0)
  expect(models.billed.tokens - outcome.tokensUsed).toBeLessThanOrEqual(unconfirmed * 100)
  expect(models.billed.calls * A_CALL_USD - (outcome.cost as number)).toBeLessThanOrEqual(
    unconfirmed * A_CALL_USD + 1e-9,
  )
  expect(outcome.tokensUsed).toBe(6 * 6 * 100)
  expect((await run.calls()).length).toBe(6 * 6)
}, 180_000)
