// Agents that pay for answers, and wait in the middle for a file, so that their worker can be killed there.
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { generateText } from 'ai'
import { defineAgent, defineTeam, type AgentContext } from 'troupe'
import { z } from 'zod'

/** A worker that is lost is noticed after the shortest time that there is. */
const settings = { heartbeatTimeoutMs: 2_000, retry: { initialIntervalMs: 50, maximumIntervalMs: 50 } }

async function ask(context: AgentContext, prompt: string): Promise<string> {
  return (await generateText({ model: context.model(), prompt: `${context.task.id}: ${prompt}` })).text
}

const input = z.object({ marks: z.string(), go: z.string() })

/** A step, an answer, a wait, another answer. */
async function pay({ marks, go }: z.output<typeof input>, context: AgentContext) {
  const page = await context.step('fetch', () => {
    appendFileSync(marks, `${context.task.id}\n`)
    return { from: context.attempt }
  })
  const outline = await ask(context, 'outline')
  context.progress('outlined')
  while (!existsSync(go)) await sleep(50, undefined, { signal: context.signal })
  return { page, outline, text: await ask(context, 'write') }
}

/** Its answer has to be an object of one kind. */
const picky = defineAgent({
  ...settings,
  name: 'picky',
  output: z.object({ ok: z.literal(true) }),
  run: async (_input, context) => JSON.parse(await ask(context, 'decide')) as { ok: true },
})

/** Fails once, after it was answered. */
const shaky = defineAgent({
  ...settings,
  name: 'shaky',
  async run(_input, context) {
    const answer = await ask(context, 'say')
    if (context.attempt === 1) throw new Error('not this time')
    return answer
  },
})

const calls = z.object({ calls: z.int() })

/** Asks as often as it is told, one time after the other. */
export const eagerly = {
  ...settings,
  input: calls,
  async run({ calls: count }: z.output<typeof calls>, context: AgentContext) {
    for (let call = 0; call < count; call++) await ask(context, `question ${call}`)
    return `asked ${count} times`
  },
}

export const ledgerTeam = defineTeam({
  name: 'ledger',
  module: __filename,
  agents: [
    defineAgent({ ...settings, name: 'pays', input, run: pay }),
    defineAgent({ ...settings, name: 'pays-apart', isolation: 'process', input, run: pay }),
    picky,
    shaky,
    defineAgent({ ...eagerly, name: 'eager' }),
  ],
})
