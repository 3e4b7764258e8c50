// The ledger in the store: what several executions, of one process or of many, leave in it and make of it.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { BudgetLog } from '../../../activities/budget-log'
import { ExecutionBudget } from '../../../activities/execution-budget'
import { ExecutionLedger, type ExecutionKey } from '../../../activities/ledger'
import { RunSpending } from '../../../activities/spending'
import type { LedgerCall } from '../../../src/agents/host-port'
import { recordedCalls } from '../../../src/client/calls'
import { modelCalls } from '../../../src/client/model-calls'
import type { StoredOutput } from '../../../src/contract/run'
import { TroupeError, type ErrorCode, type JsonValue, type Store } from '../../../src/index'
import { openFileStore } from '../../../src/storage/file-store'
import { loadOutput, storeOutput } from '../../../src/storage/output'
import { temporaryDirectory } from '../../storage/support/temporary'

const directory = temporaryDirectory()
const run = { workflowId: 'docs-ab12', firstRunId: 'first' }
let store: Store
let stores = 0
beforeEach(async () => (store = await openFileStore({ directory: join(directory, String(++stores)) })))

/** Each execution as in a process of its own. */
function open(
  { limit = 500_000, assumed, ...more }: Partial<ExecutionKey> & { limit?: number; assumed?: true } = {},
  onTokens = (_tokens: number): void => undefined,
) {
  const key = { run, subtask: 'draft', agent: 'writer', attempt: 1, token: String(Math.random()), ...more }
  const outputs = {
    keep: (value: JsonValue) => storeOutput(store, value),
    load: async (kept: StoredOutput) => ('inline' in kept ? kept.inline : loadOutput(store, kept.reference)),
  }
  const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
  const spending = new RunSpending(store, run)
  const levels = [{ level: 'run' as const, limits: { tokens: limit }, ...(assumed ? { assumed } : {}) }]
  const of = { run, subtask: key.subtask, execution: key.token, levels, until: Date.now() + 60_000 }
  const budget = new ExecutionBudget(of, new BudgetLog(store.records, run), store.records, () => spending.spent())
  const { signal } = new AbortController()
  const onSpent = ({ tokensUsed }: { tokensUsed: number }): void => onTokens(tokensUsed)
  return ExecutionLedger.open(key, { store, outputs, digest, spending, budget, signal, onSpent })
}

function call(name: string, more: Partial<LedgerCall> = {}): LedgerCall {
  return { scope: '', kind: 'model', name, inputHash: 'hash', occurrence: 0, ...more }
}

/** What a call may use at most. */
const WANTED = { input: 20, output: 30, least: 30 }

const entry = (value: JsonValue, tokens = 15, number = 0) => ({
  value,
  tokens: { input: tokens - 5, output: 5 },
  number,
})

async function ask(ledger: ExecutionLedger, name: string, tokens = 15): Promise<void> {
  await ledger.begin(call(name), WANTED)
  await ledger.record(call(name), entry(name, tokens))
}

it('keeps what a call returned for the next attempt, however large it is', async () => {
  const large = { text: 'x'.repeat(100_000) }
  const first = await open()
  await first.record(call('one'), entry(large))
  const second = await open({ attempt: 2 })
  expect(await second.recall(call('one'))).toEqual(entry(large))
  for (const other of [
    call('two'),
    call('one', { scope: 'step' }),
    call('one', { occurrence: 1 }),
    call('one', { kind: 'step' }),
  ])
    expect(await second.recall(other)).toBeUndefined()
  expect(await (await open({ attempt: 2, subtask: 'other' })).recall(call('one'))).toBeUndefined()
})

