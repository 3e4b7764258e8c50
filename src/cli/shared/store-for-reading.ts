// HOST. The store of a command that reads. It need not be writable, nor exist: what Temporal knows can be read without it.
import { defaultStoreDirectory } from '../../storage/defaults'
import { openFileStore } from '../../storage/file-store'
import type { Store } from '../../storage/store'

/** Never fails: a store that is out of reach says so when something is asked of it. */
export async function storeForReading(): Promise<Store> {
  const directory = defaultStoreDirectory()
  try {
    return await openFileStore({ directory, writable: false })
  } catch (error) {
    const fail = (): Promise<never> => Promise.reject(error)
    return {
      identity: { id: '', location: directory },
      artifacts: { put: fail, get: fail, has: fail },
      records: { create: fail, read: fail, list: fail },
    }
  }
}
