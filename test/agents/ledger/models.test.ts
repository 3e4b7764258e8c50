// `context.model`: answers are recorded as they come, replayed instead of asked for again, and told apart by what was asked.
import { setTimeout as sleep } from 'node:timers/promises'
import { generateText, stepCountIs, tool } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { z } from 'zod'
import { memoryLedger } from '../../../src/agents/ledger/memory-ledger'
import { ToolGuard } from '../../../src/agents/models/tool-guard'
import { ToolCalls } from '../../../src/agents/tools/tool-calls'
import { TroupeError, type AgentContext } from '../../../src/index'
import { answered, attempt, countingModel, promptOf, watchedLedger } from './support/executions'

const ask = async (context: AgentContext, prompt: string) =>
  (await generateText({ model: context.model(), prompt })).text

it('replays what was answered, and asks for the rest', async () => {
  const ledger = watchedLedger()
  const model = countingModel()
  let dies = true
  const work = async (context: AgentContext) => {
    const first = await ask(context, 'one')
    if (dies) throw new Error('the worker dies')
    return [first, await ask(context, 'two')]
  }
  await expect(attempt(ledger, work, { model })).rejects.toThrow('the worker dies')
  dies = false
  expect(await attempt(ledger, work, { model })).toEqual(['one 1', 'two 2'])
  expect(await attempt(ledger, work, { model })).toEqual(['one 1', 'two 2'])
  expect(model.doGenerateCalls.map(promptOf)).toEqual(['one', 'two'])
})

it('finds again what was answered after a call that was not made: it is asked in the place of that', async () => {
  const ledger = watchedLedger()
  const model = countingModel()
  let refusals = 1
  const begin: typeof ledger.begin = async (...made) => {
    if (refusals-- > 0) throw new TroupeError('BudgetExceeded', 'nothing is left')
    return ledger.begin(...made)
  }
  const work = (context: AgentContext) => ask(context, 'one').catch(() => ask(context, 'one'))
  expect(await attempt({ ...ledger, begin }, work, { model })).toBe('one 1')
  expect(await attempt(ledger, work, { model })).toBe('one 1')
  expect(ledger.begun.map(({ occurrence }) => occurrence)).toEqual([0])
})

it('gives the agent the same from the ledger as from the model, and keeps no headers', async () => {
  const ledger = watchedLedger()
  const seen: unknown[] = []
  const work = async (context: AgentContext) => {
    const { content, finishReason, usage } = await generateText({ model: context.model(), prompt: 'one' })
    seen.push({ content, finishReason, usage })
  }
  await attempt(ledger, work)
  await attempt(ledger, work)
  expect(seen[0]).toEqual(seen[1])
  expect(seen[0]).toMatchObject({ usage: { inputTokens: 10, outputTokens: 5 } })
  expect(JSON.stringify(await ledger.recall(ledger.begun[0]!))).not.toContain('not kept')
})

it('gives parallel equal calls an answer each, and the same again, whichever came first', async () => {
  const ledger = watchedLedger()
  const model = countingModel((call) => 40 - call * 10)
  const work = (context: AgentContext) => Promise.all([1, 2, 3].map(() => ask(context, 'again')))
  const first = await attempt(ledger, work, { model })
  expect(first).toEqual(['again 1', 'again 2', 'again 3'])
  expect(await attempt(ledger, work, { model })).toEqual(first)
  expect(model.doGenerateCalls).toHaveLength(3)
})

it('tells every live call who asks, and the number that it has whether earlier ones were replayed or not', async () => {
  const ledger = watchedLedger()
  const model = countingModel()
  const work = async (context: AgentContext) => {
    await context.step('both', async () => [await ask(context, 'one'), await ask(context, 'two')])
    if (model.doGenerateCalls.length < 3) throw new Error('the worker dies')
    await ask(context, 'four')
  }
  await expect(attempt(ledger, work, { model })).rejects.toThrow('the worker dies')
  await attempt(ledger, async (context) => ask(context, 'between'), { model })
  await attempt(ledger, work, { model })
  const told = model.doGenerateCalls.map(({ providerOptions }) => providerOptions!.troupe)
  const who = { agent: 'writer', subtask: 'draft', attempt: 0 }
  expect(told).toEqual([0, 1, 0, 2].map((call) => ({ ...who, call })))
})

