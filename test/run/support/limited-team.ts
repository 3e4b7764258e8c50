// Agents that have budgets of their own, and one whose tool waits for a person.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineModelAgent, defineTeam } from 'troupe'
import { z } from 'zod'
import { push } from './approval-team'
import { eagerly } from './ledger-team'

export const limitedTeam = defineTeam({
  name: 'limited',
  agents: [
    defineAgent({ ...eagerly, name: 'eager' }),
    defineAgent({ ...eagerly, name: 'few', budget: { calls: 2 } }),
    defineAgent({
      name: 'naps',
      budget: { wallMs: 1_500 },
      input: z.object({ ms: z.int() }),
      run: ({ ms }, { signal }) => sleep(ms, 'woke up', { signal }),
    }),
    defineModelAgent({
      name: 'asks',
      instructions: 'You push.',
      tools: [{ name: 'push', approve: 'always', tool: push }],
    }),
  ],
})
