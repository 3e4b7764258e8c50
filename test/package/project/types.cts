// What a user of CommonJS compiles: the same doors by require.
import troupe = require('troupe')
import testing = require('troupe/testing')
import zod = require('zod')

class Counter extends troupe.BaseAgentService<{ text: string }, number> {
  override readonly input = zod.z.object({ text: zod.z.string() })

  override execute(task: troupe.AgentTask<{ text: string }>, context: troupe.AgentContext): number {
    context.progress(task.payload.text)
    return task.payload.text.length
  }
}

const counter = new Counter({ name: 'counter', timeoutMs: 1_000 })
const team: troupe.Team = troupe.defineTeam({ name: 'docs', agents: [counter] })

async function main(): Promise<number> {
  const { output } = await testing.executeAgent(counter, { text: team.name })
  // @ts-expect-error an output may be any JSON
  return output
}

export = { main }
