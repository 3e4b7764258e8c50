// The whole API on one screen: two agents, a plan in which one uses the other's output, and a run.
// TEMPORAL_ADDRESS names the server; without it Troupe starts one of its own.
import { connect, defineAgent, definePlan, defineTeam } from 'troupe'
import { z } from 'zod'

const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string() }),
  output: z.object({ points: z.array(z.string()) }),
  run({ topic }, context) {
    context.progress('thinking')
    return { points: ['what', 'why', 'how'].map((question) => `${question} are ${topic}?`) }
  },
})

const draft = defineAgent({
  name: 'draft',
  input: z.object({ points: z.array(z.string()) }),
  output: z.object({ text: z.string() }),
  run: ({ points }) => ({ text: points.map((point) => `## ${point}`).join('\n') }),
})

const team = defineTeam({ name: 'docs', agents: [outline, draft] })

const plan = definePlan('readme', { inputs: z.object({ topic: z.string() }) }, (p) => {
  const o = p.add('outline', outline, { topic: p.inputs.topic })
  p.add('draft', draft, { points: o.output.points }) // the reference is the dependency, and it is typed
})

async function main(): Promise<void> {
  const troupe = await connect()
  try {
    await troupe.serve(team) // this process's slots
    const run = await troupe.start(plan, { team, inputs: { topic: 'tides' } })
    const off = run.subscribe('subtask.completed', (event) => console.error(event.type, event.payload))
    const { results } = await run.result()
    console.log(results.draft?.output)

    const one = await troupe.submit(outline, { topic: 'waves' }) // one task, no plan
    console.log(one.output.points[0])
    off()
  } finally {
    await troupe.close()
  }
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
