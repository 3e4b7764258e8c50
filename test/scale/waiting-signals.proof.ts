// As many signals as Temporal lets wait for a run without a worker: whoever serves it next takes them all in one workflow task.
import { Client, Connection } from '@temporalio/client'
import { useTroupe } from '../support/troupe'

/** Temporal refuses the ten-thousandth and first. */
const SIGNALS = 9_990

const test = useTroupe('signals')

it(`takes up a run that was told ${SIGNALS} events by plain clients`, async () => {
  const plan = { name: 'log', subtasks: [{ id: 'first', agentType: 'echo' }] }
  const run = await test.troupe.start(plan, { open: true })
  const connection = await Connection.connect({ address: test.address })
  const handle = new Client({ connection, namespace: test.namespace }).workflow.getHandle(run.id)
  let next = 0
  const tell = async (): Promise<void> => {
    while (next < SIGNALS) await handle.signal('publish', { type: 'note.added', payload: { number: next++ } })
  }
  await Promise.all(Array.from({ length: 16 }, tell))
  await connection.close()

  await test.serve()
  await run.close()
  expect((await run.outcome()).status).toBe('succeeded')
  const notes = await run.getEventLog({ type: 'note.added' })
  expect(new Set(notes.map(({ payload }) => (payload as { number: number }).number)).size).toBe(SIGNALS)
  expect(notes).toHaveLength(SIGNALS)
}, 300_000)
