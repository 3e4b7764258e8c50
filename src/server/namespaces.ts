// HOST. Namespaces of our own server: created where missing, with Troupe's search attributes and a useful retention.
// A database from before, or one that another program made, gets what it lacks.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '@temporalio/client'
import { isGrpcServiceError } from '@temporalio/client'
import { TroupeError, messageOf } from '../contract/errors'
import { SEARCH_ATTRIBUTES } from '../contract/names'
import { withConnection } from './health'
import { RETENTION_SECONDS } from './settings'

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2
/** gRPC status codes. */
const NOT_FOUND = 5
const ALREADY_EXISTS = 6
/** All calls together: each takes some 10 ms on loopback, and no command may hang longer than 10 s on a server. */
const TIMEOUT_MS = 8_000
const POLL_MS = 100
const PAGE_SIZE = 1_000

/** Makes each namespace exist, with the search attributes. Several processes may do so at once.
 * Fails with `ServerUnavailable` where the server does not take them. */
export async function ensureNamespaces(address: string, namespaces: string[]): Promise<void> {
  const prepare = async (connection: Connection): Promise<void> => {
    const existing = await retentions(connection)
    for (const namespace of namespaces) {
      await ensureNamespace(connection, namespace, existing.get(namespace))
      await ensureSearchAttributes(connection, namespace)
    }
  }
  await withConnection(address, TIMEOUT_MS, prepare).catch((error: unknown) => {
    const message = `the namespaces ${namespaces.join(', ')} cannot be prepared at ${address}: ${messageOf(error)}`
    throw new TroupeError('ServerUnavailable', message, {
      hint: 'look at the server with `troupe server status`, or start it anew with `troupe server stop` and `start`',
      retryable: true,
      cause: error,
    })
  })
}

/**
 * Seconds of retention by namespace. Listed, since to ask for one that is missing makes the server remember for a while
 * that it is, even after it is registered.
 */
async function retentions(connection: Connection): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  let nextPageToken: Uint8Array = new Uint8Array()
  do {
    const page = await connection.workflowService.listNamespaces({ pageSize: PAGE_SIZE, nextPageToken })
    for (const { namespaceInfo, config } of page.namespaces) {
      found.set(namespaceInfo?.name ?? '', Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0))
    }
    nextPageToken = page.nextPageToken
  } while (nextPageToken.length > 0)
  return found
}

async function ensureNamespace(connection: Connection, namespace: string, retention?: number): Promise<void> {
  // Numbers pass as Temporal's 64-bit integers; the type does not say so.
  const wanted = { seconds: RETENTION_SECONDS as unknown as Long }
  const { workflowService } = connection
  if (retention === undefined) {
    const request = { namespace, workflowExecutionRetentionPeriod: wanted }
    await workflowService.registerNamespace(request).catch(unlessCode(ALREADY_EXISTS))
  } else if (retention < RETENTION_SECONDS) {
    await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: wanted } })
  }
}

/** A namespace that someone asked for before it was there may take seconds to be found. */
async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { operatorService } = connection
  let found
  while (!found) {
    found = await operatorService.listSearchAttributes({ namespace }).catch(unlessCode(NOT_FOUND))
    if (!found) await sleep(POLL_MS)
  }
  const { customAttributes } = found
  const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => customAttributes[name] === undefined)
  if (missing.length === 0) return
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]))
  await operatorService.addSearchAttributes({ namespace, searchAttributes }).catch(unlessCode(ALREADY_EXISTS))
}

/** Lets one gRPC status pass as "nothing", since another process may have been faster. */
function unlessCode(code: number): (error: unknown) => undefined {
  return (error) => {
    if (isGrpcServiceError(error) && (error.code as number) === code) return undefined
    throw error
  }
}