it('tells calls apart by prompt, settings, model and the steps around them, and not by how they are sent', async () => {
  const ledger = watchedLedger()
  const model = countingModel()
  const work = async (context: AgentContext) => {
    const base = { model: context.model(), prompt: 'one' }
    const asked = [
      base,
      { ...base, temperature: 0.5 },
      { ...base, model: context.model('mock/two') },
      { ...base, system: 'Be brief.' },
    ]
    for (const options of asked) await generateText(options)
    await context.step('inside', () => ask(context, 'one'))
  }
  await attempt(ledger, work, { model })
  await attempt(
    ledger,
    async (context) => {
      const { signal } = new AbortController()
      await generateText({ model: context.model(), prompt: 'one', headers: { 'x-trace': '1' }, abortSignal: signal })
    },
    { model },
  )
  expect(model.doGenerateCalls).toHaveLength(5)
})

it('replays a conversation with tools', async () => {
  const ledger = watchedLedger()
  const model = new MockLanguageModelV3({
    doGenerate: async ({ prompt }) =>
      prompt.at(-1)!.role === 'tool'
        ? answered('sunny')
        : {
            ...answered(''),
            content: [{ type: 'tool-call', toolCallId: 'call-1', toolName: 'weather', input: '{"city":"Rome"}' }],
            finishReason: { unified: 'tool-calls', raw: undefined },
          },
  })
  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `${city}: sun` })
  const work = async (context: AgentContext) => {
    const options = { model: context.model(), prompt: 'How is it?', tools: { weather }, stopWhen: stepCountIs(3) }
    return (await generateText(options)).text
  }
  expect(await attempt(ledger, work, { model })).toBe('sunny')
  expect(await attempt(ledger, work, { model })).toBe('sunny')
  expect(model.doGenerateCalls).toHaveLength(2)
})

it('finds the answer to an author’s own retry again, and gives none to two', async () => {
  const ledger = watchedLedger()
  let calls = 0
  const model = new MockLanguageModelV3({
    doGenerate: async () => {
      if (++calls === 1) throw new TroupeError('ModelUnavailable', 'busy', { retryable: true })
      return answered(`answer ${calls}`)
    },
  })
  const work = async (context: AgentContext) => {
    const first = await ask(context, 'one').catch(() => ask(context, 'one'))
    return [first, await ask(context, 'one')]
  }
  expect(await attempt(ledger, work, { model })).toEqual(['answer 2', 'answer 3'])
  expect(await attempt(ledger, work, { model })).toEqual(['answer 2', 'answer 3'])
  expect(calls).toBe(3)
})

it('tells a model that answered on it of a tool’s failure again, and calls a tool again whose failure no answer knows', async () => {
  const ledger = watchedLedger()
  let runs = 0
  const look = tool({
    inputSchema: z.object({}),
    execute: async () => {
      if (++runs < 3) throw new Error(`it rained ${runs}`)
      return 'sun'
    },
  })
  let fails = true
  const model = new MockLanguageModelV3({
    doGenerate: async ({ prompt }) => {
      if (prompt.at(-1)!.role === 'tool') {
        if (fails) throw new TroupeError('ModelUnavailable', 'busy', { retryable: true })
        return answered(JSON.stringify(prompt.at(-1)).includes('it rained 2') ? 'wet' : 'dry')
      }
      const content = [{ type: 'tool-call', toolCallId: 'a', toolName: 'look', input: '{}' } as const]
      return { ...answered(''), content, finishReason: { unified: 'tool-calls', raw: undefined } }
    },
  })
  const work = async (context: AgentContext) => {
    const calls = new ToolCalls({ context, guard: new ToolGuard('writer') })
    const tools = calls.toolSet([{ grant: { name: 'look' }, tool: look }])
    const { text } = await generateText({ model: context.model(), prompt: '?', tools, stopWhen: stepCountIs(3) })
    return text
  }
  await expect(attempt(ledger, work, { model })).rejects.toMatchObject({ code: 'ModelUnavailable' })
  fails = false
  expect(await attempt(ledger, work, { model })).toBe('wet')
  expect(await attempt(ledger, work, { model })).toBe('wet')
  expect([runs, model.doGenerateCalls.length]).toEqual([2, 3])
})

