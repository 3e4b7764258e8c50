// A worker process for tests that kill it: serves the ledger's team and the orchestrator until then.
import { connect } from '../../../src/index'
import { ledgerTeam } from './ledger-team'

async function main(): Promise<void> {
  const troupe = await connect({
    address: process.env['ADDRESS'] ?? '',
    namespace: process.env['NAMESPACE'] ?? '',
    store: process.env['TROUPE_STORE'] ?? '',
  })
  await troupe.serve(ledgerTeam)
  console.log('serving')
}

void main()
