// HOST. What a worker must know of the server that it connects to.
import type { ConnectionLike } from '@temporalio/client'
import { SEARCH_ATTRIBUTES } from '../contract/names'

/** Whether the namespace has all of Troupe's search attributes. A server that does not tell is taken to have none. */
export async function hasSearchAttributes(
  connection: ConnectionLike & { operatorService: OperatorService },
  namespace: string,
): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    return Object.values(SEARCH_ATTRIBUTES).every((name) => Object.hasOwn(customAttributes, name))
  } catch {
    return false
  }
}

interface OperatorService {
  listSearchAttributes(request: { namespace: string }): Promise<{ customAttributes: Record<string, unknown> }>
}
