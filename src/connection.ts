// HOST. Connections to the server that was found: for clients and for workers, from the same settings.
import { Connection, type ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { NativeConnection } from '@temporalio/worker'
import { explain } from './client/errors'
import { TroupeError } from './contract/errors'
import type { ServerInfo } from './server/server-info'

/** A server that does not answer is reported within 10 s, with everything around it. */
const CONNECT_TIMEOUT_MS = 5_000

/** @throws TroupeError `ConnectionFailed` or `NamespaceNotFound`, within 10 s */
export async function connectClient(server: ServerInfo): Promise<Connection> {
  const { address, namespace } = server
  let connection: Connection | undefined
  try {
    connection = await Connection.connect({ ...connectionOptions(server), connectTimeout: CONNECT_TIMEOUT_MS })
    const opened = connection
    await opened.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () =>
      opened.workflowService.describeNamespace({ namespace }),
    )
    return opened
  } catch (error) {
    await connection?.close()
    const explained = explain(error, { address, namespace })
    if (explained.code !== 'Internal') throw explained
    // Not an address at all, or something there that is no Temporal server
    throw new TroupeError('ConnectionFailed', `no Temporal server can be reached at ${address}: ${explained.message}`, {
      hint: 'check TEMPORAL_ADDRESS: the host and port of a Temporal frontend, such as localhost:7233',
      cause: error,
    })
  }
}

/** @throws TroupeError `ConnectionFailed` */
export async function connectWorker(server: ServerInfo): Promise<NativeConnection> {
  const { apiKey, tls, metadata, address } = connectionOptions(server)
  try {
    return await NativeConnection.connect({
      address: address ?? server.address,
      ...(tls === undefined || tls === null ? {} : { tls }),
      ...(typeof apiKey === 'string' ? { apiKey } : {}),
      ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
    })
  } catch (error) {
    throw new TroupeError('ConnectionFailed', `no answer from the Temporal server at ${server.address}`, {
      retryable: true,
      cause: error,
    })
  }
}

/** Credentials belong to the server that the environment names, and are not sent to any other. */
function connectionOptions({ address, origin }: ServerInfo): ConnectionOptions {
  return origin === 'environment' ? { ...loadClientConnectConfig().connectionOptions, address } : { address }
}
