// HOST. Connections of commands: for reading, which starts nothing, and for hosting, which may start our own server.
// What connects is loaded here, when it is needed: `--help` and `validate` answer without it.
import type { TroupeClient } from '../../client'
import type { Troupe } from '../../connect'
import { TroupeError } from '../../contract/errors'
import type { ServerInfo } from '../../server/server-info'
import { say } from './output'
import { storeForReading } from './store-for-reading'

export interface Reader {
  client: TroupeClient
  server: ServerInfo
}

/**
 * Connects for a command that reads, or tells a run something.
 *
 * @throws TroupeError `ServerUnavailable` where no server runs; `ConnectionFailed`, `NamespaceNotFound`
 */
export async function withReader<Value>(work: (reader: Reader) => Promise<Value>): Promise<Value> {
  const { findServer } = await import('../../server/ensure-server.js')
  const server = await findServer()
  if (!server) {
    throw new TroupeError('ServerUnavailable', 'no Temporal server runs here', {
      hint: 'troupe server start, or set TEMPORAL_ADDRESS',
    })
  }
  const { connectClient } = await import('../../connection.js')
  const { TroupeClient } = await import('../../client.js')
  const { address, namespace } = server
  const store = await storeForReading()
  const connection = await connectClient(server)
  try {
    return await work({ client: new TroupeClient({ connection, address, namespace, store }), server })
  } finally {
    await connection.close()
  }
}

/**
 * Connects for a command that runs or serves something.
 *
 * @throws TroupeError `StoreUnavailable`, `ServerUnavailable`, `ConnectionFailed`, `NamespaceNotFound`
 */
export async function openTroupe(): Promise<Troupe> {
  const { installRuntime } = await import('./worker-log.js')
  installRuntime()
  const { connect } = await import('../../connect.js')
  return connect({ onProgress: say })
}

/** The run's page in the Temporal UI, where we know one. */
export function uiLink({ uiUrl, namespace }: ServerInfo, runId: string): string | undefined {
  return uiUrl && `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(runId)}`
}
