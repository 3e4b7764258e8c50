// HOST. Which run a command is about: the one that is named, or the latest, where nothing changes.
import type { TroupeClient } from '../../client'
import type { Run } from '../../client/run'
import { TroupeError } from '../../contract/errors'

export const RUN_ARGUMENT = 'the run; the latest one unless given'

/** @throws TroupeError `RunNotFound` for what no run can be called */
export function namedRun(client: TroupeClient, id: string): Run {
  if (id !== '') return client.run(id)
  throw new TroupeError('RunNotFound', 'the run has no name: it is ""', { hint: 'troupe list shows the runs' })
}

/** @throws TroupeError `RunNotFound` if there is none at all */
export async function runOrLatest(client: TroupeClient, id: string | undefined): Promise<Run> {
  if (id !== undefined) return namedRun(client, id)
  const [latest] = await client.list({ limit: 1 })
  if (latest) return client.run(latest.id)
  throw new TroupeError('RunNotFound', 'there are no runs yet', { hint: 'troupe run PLAN starts one' })
}
