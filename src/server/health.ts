// HOST. Whether a server really serves: its front end answers, and so does a namespace with its visibility store.
import { Connection } from '@temporalio/client'

/** True once a namespace of the server can be described and searched; a server that is still starting is false. */
export async function namespaceAnswers(address: string, namespace: string, timeoutMs: number): Promise<boolean> {
  return withConnection(address, timeoutMs, async (connection) => {
    await connection.workflowService.describeNamespace({ namespace })
    // Counting goes through the namespace registry and the visibility store, which are ready last.
    await connection.workflowService.countWorkflowExecutions({ namespace })
    return true
  }).catch(() => false)
}

/** Runs `work` on a connection of its own, all within the time given; the connection is closed whatever happens. */
export async function withConnection<T>(
  address: string,
  timeoutMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = Connection.lazy({ address, connectTimeout: timeoutMs })
  try {
    await connection.ensureConnected()
    return await connection.withDeadline(Date.now() + timeoutMs, () => work(connection))
  } finally {
    await connection.close()
  }
}
