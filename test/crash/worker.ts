// A worker process for tests that kill it: serves the marking team until then.
import { connect } from '../../src/index'
import { markingTeam } from './marking-team'

async function main(): Promise<void> {
  const troupe = await connect({ address: process.env['ADDRESS'] ?? '', store: process.env['TROUPE_STORE'] ?? '' })
  await troupe.serve(markingTeam)
  console.log('serving')
}

void main()
