// Model agents whose tools wait for a person: at each call, once, where the input says so, and in a process of their own.
import { appendFileSync } from 'node:fs'
import { tool } from 'ai'
import { defineModelAgent, defineTeam } from 'troupe'
import { z } from 'zod'

/** Writes down that it was called, in the file `APPROVAL_MARKS`. */
const push = tool({
  description: 'Pushes a branch.',
  inputSchema: z.object({ branch: z.string() }),
  execute({ branch }) {
    appendFileSync(process.env.APPROVAL_MARKS!, `${branch}\n`)
    return `pushed ${branch}`
  },
})

const settings = {
  instructions: 'You push.',
  retry: { initialIntervalMs: 50, maximumIntervalMs: 100, maximumAttempts: 2 },
  heartbeatTimeoutMs: 2_000,
  maxConcurrency: 1,
}

export const approvalTeam = defineTeam({
  name: 'approval',
  module: __filename,
  agents: [
    defineModelAgent({ ...settings, name: 'always', tools: [{ name: 'push', approve: 'always', tool: push }] }),
    defineModelAgent({ ...settings, name: 'once', tools: [{ name: 'push', approve: 'once', tool: push }] }),
    defineModelAgent({
      ...settings,
      name: 'main-only',
      tools: [{ name: 'push', approve: 'always', approveWhere: '"main"', tool: push }],
    }),
    defineModelAgent({
      ...settings,
      name: 'isolated',
      isolation: 'process',
      tools: [{ name: 'push', approve: 'always', tool: push }],
    }),
  ],
})
