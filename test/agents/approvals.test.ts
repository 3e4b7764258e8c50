// Calls that a person is asked about: what each attempt would have approved is kept whole.
import { createHash } from 'node:crypto'
import { ExecutionApprovals } from '../../activities/approvals'
import type { JsonValue } from '../../src/contract/json'
import { requestsPrefix } from '../../src/contract/records'
import { openFileStore } from '../../src/storage/file-store'
import { temporaryDirectory } from '../storage/support/temporary'

const run = { workflowId: 'w', firstRunId: 'r' }
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const outputs = {
  keep: async (inline: JsonValue) => ({ inline }),
  load: async (stored: object) => (stored as { inline: JsonValue }).inline,
}
const directory = temporaryDirectory()

test('two attempts that ask at the same moment leave a question each', async () => {
  const store = await openFileStore({ directory: directory })
  const host = { store, outputs, digest, ledger: { logicalAttempt: async () => 0 } }
  const task = { id: 'a', type: 'writer', priority: 'normal' as const }
  const asked = await Promise.all(
    ['alice', 'mallory'].map(async (to) => {
      const approvals = await ExecutionApprovals.begin({ run, task, agent: 'writer' }, host)
      const call = { scope: '', kind: 'tool' as const, name: 'pay', inputHash: to, occurrence: 0 }
      await approvals.ask({ call, tool: 'pay', input: { to }, once: false })
      return (await approvals.suspended())!
    }),
  )
  const kept = await Promise.all(
    (await store.records.list(requestsPrefix(run, 'a'))).map((name) => store.records.read(name)),
  )
  for (const { approvalId, input } of asked) {
    const details = { tool: 'pay', input: (input as { inline: JsonValue }).inline }
    expect(kept).toContainEqual({ approvalId, request: { inline: expect.objectContaining({ details }) as object } })
  }
})
