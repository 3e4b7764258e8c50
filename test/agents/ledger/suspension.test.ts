// An execution that waits for a person: what is in flight is finished and recorded, nothing new begins, and the agent's code
// neither catches it nor goes past it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { simulateReadableStream } from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import type { AgentContext } from '../../../src/agents/context'
import type { ApprovalsPort } from '../../../src/agents/host-port'
import { recordedTool } from '../../../src/agents/ledger/equip'
import { memoryLedger } from '../../../src/agents/ledger/memory-ledger'
import { memoryEffects } from '../../../src/agents/memory-effects'
import { decisiveError } from '../../../src/contract/errors'
import type { ToolDecision } from '../../../src/contract/people'
import { answered, attempt, countingModel, watchedLedger } from './support/executions'

const decided = (approved: boolean): ToolDecision => ({
  approvalId: 'one',
  approved,
  by: 'ann',
  comment: 'so be it',
  at: '2026-01-01T00:00:00.000Z',
})
const nobody: ApprovalsPort = { ask: async () => undefined }
const says = (approved: boolean): ApprovalsPort => ({ ask: async () => decided(approved) })
const suspended = { code: 'Suspended' }

/** A tool that waits for a person. */
const push = (context: AgentContext, done: string[] = []): Promise<unknown> =>
  recordedTool(context, 'push', { to: 'main' }, () => void done.push('pushed'), { once: false })

it('finishes and records what is in flight, and then ends', async () => {
  const ledger = memoryLedger()
  const effects = memoryEffects()
  const done: string[] = []
  const work = async (context: AgentContext) => {
    const slow = async () => {
      await sleep(100)
      return done.push('slow')
    }
    const [, answer] = await Promise.all([
      push(context, done),
      context.step('slow', slow),
      context.effect('pay', { key: '1' }, slow),
    ])
    return answer
  }
  await expect(attempt(ledger, work, { effects, approvals: nobody })).rejects.toMatchObject(suspended)
  expect(done).toEqual(['slow', 'slow'])
  // The next one makes the call, and nothing of that again
  expect(await attempt(ledger, work, { effects, approvals: says(true) })).toBe(1)
  expect(done.filter((one) => one === 'pushed')).toHaveLength(1)
})

it('does not wait for the step that holds the call', async () => {
  const outcome = attempt(memoryLedger(), (context) => context.step('around', () => push(context)), {
    approvals: nobody,
  })
  await expect(outcome).rejects.toMatchObject(suspended)
})

it('asks in time where a step waits for the very call that waits', async () => {
  const ledger = memoryLedger()
  const work = async (context: AgentContext) => {
    let session: Promise<unknown> | undefined
    const login = (): Promise<unknown> => (session ??= push(context).then(() => 'in'))
    return Promise.all([context.step('one', login), context.step('two', login)])
  }
  await expect(attempt(ledger, work, { approvals: nobody, timeoutMs: 1_000 })).rejects.toMatchObject(suspended)
  expect(await attempt(ledger, work, { approvals: says(true) })).toEqual(['in', 'in'])
})

it('waits for an effect also when little time is left: cut off, nobody would know whether it was done', async () => {
  const effects = memoryEffects()
  const work = async (context: AgentContext) => {
    const pay = () => sleep(2_500, 'paid')
    return Promise.all([
      push(context),
      context.step('hangs', () => sleep(60_000, undefined, { signal: context.signal })),
      context.effect('pay', { key: '1' }, pay),
    ])
  }
  const outcome = attempt(memoryLedger(), work, { effects, approvals: nobody, timeoutMs: 4_000 })
  await expect(outcome).rejects.toMatchObject(suspended)
  expect(effects.done).toMatchObject([{ name: 'pay', value: 'paid' }])
})

it('publishes nothing from there on, and all that was begun before', async () => {
  const events: string[] = []
  const publish = async (type: string): Promise<void> => {
    await sleep(50)
    events.push(type)
  }
  const work = async (context: AgentContext) => {
    void context.publish('order.read')
    await Promise.race([push(context), sleep(10)]).catch(() => undefined)
    void context.publish('order.paid')
    await sleep(100)
    await context.publish('order.paid')
  }
  await expect(attempt(memoryLedger(), work, { approvals: nobody, publish })).rejects.toMatchObject(suspended)
  await sleep(100)
  expect(events).toEqual(['order.read'])
})

it.each<[string, (context: AgentContext, done: string[]) => Promise<unknown>]>([
  ['catches it and returns', async (context) => push(context).catch(() => 'all is well')],
  ['throws something else', async (context) => push(context).catch(() => Promise.reject(new Error('another')))],
  [
    'does not wait for it',
    async (context) => {
      push(context).catch(() => undefined)
      await sleep(20)
      return 'all is well'
    },
  ],
  [
    'goes on with other calls',
    async (context, done) => {
      push(context).catch(() => undefined)
      await sleep(20)
      const rest = [
        context.step('step', () => done.push('step')),
        context.effect('pay', { key: '1' }, () => done.push('effect')),
        context.model().doGenerate({ prompt: [] }),
        push(context, done),
      ]
      await Promise.allSettled(rest)
      return 'all is well'
    },
  ],
])('an agent that %s is suspended all the same', async (_what, work) => {
  const done: string[] = []
  const model = countingModel()
  await expect(
    attempt(memoryLedger(), (context) => work(context, done), { approvals: nobody, model }),
  ).rejects.toMatchObject(suspended)
  expect(done).toEqual([])
  expect(model.doGenerateCalls).toHaveLength(0)
})

