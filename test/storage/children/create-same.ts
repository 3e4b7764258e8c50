// Waits for a line on stdin, opens the store and creates records that others create at the same time.
import { once } from 'node:events'
import { openFileStore } from '../../../src/storage/file-store'

async function main([directory = '', who = '', count = '']: string[]): Promise<void> {
  console.log('ready')
  await once(process.stdin, 'data')
  process.stdin.destroy()
  const store = await openFileStore({ directory })
  const outcomes = []
  for (let index = 0; index < Number(count); index++) {
    outcomes.push(await store.records.create(`race/${index}`, { who, filler: who.repeat(5_000) }))
  }
  console.log(
    JSON.stringify({
      store: store.identity.id,
      outcomes: outcomes.map(({ created, value }) => ({ created, winner: (value as { who: string }).who })),
    }),
  )
}

void main(process.argv.slice(2))
