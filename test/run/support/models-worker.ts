// A worker process for tests that kill it: serves the model agents and the orchestrator until then.
import { connect } from '../../../src/index'
import { modelsTeam } from './models-team'

async function main(): Promise<void> {
  const troupe = await connect({
    address: process.env['ADDRESS'] ?? '',
    namespace: process.env['NAMESPACE'] ?? '',
    store: process.env['TROUPE_STORE'] ?? '',
  })
  await troupe.serve(modelsTeam)
  console.log('serving')
}

void main()
