// A store shared by real processes, some of which are killed in the middle of writing.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openFileStore } from '../../src/storage/file-store'
import { startChild } from './support/child'
import { artifactFiles, temporaryDirectory } from './support/temporary'

const root = temporaryDirectory()
const ROUNDS = 20

test('of processes that create the same records at once one wins each, and all read what it wrote', async () => {
  const directory = path.join(root, 'race')
  const writers = ['a', 'b', 'c', 'd', 'e', 'f']
  const count = 100
  const children = writers.map((who) => startChild('create-same', [directory, who, String(count)]))
  await Promise.all(children.map((child) => child.printed(1)))
  for (const child of children) child.process.stdin?.write('go\n')
  expect(await Promise.all(children.map((child) => child.ended))).toEqual(writers.map(() => 0))

  const reports = children.map(
    (child) => JSON.parse(child.lines[1] ?? '') as { store: string; outcomes: { created: boolean; winner: string }[] },
  )
  // The store did not exist before: its identity is a race of its own.
  const store = await openFileStore({ directory })
  expect(new Set(reports.map((report) => report.store))).toEqual(new Set([store.identity.id]))
  const winners = new Set<string>()
  for (let index = 0; index < count; index++) {
    const outcomes = reports.map((report, writer) => ({ ...report.outcomes[index], who: writers[writer] }))
    const created = outcomes.filter((outcome) => outcome.created)
    expect(created).toHaveLength(1)
    expect(new Set(outcomes.map((outcome) => outcome.winner))).toEqual(new Set([created[0]?.who]))
    expect(await store.records.read(`race/${index}`)).toMatchObject({ who: created[0]?.who })
    winners.add(created[0]?.who ?? '')
  }
  // Otherwise they did not meet, and the test showed nothing.
  expect(winners.size).toBeGreaterThan(1)
  expect(await store.records.list('race/')).toHaveLength(count)
})

test(`of a process killed in the middle of writing, ${ROUNDS} times, nothing half-written is ever read`, async () => {
  const directory = path.join(root, 'kill')
  const checked = new Set<string>()
  let leftBehind = 0
  for (let round = 0; round < ROUNDS; round++) {
    const child = startChild('write-on', [directory, String(round)])
    await child.printed(1)
    await sleep(Math.random() * 150)
    child.process.kill('SIGKILL')
    expect(await child.ended).toBe('SIGKILL')

    const store = await openFileStore({ directory })
    const names = await store.records.list('')
    const artifacts = artifactFiles(directory)
    for (const name of names.filter((name) => !checked.has(name))) {
      const { filler, hash } = (await store.records.read(name)) as { filler: string; hash: string }
      expect(createHash('sha256').update(filler).digest('hex')).toBe(hash)
      checked.add(name)
    }
    for (const id of artifacts.filter((id) => !checked.has(id))) {
      await store.artifacts.get(id)
      checked.add(id)
    }
    const standing = new Set([...names.map((name) => `record ${name}`), ...artifacts.map((id) => `artifact ${id}`)])
    expect(child.lines.filter((line) => !standing.has(line))).toEqual([])
    leftBehind = readdirSync(path.join(directory, 'tmp')).length
  }
  // Otherwise no kill met a write, and the test showed nothing.
  expect(leftBehind).toBeGreaterThan(0)
})

test('what killed processes left behind is swept when it is an hour old, and no sooner', async () => {
  const directory = path.join(root, 'sweep')
  mkdirSync(path.join(directory, 'tmp'), { recursive: true })
  const [old, young] = ['1-old', '2-young'].map((name) => path.join(directory, 'tmp', name)) as [string, string]
  writeFileSync(old, 'half')
  writeFileSync(young, 'half')
  const earlier = new Date(Date.now() - 61 * 60 * 1000)
  utimesSync(old, earlier, earlier)
  await openFileStore({ directory })
  expect(readdirSync(path.join(directory, 'tmp'))).toEqual(['2-young'])
})
