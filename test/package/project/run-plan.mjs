// A user's program as an ES module: serves its team, runs a plan whose payload is too large for Temporal, and ends by itself.
import { connect, definePlan } from 'troupe'
import { measure, outline, team } from './team.mjs'

const plan = definePlan('packed', {}, (p) => {
  const { output } = p.add('outline', outline, { topic: 'tides' })
  p.add('measure', measure, { points: output.points, text: 'x'.repeat(3_000_000) })
})

const troupe = await connect()
await troupe.serve(team)
const run = await troupe.start(plan, { team })
const completed = []
for await (const { correlationId } of run.events({ type: 'subtask.completed' })) completed.push(correlationId)
const { status, results } = await run.result()
const one = await troupe.submit(outline, { topic: 'moons' })
await troupe.close()
console.log(
  JSON.stringify({ pid: process.pid, status, completed, measured: results.measure.output, submitted: one.output }),
)
