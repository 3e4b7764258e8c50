// `context.step`: what a step returned is recorded once, and told apart by name, order and the steps around it.
import { recordedTool } from '../../../src/agents/ledger/equip'
import type { AgentContext } from '../../../src/index'
import { attempt, watchedLedger } from './support/executions'

it('runs a step once, however often the agent is executed', async () => {
  const ledger = watchedLedger()
  let runs = 0
  const work = (context: AgentContext) => context.step('fetch', () => ({ page: ++runs }))
  expect(await attempt(ledger, work)).toEqual({ page: 1 })
  expect(await attempt(ledger, work)).toEqual({ page: 1 })
  expect(runs).toBe(1)
})

it('gives a step that returns nothing as nothing, and dates as text, the first time too', async () => {
  const ledger = watchedLedger()
  const seen: unknown[] = []
  const work = async (context: AgentContext) => {
    seen.push(await context.step('nothing', () => undefined))
    seen.push(await context.step('date', () => new Date(0)))
  }
  await attempt(ledger, work)
  await attempt(ledger, work)
  expect(seen).toEqual([undefined, '1970-01-01T00:00:00.000Z', undefined, '1970-01-01T00:00:00.000Z'])
})

it('tells steps of one name apart by their order, also when the later one ends first', async () => {
  const ledger = watchedLedger()
  let runs = 0
  const work = (context: AgentContext) =>
    Promise.all(
      [20, 1].map((delay) =>
        context.step('part', async () => {
          const run = ++runs
          await new Promise((resolve) => setTimeout(resolve, delay))
          return `${run}`
        }),
      ),
    )
  const first = await attempt(ledger, work)
  expect(first).toEqual(['1', '2'])
  expect(await attempt(ledger, work)).toEqual(first)
  expect(runs).toBe(2)
})

it('tells steps apart by the steps around them', async () => {
  const ledger = watchedLedger()
  let runs = 0
  const inner = (context: AgentContext) => context.step('inner', () => ++runs)
  const work = async (context: AgentContext) => [
    await context.step('outer', () => inner(context)),
    await context.step('outer', () => inner(context)),
    await context.step('outer#1', () => inner(context)),
    await inner(context),
  ]
  expect(await attempt(ledger, work)).toEqual([1, 2, 3, 4])
  expect(await attempt(ledger, work)).toEqual([1, 2, 3, 4])
})

it('keeps what a step that was cut off had done inside', async () => {
  const ledger = watchedLedger()
  let runs = 0
  let dies = true
  const work = (context: AgentContext) =>
    context.step('outer', async () => {
      const kept = await context.step('inner', () => ++runs)
      if (dies) throw new Error('the worker dies')
      return kept
    })
  await expect(attempt(ledger, work)).rejects.toThrow('the worker dies')
  dies = false
  expect(await attempt(ledger, work)).toBe(1)
})

it('records nothing of a step that throws', async () => {
  const ledger = watchedLedger()
  let runs = 0
  const work = (context: AgentContext) =>
    context.step('fails', () => {
      if (++runs === 1) throw new Error('not yet')
      return runs
    })
  await expect(attempt(ledger, work)).rejects.toThrow('not yet')
  expect(await attempt(ledger, work)).toBe(2)
})

it('refuses what JSON cannot hold, and names the step', async () => {
  const failing = attempt(watchedLedger(), (context) => context.step('count', () => 1n))
  await expect(failing).rejects.toMatchObject({ code: 'AgentFailed', message: expect.stringContaining('step "count"') })
})

it('runs a tool once for each input, and once more for each further call', async () => {
  const ledger = watchedLedger()
  const runs: string[] = []
  const call = (context: AgentContext, city: string) =>
    recordedTool(context, 'weather', { city }, () => `${city} ${runs.push(city)}`)
  const work = async (context: AgentContext) => [
    await call(context, 'Rome'),
    await call(context, 'Oslo'),
    await call(context, 'Rome'),
  ]
  expect(await attempt(ledger, work)).toEqual(['Rome 1', 'Oslo 2', 'Rome 3'])
  expect(await attempt(ledger, work)).toEqual(['Rome 1', 'Oslo 2', 'Rome 3'])
  expect(runs).toEqual(['Rome', 'Oslo', 'Rome'])
})
