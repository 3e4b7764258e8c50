// The team whose runs are recorded: agents that do well, fail, refuse, spawn and wait, as fast as they can.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { recordedTool } from '../../../src/agents/ledger/equip'
import { defineAgent, defineTeam } from '../../../src/index'

const SINGLE = { maximumAttempts: 1 }

const fails = defineAgent({ name: 'fails', retry: SINGLE, run: () => Promise.reject(new Error('it failed')) })
const worse = defineAgent({ name: 'worse', retry: SINGLE, run: () => Promise.reject(new Error('it failed as well')) })
/** Fails in its first attempt. */
const flaky = defineAgent({
  name: 'flaky',
  retry: { maximumAttempts: 2, initialIntervalMs: 100 },
  run: (_, { attempt }) => (attempt === 1 ? Promise.reject(new Error('not yet')) : 'in the end'),
})
const fussy = defineAgent({ name: 'fussy', capabilities: ['work'], run: () => 'never' })
fussy.canHandle = () => false
const willing = defineAgent({ name: 'willing', capabilities: ['work'], run: () => 'done' })
const boss = defineAgent({
  name: 'boss',
  run(_, context) {
    context.spawn(
      [
        { id: 'a', agentType: 'echo', payload: { n: 1 } },
        { id: 'b', agentType: 'echo', payload: { n: { $from: 'a', path: '/n' } } },
        { id: 'c', agentType: 'echo', onFailure: 'fail-fast' },
      ],
      { output: 'b' },
    )
  },
})
/** Runs until it is told to end. */
const sleeper = defineAgent({
  name: 'sleeper',
  async run(_, { signal }) {
    await once(signal, 'abort')
    throw signal.reason
  },
})
const slow = defineAgent({
  name: 'slow',
  maxConcurrency: 1,
  input: z.looseObject({ ms: z.int().default(300) }),
  async run({ ms }, { signal }) {
    await sleep(ms, undefined, { signal })
    return { ms }
  },
})
/** Needs a person's word, and then goes on whatever it was. */
const asker = defineAgent({
  name: 'asker',
  run: (_, context) =>
    recordedTool(context, 'push', { to: 'main' }, () => 'pushed', { once: false }).catch(
      (error: Error) => error.message,
    ),
})
const teller = defineAgent({ name: 'teller', run: (_, context) => context.publish('module.written', { module: 'm' }) })

export const recordedTeam = defineTeam({
  name: 'recorded',
  agents: [fails, worse, flaky, fussy, willing, boss, sleeper, slow, teller, asker],
})
