// HOST. What all reading and writing of runs shares: the Temporal client, the store and their names.
import type { Client } from '@temporalio/client'
import type { LoadedDataConverter } from '@temporalio/common'
import type { Store } from '../storage/store'
import type { ErrorContext } from './errors'
import type { EventFeed } from './event-feed'
import type { UpdateLine } from './update-line'

/** A query of a run whose workers are gone is given up after this: reads answer within 5 s. */
export const QUERY_TIMEOUT_MS = 2_500
/** A poller that was seen longer ago is dead: Temporal lists it for minutes, and a living one polls each 60 s. */
export const POLLER_ALIVE_MS = 70_000
/** Any other call. */
export const CALL_TIMEOUT_MS = 8_000

export interface ClientScope {
  client: Client
  /** Decodes what histories hold. */
  converter: LoadedDataConverter
  store: Store
  address: string
  namespace: string
  /** The polls of event logs that are under way, by run id. */
  feeds: Map<string, EventFeed>
  /** What is being told to runs, by run id. */
  lines: Map<string, UpdateLine>
}

export function errorContext(scope: ClientScope, runId?: string): ErrorContext {
  const { address, namespace } = scope
  return { address, namespace, ...(runId === undefined ? {} : { runId }) }
}

/** A call that fails when the server has not answered in time. */
export function withTimeout<Value>(
  scope: ClientScope,
  milliseconds: number,
  call: () => Promise<Value>,
): Promise<Value> {
  return scope.client.connection.withDeadline(Date.now() + milliseconds, call)
}
