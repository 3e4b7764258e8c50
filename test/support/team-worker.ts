// A worker process for tests that kill it: serves the orchestrator and one team until then. Arguments: the team's module, seen
// from the root of the repository, and the name under which it exports the team.
import { resolve } from 'node:path'
import { connect, type Team } from '../../src/index'

async function main(): Promise<void> {
  const [module = '', name = ''] = process.argv.slice(2)
  const exported = (await import(resolve(module))) as Record<string, Team>
  const { ADDRESS = '', NAMESPACE = '', TROUPE_STORE = '' } = process.env
  const troupe = await connect({ address: ADDRESS, namespace: NAMESPACE, store: TROUPE_STORE })
  await troupe.serve(exported[name]!)
  console.log('serving')
}

void main()
