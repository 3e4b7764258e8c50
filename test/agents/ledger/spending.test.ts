// What a run has spent: a subtask's own as the store has it now, the whole of it a little old where that takes long to read.
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { RunSpending } from '../../../activities/spending'
import { ledgerRecord } from '../../../src/contract/records'
import { openFileStore } from '../../../src/storage/file-store'
import { temporaryDirectory } from '../../storage/support/temporary'

const directory = temporaryDirectory()
const run = { workflowId: 'docs-ab12', firstRunId: 'first' }

it('reads a whole run again for those who are refused only now and then, where that takes long', async () => {
  const store = await openFileStore({ directory: join(directory, 'slow') })
  const answer = (key: string, tokens: number) =>
    store.records.create(ledgerRecord(run, 'model', 'draft', key.repeat(64)), {
      ...{ subtask: 'draft', agent: 'writer', tokens: { input: tokens, output: 0 }, usd: 0.5 },
    })
  const spending = new RunSpending(store, run)
  const list = store.records.list.bind(store.records)
  const lists = jest.spyOn(store.records, 'list').mockImplementation(async (prefix) => {
    await setTimeout(100)
    return list(prefix)
  })
  await answer('a', 20)
  const told = [await spending.spent(), ...(await Promise.all([spending.spent(), spending.spent()]))]
  expect(told.map(([spent]) => spent)).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ tokens: 20 })))
  expect(lists).toHaveBeenCalledTimes(1)
  await answer('b', 30)
  expect(await spending.settledOf('draft')).toMatchObject({ tokens: 50, cost: 1 })
  expect(await spending.settledOf('draft/0')).toBeUndefined()
})
