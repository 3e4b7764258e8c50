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

/** Fails at first, and is tried again after so long that everything may be killed in between. */
const stubborn = defineAgent({
  name: 'stubborn',
  retry: { maximumAttempts: 2, initialIntervalMs: 6_000 },
  run(_, { task, attempt }) {
    appendFileSync(file, `begin ${task.id}\n`)
    if (attempt === 1) throw new Error('not yet')
    return 'at last'
  },
})

const broken = defineAgent({
  name: 'broken',
  retry: { maximumAttempts: 1 },
  run(_, { task }) {
    appendFileSync(file, `begin ${task.id}\n`)
    throw new Error('it is broken')
  },
})

export const markingTeam = defineTeam({ name: 'marks', agents: [mark, stubborn, broken] })
