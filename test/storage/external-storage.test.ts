// Large payloads through a real Temporal server: they are in the store, and history holds claims.
import { randomBytes, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { Client } from '@temporalio/client'
import { NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { temporal } from '@temporalio/proto'
import { troupeDataConverter } from '../../src/storage/external-storage'
import { openFileStore } from '../../src/storage/file-store'
import type { Store } from '../../src/storage/store'
import { testAddress } from '../support/server'
import { artifactFiles, temporaryDirectory } from './support/temporary'

const root = temporaryDirectory()
const taskQueue = `storage-${randomUUID()}`
const namespace = 'default'
let connection: NativeConnection
let store: Store
let worker: Worker
let working: Promise<void>

const clientOf = (target: Store): Client =>
  new Client({ connection, namespace, dataConverter: troupeDataConverter(target) })

beforeAll(async () => {
  connection = await NativeConnection.connect({ address: testAddress() })
  store = await openFileStore({ directory: path.join(root, 'store') })
  worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    dataConverter: troupeDataConverter(store),
    workflowsPath: require.resolve('./support/reverse-workflow.ts'),
    activities: { reverse: (text: string) => Promise.resolve([...text].reverse().join('')) },
  })
  working = worker.run()
})

afterAll(async () => {
  worker?.shutdown()
  await working
  await connection?.close()
  await Runtime.instance().shutdown()
})

test('3 MB go through a workflow and an activity, once into the store and as claims into history', async () => {
  const text = randomBytes(1_500_000).toString('hex')
  const workflowId = `storage-${randomUUID()}`
  const client = clientOf(store)
  const result = await client.workflow.execute('reverseText', { taskQueue, workflowId, args: [text] })
  expect(result === [...text].reverse().join('')).toBe(true)

  const { history } = await client.workflowService.getWorkflowExecutionHistory({ namespace, execution: { workflowId } })
  const bytes = temporal.api.history.v1.History.encode(history ?? {}).finish().length
  expect(bytes).toBeLessThan(10_000)
  expect(JSON.stringify(history)).not.toContain(Buffer.from(text.slice(0, 300)).toString('base64'))
  // The argument of the workflow and that of its activity are the same bytes: one artifact; the result is the other.
  expect(artifactFiles(store.identity.location)).toHaveLength(2)

  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]
  const reference = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { driverName: string; claimData: object }
  expect(reference).toMatchObject({
    driverName: 'troupe',
    claimData: { store: store.identity.id, artifact: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
})

test('a small payload stays in history, where the UI can show it', async () => {
  const before = artifactFiles(store.identity.location).length
  const workflowId = `storage-${randomUUID()}`
  const text = 'x'.repeat(200_000)
  const handle = await clientOf(store).workflow.start('reverseText', { taskQueue, workflowId, args: [text] })
  expect((await handle.result()) === text).toBe(true)
  expect(artifactFiles(store.identity.location)).toHaveLength(before)
})

test('a process with another store refuses, naming both', async () => {
  const other = await openFileStore({ directory: path.join(root, 'other') })
  const workflowId = `storage-${randomUUID()}`
  await clientOf(store).workflow.execute('reverseText', { taskQueue, workflowId, args: ['y'.repeat(300_000)] })
  const error: unknown = await clientOf(other)
    .workflow.getHandle(workflowId)
    .result()
    .catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'StoreMismatch', retryable: false })
  for (const name of [store.identity.id, other.identity.id, other.identity.location]) {
    expect((error as Error).message).toContain(name)
  }
})

test('what cannot be stored is refused before anything starts', async () => {
  const gone = await openFileStore({ directory: path.join(root, 'gone') })
  rmSync(gone.identity.location, { recursive: true })
  const workflowId = `storage-${randomUUID()}`
  const start = clientOf(gone).workflow.start('reverseText', { taskQueue, workflowId, args: ['z'.repeat(300_000)] })
  // The SDK's client wraps whatever fails in a call; the reason is its cause.
  await expect(start).rejects.toMatchObject({ cause: { code: 'StoreUnavailable', retryable: true } })
  await expect(clientOf(store).workflow.getHandle(workflowId).describe()).rejects.toMatchObject({
    name: 'WorkflowNotFoundError',
  })
})
