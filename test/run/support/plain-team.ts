// A team for runs that are started with nothing but Temporal's own client.
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, defineTeam } from 'troupe'
import { z } from 'zod'

const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string() }),
  output: z.object({ points: z.array(z.string()) }),
  run: ({ topic }) => ({ points: [`what ${topic} are`, `why ${topic} matter`] }),
})
const draft = defineAgent({
  name: 'draft',
  input: z.object({ points: z.array(z.string()) }),
  run: ({ points }) => points.join('; '),
})
const fill = defineAgent({
  name: 'fill',
  maxConcurrency: 20,
  input: z.object({ length: z.int() }),
  run: ({ length }) => 'x'.repeat(length),
})
const rests = defineAgent({
  name: 'rests',
  input: z.object({}),
  run: (_, { signal }) => sleep(50_000, undefined, { signal }),
})

export const plainTeam = defineTeam({ name: 'docs', agents: [outline, draft, fill, rests] })