it('asks anew only after a failure that recorded answers caused', async () => {
  const stays: ErrorCode[] = [
    'Timeout',
    'WorkerShutdown',
    'ModelUnavailable',
    'AgentFailed',
    'ProcessCrashed',
    'Cancelled',
  ]
  const rises: ErrorCode[] = ['OutputRejected', 'InvalidSpawn', 'PathRefused', 'PatchConflict']
  const sdk = Object.assign(new Error('no object generated'), { name: 'AI_NoObjectGeneratedError' })
  let expected = 0
  for (const error of [
    ...stays.map((code) => new TroupeError(code, code)),
    new Error('own'),
    sdk,
    ...rises.map((code) => new TroupeError(code, code)),
  ]) {
    const ledger = await open({ attempt: 2 })
    expect(await ledger.logicalAttempt()).toBe(expected)
    await ask(ledger, 'one')
    await ledger.failed(error)
    if (error === sdk || rises.includes((error as TroupeError).code)) expected++
  }
  expect(await (await open({ attempt: 2 })).logicalAttempt()).toBe(5)
  expect(await (await open({ attempt: 2 })).recall(call('one'))).toBeUndefined()
})

it('does not ask anew where no recorded answer was used, nor for a subtask whose id begins alike', async () => {
  const unused = await open()
  await unused.failed(new TroupeError('OutputRejected', 'wrong'))
  expect(await (await open({ attempt: 2 })).logicalAttempt()).toBe(0)
  const spawned = await open({ subtask: 'draft/0' })
  await ask(spawned, 'one')
  await spawned.failed(new TroupeError('OutputRejected', 'wrong'))
  expect(await (await open({ attempt: 2 })).logicalAttempt()).toBe(0)
  expect(await (await open({ attempt: 2, subtask: 'draft/0' })).logicalAttempt()).toBe(1)
})

it('goes on where it was when Temporal counts attempts from 1 again, as after a reset', async () => {
  const first = await open()
  await ask(first, 'one', 20)
  await first.failed(new TroupeError('OutputRejected', 'wrong'))
  const told: number[] = []
  const again = await open({}, (tokens) => told.push(tokens))
  expect(told).toEqual([]) // it has asked for nothing yet
  expect(await again.recall(call('one'))).toBeUndefined()
  expect(await again.logicalAttempt()).toBe(1)
  await ask(again, 'one', 30)
  expect(told).toEqual([20, 50])
  expect(await (await open()).recall(call('one'))).toMatchObject({ tokens: { input: 25, output: 5 } })
})

it('asks the store for nothing where an agent calls nothing', async () => {
  const list = jest.spyOn(store.records, 'list')
  const read = jest.spyOn(store.records, 'read')
  const plain = await open()
  await plain.failed(new Error('own'))
  expect(await plain.spent()).toEqual({ tokensUsed: 0 })
  expect([...list.mock.calls, ...read.mock.calls]).toEqual([])
})

