// Model agents whose tools wait for a person: at each call, once, where the input says so, and in a process of their own. And
// agents with an effect that waits for one, since they have read text of others.
import { appendFileSync, readFileSync } from 'node:fs'
import { tool } from 'ai'
import { defineAgent, defineModelAgent, defineTeam } from 'troupe'
import { z } from 'zod'

/** Writes down that it was called, in the file `APPROVAL_MARKS`. */
export const push = tool({
  description: 'Pushes a branch.',
  inputSchema: z.object({ branch: z.string() }),
  execute({ branch }) {
    appendFileSync(process.env.APPROVAL_MARKS!, `${branch}\n`)
    return `pushed ${branch}`
  },
})

const waiting = {
  retry: { initialIntervalMs: 50, maximumIntervalMs: 100, maximumAttempts: 2 },
  heartbeatTimeoutMs: 2_000,
  maxConcurrency: 1,
}
const settings = { ...waiting, instructions: 'You push.' }

/** Releases a version; where the payload names a file, its process is killed the second time: between decision and claim. */
const releasing = (name: string, isolation?: 'process') =>
  defineAgent({
    ...waiting,
    name,
    ...(isolation ? { isolation } : {}),
    input: z.object({ version: z.string(), counted: z.string().optional() }),
    async run({ version, counted }, context) {
      await context.untrusted('the release notes')
      if (counted !== undefined) {
        appendFileSync(counted, '.')
        if (readFileSync(counted).length === 2) process.kill(process.pid, 'SIGKILL')
      }
      const options = { key: version, input: { version }, afterUntrusted: 'approve' as const }
      const act = (): string => {
        appendFileSync(process.env.APPROVAL_MARKS!, `${version}\n`)
        return `released ${version}`
      }
      // Code that makes something of everything is suspended all the same
      return context.effect('release', options, act).catch((error: Error) => `not released: ${error.message}`)
    },
  })

/** Two steps share one promise of a release: each waits for the other's call. */
const sharing = defineAgent({
  ...waiting,
  name: 'shares-apart',
  isolation: 'process',
  timeoutMs: 8_000,
  input: z.object({ version: z.string() }),
  async run({ version }, context) {
    await context.untrusted('the release notes')
    let released: Promise<string> | undefined
    const release = (): Promise<string> =>
      (released ??= context.effect('release', { key: version, afterUntrusted: 'approve' }, () => {
        appendFileSync(process.env.APPROVAL_MARKS!, `${version}\n`)
        return `released ${version}`
      }))
    const [first] = await Promise.all([context.step('one', release), context.step('two', release)])
    return first
  },
})

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
    releasing('releases'),
    releasing('releases-apart', 'process'),
    sharing,
  ],
})