it('passes a failure as it is, never tries again by itself, and records no answer', async () => {
  const ledger = watchedLedger()
  const failures = [
    new TroupeError('ModelUnavailable', 'cut off', { retryable: true }),
    new TroupeError('NoRecordedAnswer', 'nothing recorded'),
  ]
  const model = new MockLanguageModelV3({
    doGenerate: async () => {
      throw failures[model.doGenerateCalls.length - 1] ?? new Error('called too often')
    },
  })
  const work = (context: AgentContext) => ask(context, 'one')
  await expect(attempt(ledger, work, { model })).rejects.toBe(failures[0])
  expect(ledger.refusedCalls).toEqual([]) // it may have been billed
  await expect(attempt(ledger, work, { model })).rejects.toBe(failures[1])
  expect(ledger.refusedCalls).toEqual([ledger.begun[1]])
  expect(model.doGenerateCalls).toHaveLength(2)
})

it('estimates tokens that the provider did not count, and says that it did', async () => {
  const none = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined }
  const nothing = { total: undefined, text: undefined, reasoning: undefined }
  const zero = { inputTokens: { ...none, total: 0 }, outputTokens: { ...nothing, total: 0 } }
  const usages = [
    { inputTokens: none, outputTokens: nothing },
    { inputTokens: { ...none, total: 9 }, outputTokens: nothing },
    { inputTokens: { ...none, total: NaN }, outputTokens: { ...nothing, total: 7 } },
    { ...zero, raw: {} },
    zero,
  ]
  let calls = 0
  const model = new MockLanguageModelV3({
    doGenerate: async () => ({ ...answered('x'.repeat(300)), usage: usages[calls++]! }),
  })
  const ledger = watchedLedger()
  for (const _ of usages) await attempt(ledger, (context) => ask(context, `${'y'.repeat(600)} ${calls}`), { model })
  const told = await Promise.all(ledger.begun.map(async (call) => (await ledger.recall(call))!.tokens!))
  const many = (bytes: number) => expect.closeTo(bytes / 3, -2) as number
  expect(told).toEqual([
    { input: many(660), output: many(330), estimated: true },
    { input: 9, output: many(330), estimated: true },
    { input: many(660), output: 7, estimated: true },
    { input: many(660), output: many(330), estimated: true },
    { input: 0, output: 0 },
  ])
})

it('begins no call once the execution was told to end, and still replays', async () => {
  const ledger = watchedLedger()
  const model = countingModel()
  await attempt(ledger, (context) => ask(context, 'one'), { model })
  const ended = new AbortController()
  const reason = new TroupeError('Cancelled', 'it was cancelled')
  const work = async (context: AgentContext) => {
    ended.abort(reason)
    // With a signal of its own, so that the SDK itself goes on
    const signal = new AbortController().signal
    const replayed = await generateText({ model: context.model(), prompt: 'one', abortSignal: signal })
    expect(replayed.text).toBe('one 1')
    await ask(context, 'two')
  }
  await expect(attempt(ledger, work, { model, signal: ended.signal })).rejects.toBe(reason)
  expect(model.doGenerateCalls).toHaveLength(1)
})

it.each<[string, (working: Promise<unknown>) => Promise<unknown>]>([
  ['throws', (working) => Promise.all([working, sleep(40).then(() => Promise.reject(new Error('one of two failed')))])],
  ['returns', () => sleep(40)],
])('goes no further with what an agent left under way when it %s', async (_how, end) => {
  const model = countingModel(() => 10)
  const done: string[] = []
  const told: unknown[] = []
  const work = async (context: AgentContext) => {
    const asking = async () => {
      for (let n = 0; ; n++) await ask(context, `${n}`)
    }
    const late = async () => {
      await sleep(80)
      expect(context.signal.aborted).toBe(true)
      await context.step('late', () => done.push('step')).catch((error: unknown) => told.push(error))
      await context.effect('late', { key: '1' }, () => done.push('effect')).catch((error: unknown) => told.push(error))
    }
    const working = Promise.all([asking().catch((error: unknown) => told.push(error)), late()])
    await end(working)
  }
  await attempt(memoryLedger(), work, { model }).catch(() => undefined)
  const asked = model.doGenerateCalls.length
  expect(asked).toBeGreaterThan(0)
  await sleep(400)
  expect(model.doGenerateCalls).toHaveLength(asked)
  expect(done).toEqual([])
  expect(told).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ code: 'Cancelled' })))
})
