// HOST. Temporal's external storage over a store: payloads above 256 KiB are artifacts, and history holds claims.
// The SDK's default threshold is kept, since the UI and plain clients cannot read what is stored outside.
import {
  type DataConverter,
  ExternalStorage,
  type Payload,
  type StorageDriver,
  StorageDriverClaim,
  type StorageDriverRetrieveContext,
  type StorageDriverStoreContext,
} from '@temporalio/common'
import { temporal } from '@temporalio/proto'
import { TroupeError } from '../contract/errors'
import { Turns } from '../contract/turns'
import type { Store } from './store'

const PayloadMessage = temporal.api.common.v1.Payload

/** Payloads handled at once: each is in memory twice meanwhile, as a message and as bytes. */
const PAYLOADS_AT_ONCE = 8

/** The data converter for every client and worker that shares the store. */
export function troupeDataConverter(store: Store): DataConverter {
  return { externalStorage: new ExternalStorage({ drivers: [new TroupeStorageDriver(store)] }) }
}

class TroupeStorageDriver implements StorageDriver {
  readonly name = 'troupe'
  readonly type = 'troupe.store'
  private readonly turns = new Turns(PAYLOADS_AT_ONCE)

  constructor(private readonly target: Store) {}

  store({ abortSignal }: StorageDriverStoreContext, payloads: Payload[]): Promise<StorageDriverClaim[]> {
    return this.forEach(payloads, abortSignal, async (payload) => {
      const artifact = await this.target.artifacts.put(PayloadMessage.encode(payload).finish())
      return new StorageDriverClaim({ artifact, store: this.target.identity.id })
    })
  }

  retrieve({ abortSignal }: StorageDriverRetrieveContext, claims: StorageDriverClaim[]): Promise<Payload[]> {
    return this.forEach(claims, abortSignal, async ({ claimData: { artifact = '', store = '' } }) => {
      const { id, location } = this.target.identity
      if (store !== id) {
        throw new TroupeError(
          'StoreMismatch',
          `a payload is in the store ${store}, but this process uses ${id} (${location})`,
          {
            hint: 'set TROUPE_STORE to the store that the run was started with',
          },
        )
      }
      return PayloadMessage.decode(await this.target.artifacts.get(artifact))
    })
  }

  private forEach<From, To>(
    items: From[],
    abortSignal: AbortSignal | undefined,
    work: (item: From) => Promise<To>,
  ): Promise<To[]> {
    return Promise.all(
      items.map((item) =>
        this.turns.take(() => {
          abortSignal?.throwIfAborted()
          return work(item)
        }),
      ),
    )
  }
}
