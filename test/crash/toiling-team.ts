// An agent with ten calls of a model, ten of a tool and three effects; tool and effects leave a mark outside.
import { appendFileSync } from 'node:fs'
import { generateText } from 'ai'
import { defineAgent, defineTeam } from 'troupe'
import { z } from 'zod'
import { recordedTool } from '../../src/agents/ledger/equip'
import { done, point } from './mortality'

export const ROUNDS = 10
/** Rounds after which an effect is done. */
export const EFFECTS: readonly number[] = [2, 5, 9]

export const toilingTeam = defineTeam({
  name: 'toiling',
  agents: [
    defineAgent({
      name: 'toils',
      input: z.object({ marks: z.string() }),
      heartbeatTimeoutMs: 2_000,
      // It is killed far more often than anybody would let an agent fail
      retry: { initialIntervalMs: 50, maximumIntervalMs: 50, maximumAttempts: 1_000 },
      timeoutMs: 600_000,
      async run({ marks }, context) {
        const told: string[] = []
        const mark = (what: string): void => appendFileSync(marks, `${what}\n`)
        for (let round = 0; round < ROUNDS; round++) {
          const { text } = await generateText({ model: context.model(), prompt: `round ${round}`, maxRetries: 0 })
          const used = await recordedTool(context, 'use', { round }, () => {
            point('before tool')
            mark(`tool ${round}`)
            done('tool')
            point('after tool')
            return `used ${round}`
          })
          told.push(text, used)
          if (!EFFECTS.includes(round)) continue
          const paid = await context.effect('pay', { key: String(round) }, () => {
            point('before effect')
            mark(`effect ${round}`)
            point('after effect')
            return `paid ${round}`
          })
          // Where a person had to say that it was done, nobody knows what it returned
          told.push(paid ?? `paid ${round}`)
        }
        return told
      },
    }),
  ],
})
