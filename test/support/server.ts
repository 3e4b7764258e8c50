// The server of the test run, and a namespace of its own for each test file: the orchestrator's task queue has one name,
// so that files which run side by side would take each other's tasks.
import { randomUUID } from 'node:crypto'
import { ensureNamespaces } from '../../src/server/namespaces'

/** `host:port` of the server that the global set-up started. */
export function testAddress(): string {
  const address = process.env['TROUPE_TEST_ADDRESS']
  if (!address) throw new Error('TROUPE_TEST_ADDRESS is not set: was the global set-up skipped?')
  return address
}

/**
 * Registers a fresh namespace, with Troupe's search attributes: some 30 ms, and it serves at once.
 * `name` (lower-case letters, digits and dashes) only makes it readable.
 */
export async function testNamespace(name: string): Promise<{ address: string; namespace: string }> {
  const address = testAddress()
  const namespace = `${name}-${randomUUID().slice(0, 8)}`
  await ensureNamespaces(address, [namespace])
  return { address, namespace }
}
