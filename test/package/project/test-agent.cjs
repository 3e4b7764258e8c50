// A user's test of an agent: an execution without Temporal.
const { executeAgent } = require('troupe/testing')
const { outline } = require('./team.cjs')

async function main() {
  const { output } = await executeAgent(outline, { topic: 'tides' })
  const refused = await executeAgent(outline, {}).catch((error) => error.code)
  console.log(JSON.stringify({ output, refused }))
}

void main()
