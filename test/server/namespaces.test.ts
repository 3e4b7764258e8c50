// Namespaces made on a running server serve at once: what the tests of the whole project stand on.
import { Client } from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { withConnection } from '../../src/server/health'
import { ensureNamespaces } from '../../src/server/namespaces'
import { testAddress, testNamespace } from '../support/server'

const TIMEOUT_MS = 15_000
const STATUS = defineSearchAttributeKey('TroupeStatus', SearchAttributeType.KEYWORD)

async function startAndCount(address: string, namespace: string): Promise<number> {
  return withConnection(address, TIMEOUT_MS, async (connection) => {
    const { workflow } = new Client({ connection, namespace })
    const typedSearchAttributes = [{ key: STATUS, value: 'running' }]
    await workflow.start('anything', { taskQueue: 'troupe', workflowId: 'one', typedSearchAttributes })
    let found = 0
    // The visibility store follows the run by some milliseconds.
    while (found === 0) found = (await workflow.count(`TroupeStatus = 'running'`)).count
    return found
  })
}

test('a new namespace takes a run with search attributes at once, and sees no other namespace’s', async () => {
  const [first, second] = await Promise.all([testNamespace('same'), testNamespace('same')])
  expect(first.namespace).not.toBe(second.namespace)
  expect(await startAndCount(first.address, first.namespace)).toBe(1)
  expect(await startAndCount(second.address, second.namespace)).toBe(1)
})

test('several processes may make the same namespace at once', async () => {
  const name = `shared-${Date.now()}`
  await Promise.all([1, 2, 3].map(() => ensureNamespaces(testAddress(), [name])))
  expect(await startAndCount(testAddress(), name)).toBe(1)
})

test('a namespace that was asked for before it was there can still be made', async () => {
  const name = `late-${Date.now()}`
  await withConnection(testAddress(), TIMEOUT_MS, async ({ workflowService }) => {
    await expect(workflowService.describeNamespace({ namespace: name })).rejects.toThrow('not found')
  })
  await ensureNamespaces(testAddress(), [name])
  expect(await startAndCount(testAddress(), name)).toBe(1)
})

test('closed runs stay readable for a month, not for the dev server’s day', async () => {
  await withConnection(testAddress(), TIMEOUT_MS, async ({ workflowService }) => {
    const { config } = await workflowService.describeNamespace({ namespace: 'default' })
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 60 * 60)
  })
})

test('a server that cannot be reached is named', async () => {
  await expect(ensureNamespaces('127.0.0.1:1', ['any'])).rejects.toMatchObject({
    code: 'ServerUnavailable',
    message: expect.stringContaining('127.0.0.1:1') as string,
  })
})
