// Writes artifacts and records, several at once, and prints the name of each that is safe; it has to be killed.
import { createHash, randomBytes } from 'node:crypto'
import { openFileStore } from '../../../src/storage/file-store'

async function main([directory = '', round = '']: string[]): Promise<void> {
  const store = await openFileStore({ directory })
  const writer = async (number: number): Promise<void> => {
    for (let index = 0; ; index++) {
      const filler = randomBytes(20_000 + Math.floor(Math.random() * 180_000)).toString('base64')
      console.log(`artifact ${await store.artifacts.put(Buffer.from(filler))}`)
      const name = `round ${round}/${number}/${index}`
      await store.records.create(name, { filler, hash: createHash('sha256').update(filler).digest('hex') })
      console.log(`record ${name}`)
    }
  }
  await Promise.all([1, 2, 3, 4].map(writer))
}

void main(process.argv.slice(2))
