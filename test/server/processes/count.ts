// A process that raises a number in a file under a lock, in steps that would lose counts without one.
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { withLock } from '../../../src/server/lock'

const [, , lock = '', file = '', times = '1'] = process.argv

async function raise(): Promise<void> {
  const before = Number(readFileSync(file, 'utf8'))
  await sleep(2)
  writeFileSync(file, String(before + 1))
}

async function main(): Promise<void> {
  for (let time = 0; time < Number(times); time++) await withLock(lock, raise)
}

void main()
