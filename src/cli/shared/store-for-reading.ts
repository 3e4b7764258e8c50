// HOST. The store of a command that reads. It need not be writable, nor exist: what Temporal knows can be read without it.
import { defaultStoreLocation } from '../../storage/defaults'
import { openStore } from '../../storage/open-store'
import type { Store } from '../../storage/store'

/** Never fails: a store that is out of reach says so when something is asked of it. */
export async function storeForReading(): Promise<Store> {
  const location = defaultStoreLocation()
  try {
    return await openStore(location, { writable: false })
  } catch (error) {
    const fail = (): Promise<never> => Promise.reject(error)
    return {
      identity: { id: '', location },
      artifacts: { put: fail, get: fail, has: fail },
      records: { create: fail, read: fail, list: fail },
    }
  }
}
