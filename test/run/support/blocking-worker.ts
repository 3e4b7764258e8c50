// A worker process for tests of blocked event loops: serves the orchestrator and the blocking team until it is killed.
import { connect } from '../../../src/index'
import { blockingTeam } from './blocking-team'

async function main(): Promise<void> {
  const troupe = await connect({
    address: process.env['ADDRESS'] ?? '',
    namespace: process.env['NAMESPACE'] ?? '',
    store: process.env['TROUPE_STORE'] ?? '',
  })
  await troupe.serve(blockingTeam)
  console.log('serving')
}

void main()
