// HOST. The runs that repeat a run: the way from the old one to the new.
import type { RunKey } from '../contract/messages'
import { retriesPrefix } from '../contract/records'
import type { Store } from '../storage/store'

/** Their workflow ids. @throws TroupeError `StoreUnavailable` */
export async function retriesOf(store: Store, run: RunKey): Promise<string[]> {
  const prefix = retriesPrefix(run)
  return (await store.records.list(prefix)).map((name) => name.slice(prefix.length))
}
