// An agent with three effects, whose process dies where its payload says: each effect leaves a mark outside, as a payment would.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { defineAgent, defineTeam } from 'troupe'
import { z } from 'zod'

const settings = { heartbeatTimeoutMs: 2_000, retry: { initialIntervalMs: 50, maximumIntervalMs: 50 } }

const input = z.object({
  /** A file of one line for each effect that was done. */
  marks: z.string(),
  /** `<effect> <before|after>`: dies there, once, before or after the effect is done. */
  die: z.string().optional(),
})

export const effectsTeam = defineTeam({
  name: 'effects',
  module: __filename,
  agents: (['own', 'child'] as const).map((isolation) =>
    defineAgent({
      ...settings,
      name: `pays-${isolation}`,
      input,
      ...(isolation === 'child' ? { isolation: 'process' as const } : {}),
      async run({ marks, die }, { effect, task }) {
        const told: string[] = []
        for (const name of ['first', 'second', 'third']) {
          told.push(
            await effect(name, { key: 'once' }, () => {
              dieAt(`${name} before`)
              appendFileSync(marks, `${task.id} ${name}\n`)
              dieAt(`${name} after`)
              return `${name} done`
            }),
          )
          dieAt(name)
        }
        return told

        function dieAt(place: string): void {
          const grave = `${marks}.${task.id}.died`
          if (die !== place || existsSync(grave)) return
          writeFileSync(grave, '')
          process.kill(isolation === 'own' ? process.pid : process.ppid, 'SIGKILL')
          // A child lives for a moment longer
          if (isolation === 'child') process.kill(process.pid, 'SIGKILL')
        }
      },
    }),
  ),
})
