// Writes many artifacts and records at once, reads them again, and prints the artifacts' ids.
import { openFileStore } from '../../../src/storage/file-store'

async function main([directory = '', count = '']: string[]): Promise<void> {
  const store = await openFileStore({ directory })
  const numbers = Array.from({ length: Number(count) }, (_, index) => index)
  const [ids] = await Promise.all([
    Promise.all(numbers.map((number) => store.artifacts.put(Buffer.from(`artifact ${number}`)))),
    Promise.all(numbers.map((number) => store.records.create(`many/${number}`, number))),
  ])
  await Promise.all(ids.map((id) => store.artifacts.get(id)))
  await Promise.all(numbers.map((number) => store.records.read(`many/${number}`)))
  for (const id of ids) console.log(id)
}

void main(process.argv.slice(2))
