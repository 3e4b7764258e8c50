// What was answered is not paid for twice: a worker that is killed, attempts that fail, and what the run says of its tokens.
// The models are real, behind real HTTP; the server counts what it bills.
import type { ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run, RunStatusReport } from '../../src/index'
import { useModels } from '../support/models'
import { answer, type ChatRequest } from '../support/openai-server'
import { useTroupe } from '../support/troupe'
import { killed, serveElsewhere } from '../support/typescript-process'
import { ledgerTeam as team } from './support/ledger-team'

const test = useTroupe('ledger')
const MODEL = 'openai-compatible/local-model'
const PATIENCE_MS = 30_000
const models = useModels()
let worker: ChildProcess | undefined

beforeEach(() => models.reset())
afterEach(killWorker)

async function startWorker(): Promise<void> {
  worker = await serveElsewhere(test, 'test/run/support/ledger-team.ts', 'ledgerTeam')
}

function killWorker(): Promise<void> {
  return killed(worker)
}

async function statusUntil(run: Run, wanted: (report: RunStatusReport) => boolean): Promise<RunStatusReport> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const report = await run.status()
    if (wanted(report)) return report
    if (Date.now() > end) throw new Error(`not within ${PATIENCE_MS} ms; at last: ${JSON.stringify(report)}`)
  }
}

const asked = ({ prompt }: ChatRequest): string => prompt

it('a killed worker’s replacement repeats no step and pays for no answer again, in a child process neither', async () => {
  const [marks, go] = [join(test.directory, 'marks'), join(test.directory, 'go')]
  const payload = { marks, go }
  const hanging: string[] = []
  models.answerBy(({ prompt }) => {
    if (!prompt.includes('cut') || hanging.length > 0) return answer(`to ${prompt}`)
    hanging.push(prompt)
    return { kind: 'hang' }
  })
  await startWorker()
  const run = await test.troupe.start(
    {
      name: 'killed',
      subtasks: [
        { id: 'own', agentType: 'pays', payload },
        { id: 'apart', agentType: 'pays-apart', payload },
        { id: 'cut', agentType: 'pays', payload },
      ],
    },
    { team, model: MODEL },
  )
  const before = await statusUntil(run, ({ pending, tokensUsed }) => {
    const outlined = pending.filter(({ progress }) => progress === 'outlined')
    return outlined.length === 2 && tokensUsed === models.billed.tokens && hanging.length === 1
  })
  expect(before.tokensUsed).toBeGreaterThan(0)
  expect(before.pending.map(({ tokensUsed = 0 }) => tokensUsed > 0)).toEqual(
    before.pending.map(({ subtask }) => subtask !== 'cut'),
  )
  expect(await run.calls()).toHaveLength(2)
  await killWorker()
  writeFileSync(go, '')
  await test.serve(team)
  const outcome = await run.result()

  const told = (id: string) => ({ page: { from: 1 }, outline: `to ${id}: outline`, text: `to ${id}: write` })
  for (const id of ['own', 'apart', 'cut'])
    expect(outcome.results[id]).toMatchObject({ output: told(id), attempt: 2, success: true })
  expect(readFileSync(marks, 'utf8').split('\n').filter(Boolean).sort()).toEqual(['apart', 'cut', 'own'])
  const expected = ['own: outline', 'own: write', 'apart: outline', 'apart: write', 'cut: outline', 'cut: write']
  expect(models.requests.map(asked).sort()).toEqual([...expected, 'cut: outline'].sort())
  expect(outcome.tokensUsed).toBe(models.billed.tokens)
  // Nobody knows whether the provider bills the call that its worker did not live to see answered
  expect(outcome).toMatchObject({ unconfirmedCalls: 1 })
  expect(outcome.results.cut).toMatchObject({ unconfirmedCalls: 1 })
  expect(outcome.results.own).not.toHaveProperty('unconfirmedCalls')
  const calls = await run.calls()
  expect(calls.map(({ subtask, agent, number }) => `${subtask} ${agent} ${number}`)).toEqual([
    'apart pays-apart 0',
    'apart pays-apart 1',
    'cut pays 0',
    'cut pays 1',
    'own pays 0',
    'own pays 1',
  ])
  expect(calls[0]).toMatchObject({
    attempt: 0,
    model: MODEL,
    answer: { content: [{ type: 'text', text: 'to apart: outline' }] },
  })
})

it('asks anew after an answer that was refused, not after another failure, and counts the tokens of both', async () => {
  const decisions = ['{"ok":false}', '{"ok":true}']
  models.answerBy(({ prompt }) =>
    prompt.includes('decide')
      ? answer(decisions.shift()!, { prompt: 70, completion: 30 })
      : answer('said', { prompt: 7, completion: 3 }),
  )
  const run = await test.troupe.start(
    { name: 'failing', subtasks: ['picky', 'shaky', 'echo'].map((id) => ({ id, agentType: id })) },
    { team, model: MODEL },
  )
  const outcome = await run.result()
  expect(outcome.results.picky).toMatchObject({ output: { ok: true }, attempt: 2, tokensUsed: 200 })
  expect(outcome.results.shaky).toMatchObject({ output: 'said', attempt: 2, tokensUsed: 10 })
  expect(outcome).toMatchObject({ tokensUsed: 210 })
  expect(outcome).not.toHaveProperty('unconfirmedCalls')
  expect(models.billed).toEqual({ calls: 3, tokens: 210 })
  const calls = await run.calls()
  expect(calls.map(({ subtask, attempt, number }) => [subtask, attempt, number])).toEqual([
    ['picky', 0, 0],
    ['picky', 1, 0],
    ['shaky', 0, 0],
  ])
  const events = await run.getEventLog({ type: 'subtask.completed' })
  const used = events.map(({ correlationId, payload }) => [
    correlationId,
    (payload as { tokensUsed: number }).tokensUsed,
  ])
  expect(Object.fromEntries(used)).toEqual({ picky: 200, shaky: 10, echo: 0 })
  expect(await run.status()).toMatchObject({ tokensUsed: 210 })
})

it('tells what a cancelled run has used', async () => {
  models.answerBy(() => answer('said', { prompt: 7, completion: 3 }))
  const payload = { marks: join(test.directory, 'marks'), go: join(test.directory, 'never') }
  const plan = { name: 'cancelled', subtasks: [{ id: 'own', agentType: 'pays', payload }] }
  const run = await test.troupe.start(plan, { team, model: MODEL })
  await statusUntil(run, ({ pending }) => pending.some(({ progress }) => progress === 'outlined'))
  await run.cancel()
  const outcome = await run.outcome()
  expect(outcome).toMatchObject({ status: 'cancelled', code: 'Cancelled', tokensUsed: 10 })
  expect(outcome.results.own).toMatchObject({ status: 'cancelled', tokensUsed: 10 })
  const [event] = await run.getEventLog({ type: 'subtask.cancelled' })
  expect(event).toMatchObject({ payload: { tokensUsed: 10 } })
})
