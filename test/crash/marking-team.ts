// A team that writes down each execution's begin and end in a file, so that what ran twice can be counted.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineAgent, defineTeam } from '../../src/index'

const file = process.env['MARKS_FILE'] ?? ''

const mark = defineAgent({
  name: 'mark',
  maxConcurrency: 4,
  input: z.object({ ms: z.int(), after: z.unknown().optional() }),
  async run({ ms }, { task, signal }) {
    appendFileSync(file, `begin ${task.id}\n`)
    await sleep(ms, undefined, { signal })
    appendFileSync(file, `end ${task.id}\n`)
    return { id: task.id }
  },
})

export const markingTeam = defineTeam({ name: 'marks', agents: [mark] })