it('looks at the calls of its own subtask only, however many the run has', async () => {
  for (const subtask of ['draft/0', 'other', 'draft']) await ask(await open({ subtask }), 'one', 20)
  const [list, read] = [jest.spyOn(store.records, 'list'), jest.spyOn(store.records, 'read')]
  await ask(await open({ attempt: 2 }), 'two', 30)
  expect(await (await open({ attempt: 3 })).spent()).toEqual({ tokensUsed: 50, cost: 'unknown' })
  expect(await modelCalls(store, run, () => false, 'draft')).toHaveLength(2)
  const ofCalls = [...list.mock.calls, ...read.mock.calls].map(([name]) => name).filter((name) => /ledger/.test(name))
  expect([ofCalls.length > 6, ofCalls.filter((name) => !/\/draft\//.test(name))]).toEqual([true, []])
})

it('asks for the logical attempt again where the store stumbled', async () => {
  jest.spyOn(store.records, 'list').mockRejectedValueOnce(new Error('away'))
  const ledger = await open()
  await expect(ledger.recall(call('one'))).rejects.toThrow('away')
  expect(await ledger.logicalAttempt()).toBe(0)
})

it('keeps the calls of one candidate from the next, which may call its steps alike', async () => {
  const step = call('fetch', { kind: 'step' })
  const first = await open({ agent: 'writer' })
  await first.record(step, { value: 'of the writer' })
  await first.failed(new TroupeError('OutputRejected', 'wrong'))
  const next = await open({ agent: 'reader' })
  expect(await next.recall(step)).toBeUndefined()
  expect(await next.logicalAttempt()).toBe(0)
})

it('counts the tokens of all attempts, those of answers that were not used again among them', async () => {
  const told: number[] = []
  const first = await open()
  await ask(first, 'one', 20)
  await first.failed(new TroupeError('OutputRejected', 'wrong'))
  expect(await first.spent()).toEqual({ tokensUsed: 20, cost: 'unknown' })
  const second = await open({ attempt: 2 }, (tokens) => told.push(tokens))
  await ask(second, 'one', 30)
  expect(told).toEqual([20, 50])
  expect(await second.spent()).toEqual({ tokensUsed: 50, cost: 'unknown' })
  const third = await open({ attempt: 3 })
  await third.recall(call('one'))
  expect(await third.spent()).toEqual({ tokensUsed: 50, cost: 'unknown' })
  expect(await (await open({ subtask: 'other', attempt: 2 })).spent()).toEqual({ tokensUsed: 0 })
})

it('knows which calls may have been billed without an answer', async () => {
  const cut = await open()
  await cut.begin(call('one'), WANTED)
  await cut.begin(call('two'), WANTED)
  await cut.refused(call('two'))
  expect(await cut.spent()).toEqual({ tokensUsed: 0, unconfirmedCalls: 1 })
  await ask(cut, 'two')
  await cut.begin(call('three'), WANTED)
  await ask(cut, 'three') // the author's own retry
  expect(await cut.spent()).toEqual({ tokensUsed: 30, cost: 'unknown', unconfirmedCalls: 2 })
  const next = await open({ attempt: 2 })
  await ask(next, 'one')
  expect(await next.spent()).toEqual({ tokensUsed: 45, cost: 'unknown', unconfirmedCalls: 2 })
})

it('tells of answers whose tokens are estimates', async () => {
  const ledger = await open()
  await ask(ledger, 'one')
  await ledger.begin(call('two'), WANTED)
  await ledger.record(call('two'), { value: 'two', tokens: { input: 30, output: 10, estimated: true } })
  expect(await ledger.spent()).toEqual({ tokensUsed: 55, cost: 'unknown', unconfirmedCalls: 1 })
  expect(await recordedCalls(store, run)).toContainEqual(
    expect.objectContaining({ model: 'two', tokens: { input: 30, output: 10, estimated: true } }),
  )
})

it('pays for both answers, and uses the first, where an attempt that was given up goes on', async () => {
  const [lost, next] = [await open(), await open({ attempt: 2 })]
  for (const ledger of [lost, next]) await ledger.begin(call('one'), WANTED)
  expect(await next.record(call('one'), entry('of the next', 15))).toMatchObject({ value: 'of the next' })
  expect(await lost.record(call('one'), entry('of the lost', 20))).toMatchObject({ value: 'of the next' })
  expect(await next.spent()).toEqual({ tokensUsed: 35, cost: 'unknown' })
  expect(await recordedCalls(store, run)).toMatchObject([{ subtask: 'draft', model: 'one', answer: 'of the next' }])
})

it('lets no call begin that may pass the cap, whoever used the tokens, and says who', async () => {
  const limit = 150
  // Of an assumed budget the model is told nothing, which would have to be reserved too
  const [assumed, given] = [{ limit, assumed: true } as const, { limit }]
  const other = await open({ subtask: 'research', agent: 'reader', ...assumed })
  const own = await open(assumed)
  await ask(own, 'one', 20)
  await ask(other, 'one', 40)
  await ask(other, 'two', 39)
  await ask(own, 'two', 15) // at 99 of 150 another fifty may be used
  const refusal = expect.objectContaining({
    code: 'BudgetExceeded',
    retryable: false,
    message:
      'the run may use 150 tokens and has used 114: reader 79 ("research" 79); writer 35 ("draft" 35); 36 tokens left, the next call needs 50 tokens',
    hint: expect.stringContaining('--max-tokens'),
  })
  for (const ledger of [own, other, await open({ subtask: 'late', ...assumed })])
    await expect(ledger.begin(call('three'), WANTED)).rejects.toEqual(refusal)
  const telling = (await open(given)).begin(call('three'), { ...WANTED, output: 6, least: 6 })
  await expect(telling).rejects.toThrow(/36 tokens left, the next call needs 1\d\d tokens/)
  expect(await own.recall(call('one'))).toMatchObject({ value: 'one' })
})

it('lets parallel calls of models that answer at length not pass the budget that nobody has given', async () => {
  let billed = 0
  const answers = Array.from({ length: 20 }, async (_, place) => {
    const ledger = await open({ subtask: `s${place}`, assumed: true })
    const { output = Infinity, left } = await ledger.begin(call('one'), { ...WANTED, output: 64_000, enough: 32_000 })
    expect(left).toBeUndefined()
    const used = Math.min(output, 64_000)
    billed += used
    await setTimeout(100) // as many as may be are under way together
    await ledger.record(call('one'), { value: 'long', tokens: { input: 20, output: used } })
  })
  const refused = (await Promise.allSettled(answers)).filter(({ status }) => status === 'rejected')
  expect(refused.length).toBeGreaterThan(0)
  expect(billed).toBeGreaterThan(400_000)
  expect(billed).toBeLessThanOrEqual(500_000)
})

it('bounds no answer where only an assumed budget holds and its author, or nobody, knows what the server takes', async () => {
  expect(await (await open({ assumed: true })).begin(call('one'), WANTED)).toEqual({})
})

it('lists the calls of a run by subtask, logical attempt and number', async () => {
  const record = async (more: Partial<ExecutionKey>, name: string, number: number) =>
    (await open(more)).record(call(name), entry(`answer of ${name}`, 15, number))
  await record({ subtask: 'b' }, 'mock/second', 1)
  await record({ subtask: 'b' }, 'mock/first', 0)
  await (await open({ subtask: 'b' })).record(call('fetch', { kind: 'step' }), { value: 'no model call' })
  const rejected = await open({ subtask: 'b' })
  await rejected.recall(call('mock/first'))
  await rejected.failed(new TroupeError('OutputRejected', 'wrong'))
  await record({ subtask: 'b', attempt: 2 }, 'mock/first', 0)
  await record({ subtask: 'a', agent: 'reader' }, 'mock/only', 0)
  const calls = await recordedCalls(store, run)
  expect(calls.map(({ subtask, agent, attempt, number, model }) => [subtask, agent, attempt, number, model])).toEqual([
    ['a', 'reader', 0, 0, 'mock/only'],
    ['b', 'writer', 0, 0, 'mock/first'],
    ['b', 'writer', 0, 1, 'mock/second'],
    ['b', 'writer', 1, 0, 'mock/first'],
  ])
  expect(calls[0]).toMatchObject({ tokens: { input: 10, output: 5 }, answer: 'answer of mock/only' })
})

it.each([
  ['a retry', { attempt: 2 }],
  ['the execution after a suspension', { attempt: 1 }],
])('closes what was recorded and not settled before a kill, also where %s asks for nothing new', async (_who, next) => {
  const { records } = store
  const create = records.create.bind(records)
  const dying = jest.spyOn(records, 'create').mockImplementation((name, value) => {
    if (name.includes('/budget/') && (value as { kind?: string }).kind === 'settle') throw new Error('killed')
    return create(name, value)
  })
  await expect(ask(await open({ assumed: true }), 'one')).rejects.toThrow('killed')
  dying.mockRestore()
  const left = async () => (await (await open({ subtask: 'other', limit: 100 })).budget())[0]!.left.tokens
  expect(await left()).toBe(100 - WANTED.input - WANTED.output)
  await (await open(next)).recall(call('one'))
  expect(await left()).toBe(100 - 15)
})
