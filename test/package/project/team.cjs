// A user's team in CommonJS: one agent in the worker's process, and one in a process of its own.
const { defineAgent, defineTeam } = require('troupe')
const { z } = require('zod')

const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string() }),
  output: z.object({ points: z.array(z.string()) }),
  run: ({ topic }) => ({ points: [`what ${topic} are`, `why ${topic} matter`] }),
})

const measure = defineAgent({
  name: 'measure',
  isolation: 'process',
  input: z.object({ points: z.array(z.string()), text: z.string() }),
  run: ({ points, text }) => ({ points: points.length, characters: text.length, pid: process.pid }),
})

const team = defineTeam({ name: 'docs', agents: [outline, measure], module: __filename })

module.exports = { outline, measure, team }
