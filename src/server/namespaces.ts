// HOST. Namespaces of our own server: created where missing, with Troupe's search attributes and a useful retention.
// A database from before, or one that another program made, gets what it lacks.
import type { Connection } from '@temporalio/client'
import { isGrpcServiceError } from '@temporalio/client'
import { SEARCH_ATTRIBUTES } from '../contract/names'
import { withConnection } from './health'
import { RETENTION_SECONDS } from './settings'

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2
/** gRPC status codes. */
const NOT_FOUND = 5
const ALREADY_EXISTS = 6
/** All calls together; each takes some 10 ms on loopback. */
const TIMEOUT_MS = 20_000

/** Makes each namespace exist, with the search attributes. Several processes may do so at once. */
export async function ensureNamespaces(address: string, namespaces: string[]): Promise<void> {
  await withConnection(address, TIMEOUT_MS, async (connection) => {
    for (const namespace of namespaces) {
      await ensureNamespace(connection, namespace)
      await ensureSearchAttributes(connection, namespace)
    }
  })
}

async function ensureNamespace(connection: Connection, namespace: string): Promise<void> {
  const retention = { seconds: RETENTION_SECONDS as unknown as Long }
  const found = await connection.workflowService.describeNamespace({ namespace }).catch(unlessCode(NOT_FOUND))
  if (!found) {
    const request = { namespace, workflowExecutionRetentionPeriod: retention }
    await connection.workflowService.registerNamespace(request).catch(unlessCode(ALREADY_EXISTS))
  } else if (Number(found.config?.workflowExecutionRetentionTtl?.seconds ?? 0) < RETENTION_SECONDS) {
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    })
  }
}

async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => customAttributes[name] === undefined)
  if (missing.length === 0) return
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]))
  await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes })
    .catch(unlessCode(ALREADY_EXISTS))
}

/** Lets one gRPC status pass as "nothing", since another process may have been faster. */
function unlessCode(code: number): (error: unknown) => undefined {
  return (error) => {
    if (isGrpcServiceError(error) && (error.code as number) === code) return undefined
    throw error
  }
}
