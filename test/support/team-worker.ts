// A worker process for tests that kill it: serves the orchestrator and one team until then. Arguments: the team's module, seen
// from the root of the repository, the name under which it exports the team, and the agents to serve alone, if not all and the
// orchestrator.
import { resolve } from 'node:path'
import { connect, type Team } from '../../src/index'

async function main(): Promise<void> {
  const [module = '', name = '', ...agents] = process.argv.slice(2)
  const exported = (await import(resolve(module))) as Record<string, Team>
  const { ADDRESS = '', NAMESPACE = '', TROUPE_STORE = '' } = process.env
  const troupe = await connect({ address: ADDRESS, namespace: NAMESPACE, store: TROUPE_STORE })
  await troupe.serve(exported[name]!, agents.length > 0 ? { agents } : {})
  console.log('serving')
}

void main()
