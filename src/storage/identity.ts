// PURE. The id of a store, as the file or object has it that was written with the store.
import { TroupeError } from '../contract/errors'

/** @throws TroupeError `StoreUnavailable` if there is none */
export function identityIn(text: string | undefined, store: string, file: string): string {
  try {
    const { id } = JSON.parse(text ?? '') as { id?: unknown }
    if (typeof id === 'string' && id !== '') return id
  } catch {
    // Not JSON: said below, as for JSON of another shape
  }
  throw new TroupeError('StoreUnavailable', `the store ${store} is damaged: ${file} holds no id`, {
    hint: 'restore it from a copy, or set TROUPE_STORE to another place',
  })
}
