// A user's program in CommonJS: serves its team, runs a plan whose payload is too large for Temporal, and ends by itself.
const { connect, definePlan } = require('troupe')
const { measure, outline, team } = require('./team.cjs')

const plan = definePlan('packed', {}, (p) => {
  const { output } = p.add('outline', outline, { topic: 'tides' })
  p.add('measure', measure, { points: output.points, text: 'x'.repeat(3_000_000) })
})

async function main() {
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
}

void main()