it('tells who did not allow a call, and why, and does not make it', async () => {
  const done: string[] = []
  const outcome = await attempt(
    memoryLedger(),
    (context) => push(context, done).catch((error: Error) => error.message),
    {
      approvals: says(false),
    },
  )
  expect(outcome).toBe('ann did not allow this call: so be it')
  expect(done).toEqual([])
})

it.each([true, false])(
  'waits for a stream that is in flight, and not for a reader who has left it (%s)',
  async (leaves) => {
    const { finishReason, usage } = answered('')
    const parts: LanguageModelV3StreamPart[] = [
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'text' },
      { type: 'text-end', id: 't' },
      { type: 'finish', finishReason, usage },
    ]
    const stream = simulateReadableStream({ chunks: parts, chunkDelayInMs: 20 })
    const model = new MockLanguageModelV3({ doStream: async () => ({ stream }) })
    const ledger = watchedLedger()
    const work = async (context: AgentContext) => {
      const reader = (await context.model().doStream({ prompt: [] })).stream.getReader()
      await reader.read()
      const asked = push(context)
      asked.catch(() => undefined)
      await sleep(5)
      if (leaves) await reader.cancel()
      else while (!(await reader.read()).done);
      await asked
    }
    await expect(attempt(ledger, work, { approvals: nobody, model })).rejects.toMatchObject(suspended)
    expect((await ledger.recall(ledger.begun[0]!)) === undefined).toBe(leaves)
  },
)

it('a call that is cut off by an abort is not suspended', async () => {
  const controller = new AbortController()
  const outcome = attempt(
    memoryLedger(),
    async (context) => {
      await Promise.all([
        push(context),
        context.step('hangs', () => sleep(60_000, undefined, { signal: context.signal })),
      ])
    },
    { approvals: nobody, signal: controller.signal },
  )
  setTimeout(() => controller.abort(new Error('the run was cancelled')), 50)
  await expect(outcome).rejects.toThrow('the run was cancelled')
})

it('keeps what a tool did before it failed, also where it fails while somebody is asked', async () => {
  const ledger = memoryLedger()
  const charged: string[] = []
  const charge = (context: AgentContext, how: string, ms: number): Promise<unknown> =>
    recordedTool(context, 'charge', { how }, async () => {
      await sleep(ms)
      charged.push(how)
      throw new Error('no receipt')
    })
  const work = async (context: AgentContext) => {
    const before = await charge(context, 'before', 0).catch((error: Error) => error.message)
    const beside = charge(context, 'beside', 50).catch((error: Error) => error.message)
    return [before, await push(context), await beside]
  }
  await expect(attempt(ledger, work, { approvals: nobody })).rejects.toMatchObject(suspended)
  expect(await attempt(ledger, work, { approvals: says(true) })).toEqual(['no receipt', null, 'no receipt'])
  expect(charged).toEqual(['before', 'beside'])
})

it('an effect and a step that are in flight finish, with the calls within them', async () => {
  const ledger = memoryLedger()
  const effects = memoryEffects()
  const model = countingModel()
  const work = async (context: AgentContext) => {
    const asking = push(context)
    asking.catch(() => undefined)
    const inner = async (name: string) => {
      await sleep(30)
      return context.step(name, () => name)
    }
    const all = [
      context.effect('pay', { key: '1' }, () => inner('paid')),
      context.step('around', () => inner('inside')),
    ]
    return [...(await Promise.all(all)), await asking]
  }
  await expect(attempt(ledger, work, { effects, approvals: nobody, model })).rejects.toMatchObject(suspended)
  expect(effects.done).toMatchObject([{ name: 'pay', value: 'paid' }])
  expect(await attempt(ledger, work, { effects, approvals: says(true), model })).toEqual(['paid', 'inside', null])
})

describe('an effect of which nobody knows whether it was done', () => {
  const pay = (context: AgentContext): Promise<unknown> =>
    context.effect('pay', { key: '1' }, () => Promise.reject(new Error('cut off')))
  const plain = /^nobody knows whether the effect "pay" \(key "1"\) was done: .*cut off$/

  it.each<[string, (context: AgentContext) => Promise<unknown>, RegExp]>([
    ['is caught', (context) => pay(context).catch(() => 'all is well'), plain],
    ['becomes another error', (context) => pay(context).catch(() => Promise.reject(new Error('try again'))), plain],
    [
      'becomes one that it is the cause of',
      (context) => pay(context).catch((cause: Error) => Promise.reject(new Error('no ticket', { cause }))),
      /^no ticket: nobody knows/,
    ],
    ['comes before a person is asked', (context) => pay(context).catch(() => push(context)), plain],
    [
      'comes while a person is asked',
      (context) => {
        const cutOff = () => sleep(30).then(() => Promise.reject(new Error('cut off')))
        return Promise.all([push(context), context.effect('pay', { key: '1' }, cutOff)])
      },
      plain,
    ],
  ])('ends the execution where it %s, and in the next one too', async (_what, work, message) => {
    const ledger = memoryLedger()
    const effects = memoryEffects()
    for (const approvals of [nobody, says(true)]) {
      const error: unknown = await attempt(ledger, work, { effects, approvals }).catch(decisiveError)
      const text = expect.stringMatching(message) as string
      expect(error).toMatchObject({ code: 'UnknownOutcome', retryable: false, message: text })
    }
  })
})
