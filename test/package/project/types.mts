// What a user of ES modules compiles: the three doors, inferred types, and a payload that the compiler refuses.
import { connect, defineAgent, definePlan, defineTeam, type AgentResult, type RunOutcome } from 'troupe'
import { executeAgent, type Execution } from 'troupe/testing'
import { orchestrate } from 'troupe/workflows'
import { z } from 'zod'

const outline = defineAgent({
  name: 'outline',
  input: z.object({ topic: z.string() }),
  output: z.object({ points: z.array(z.string()) }),
  run: ({ topic }, { signal }) => ({ points: [topic, String(signal.aborted)] }),
})
const team = defineTeam({ name: 'docs', agents: [outline] })

const plan = definePlan('typed', { inputs: z.object({ topic: z.string() }) }, (p) => {
  const first = p.add('first', outline, { topic: p.inputs.topic })
  p.add('second', outline, { topic: first.output.points[0] })
  // @ts-expect-error a topic is a text
  p.add('third', outline, { topic: 7 })
})

export async function main(): Promise<string[]> {
  const troupe = await connect({ store: 'store' })
  const run = await troupe.start(plan, { team, inputs: { topic: 'tides' } })
  const outcome: RunOutcome = await run.result()
  const one: AgentResult<{ points: string[] }> = await troupe.submit(outline, { topic: outcome.runId })
  const tried: Execution = await executeAgent(outline, { topic: 'moons' })
  return [...one.output.points, typeof tried.output, orchestrate.name]
}
