// EFFECTS. A worker serves only runs whose store is its own: elsewhere it would find nothing and lose what it writes.
import { TroupeError } from '../src/contract/errors'
import type { StoreIdentity } from '../src/contract/run'
import type { Store } from '../src/storage/store'

/** @throws TroupeError `StoreMismatch`, naming both; another worker of the queue may have the right one */
export function assertStore(own: Store, run: StoreIdentity): void {
  if (own.identity.id === run.id) return
  const message = `the run keeps its data in the store ${run.location} (${run.id}), this worker has ${own.identity.location} (${own.identity.id})`
  throw new TroupeError('StoreMismatch', message, {
    hint: "start the worker with TROUPE_STORE set to the run's store",
    retryable: true,
  })
}
