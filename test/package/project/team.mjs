// A user's team as an ES module: one agent in the worker's process, and one in a process of its own.
import { fileURLToPath } from 'node:url'
import { defineAgent, defineTeam } from 'troupe'
import { z } from 'zod'

export const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string() }),
  output: z.object({ points: z.array(z.string()) }),
  run: ({ topic }) => ({ points: [`what ${topic} are`, `why ${topic} matter`] }),
})

export const measure = defineAgent({
  name: 'measure',
  isolation: 'process',
  input: z.object({ points: z.array(z.string()), text: z.string() }),
  run: ({ points, text }) => ({ points: points.length, characters: text.length, pid: process.pid }),
})

export const team = defineTeam({ name: 'docs', agents: [outline, measure], module: fileURLToPath(import.meta.url) })
