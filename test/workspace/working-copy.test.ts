// A working copy is private, and gone afterwards, however the work ended.
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Snapshot } from '../../src/workspace/snapshot'
import { textFiles } from '../../src/workspace/snapshots'
import { withTemporaryDirectory, withWorkingCopy } from '../../src/workspace/working-copy'
import { startTypeScript } from '../support/typescript-process'
import { MemoryArtifacts } from './support/memory-artifacts'
import { CANARY, playground, removePlaygrounds } from './support/playground'

const artifacts = new MemoryArtifacts()
let snapshot: Snapshot
beforeAll(async () => {
  snapshot = { files: await textFiles(artifacts, { 'src/a.js': 'a', 'b.js': 'b' }) }
})
afterEach(removePlaygrounds)

test('the work gets the files in a directory that only this user can enter', async () => {
  const seen = await withWorkingCopy(artifacts, snapshot, (directory) => {
    expect(readFileSync(join(directory, 'src/a.js'), 'utf8')).toBe('a')
    expect(statSync(dirname(directory)).mode & 0o777).toBe(0o700)
    return Promise.resolve(directory)
  })
  expect(existsSync(dirname(seen))).toBe(false)
})

test('it is gone after a failure, and what links in it lead to stays', async () => {
  const { outside } = playground()
  let seen = ''
  const work = withWorkingCopy(artifacts, snapshot, (directory) => {
    seen = directory
    symlinkSync(outside, join(directory, 'link'))
    mkdirSync(join(directory, 'locked', 'deep'), { recursive: true })
    writeFileSync(join(directory, 'locked', 'deep', 'x'), 'x')
    chmodSync(join(directory, 'locked', 'deep'), 0)
    chmodSync(join(directory, 'locked'), 0)
    return Promise.reject(new Error('the work failed'))
  })
  await expect(work).rejects.toThrow('the work failed')
  expect(existsSync(dirname(seen))).toBe(false)
  expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe(CANARY)
})

test('what a killed process left is removed by the next; what a living one has stays', async () => {
  const start = async () => {
    const child = startTypeScript('test/workspace/support/killed-in-copy.ts')
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    return { child, directory: line.toString().trim() }
  }
  const [killed, living] = await Promise.all([start(), start()])
  try {
    killed.child.kill('SIGKILL')
    await once(killed.child, 'exit')
    expect(existsSync(join(killed.directory, 'a/b.txt'))).toBe(true)
    await withTemporaryDirectory(() => Promise.resolve())
    expect(existsSync(dirname(killed.directory))).toBe(false)
    expect(existsSync(join(living.directory, 'a/b.txt'))).toBe(true)
  } finally {
    living.child.kill('SIGKILL')
    await once(living.child, 'exit')
    await withTemporaryDirectory(() => Promise.resolve())
  }
  expect(existsSync(dirname(living.directory))).toBe(false)
})
