// A worker process for tests in which agents kill it: serves the orchestrator and the team with effects until then.
import { connect } from '../../../src/index'
import { effectsTeam } from './effects-team'

async function main(): Promise<void> {
  const troupe = await connect({
    address: process.env['ADDRESS'] ?? '',
    namespace: process.env['NAMESPACE'] ?? '',
    store: process.env['TROUPE_STORE'] ?? '',
  })
  await troupe.serve(effectsTeam)
  console.log('serving')
}

void main()
