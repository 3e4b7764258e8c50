// Model agents for tests on a real server: of plain text and of a given form, with a tool, with a stream, in haste.
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { streamText, tool } from 'ai'
import { defineAgent, defineModelAgent, defineTeam } from 'troupe'
import { z } from 'zod'

const retry = { initialIntervalMs: 50, maximumIntervalMs: 100 }
/** A worker that is lost is noticed after the shortest time that there is. */
const settings = { retry, heartbeatTimeoutMs: 2_000 }
const lists = { instructions: 'You list points.', output: z.object({ points: z.array(z.string()).min(1) }) }

/** Says where it was called; waits for the file `MODELS_GO`, if one is named. */
const depth = tool({
  description: 'How deep the water is.',
  inputSchema: z.object({ at: z.string() }),
  async execute({ at }) {
    const { MODELS_MARKS: marks, MODELS_GO: go } = process.env
    if (marks) appendFileSync(marks, `${at}\n`)
    while (go && !existsSync(go)) await sleep(50)
    return { metres: 5 }
  },
})

export const modelsTeam = defineTeam({
  name: 'models',
  agents: [
    defineModelAgent({ ...settings, name: 'writer', instructions: 'You write.' }),
    defineModelAgent({ ...settings, ...lists, name: 'lister' }),
    defineModelAgent({ ...settings, ...lists, name: 'twice', retry: { ...retry, maximumAttempts: 2 } }),
    // As long as a busy machine takes for a call that is answered
    defineModelAgent({ ...settings, name: 'hasty', instructions: 'Quick!', timeoutMs: 5_000 }),
    defineModelAgent({ ...settings, name: 'sounder', instructions: 'You look.', tools: { depth } }),
    defineModelAgent({
      ...settings,
      name: 'circler',
      instructions: 'On.',
      tools: { depth },
      maxSteps: 2,
      retry: { maximumAttempts: 1 },
    }),
    defineAgent({
      ...settings,
      name: 'streamer',
      run: async (_input, context) => {
        const { textStream } = streamText({ model: context.model(), prompt: context.task.id })
        const pieces: string[] = []
        for await (const piece of textStream) pieces.push(piece)
        return { pieces: pieces.length, text: pieces.join('') }
      },
    }),
  ],
})
