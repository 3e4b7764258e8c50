// Directories with traps in them: links, hard links, devices, pipes, sockets, and what is exchanged between look and use.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { snapshotOfDirectory } from '../../src/workspace/directory-snapshot'
import { materialise } from '../../src/workspace/materialise'
import { readPlainFile } from '../../src/workspace/read-plain-file'
import { readText, textFiles } from '../../src/workspace/snapshots'
import { startTypeScript } from '../support/typescript-process'
import { MemoryArtifacts } from './support/memory-artifacts'
import { CANARY, filesIn, playground, removePlaygrounds, type Playground } from './support/playground'

let artifacts: MemoryArtifacts
let place: Playground
beforeEach(() => {
  artifacts = new MemoryArtifacts()
  place = playground()
  mkdirSync(place.inside)
})
afterEach(removePlaygrounds)

const refused = (path: string) => ({ code: 'PathRefused', message: expect.stringContaining(path) as string })

test.each<[string, (place: Playground) => void | Promise<void>]>([
  ['a link to a file', ({ inside, outside }) => symlinkSync(join(outside, 'secret.txt'), join(inside, 'trap'))],
  ['a relative link', ({ inside }) => symlinkSync('../outside/secret.txt', join(inside, 'trap'))],
  ['a link to a directory', ({ inside, outside }) => symlinkSync(outside, join(inside, 'trap'))],
  ['a link to itself', ({ inside }) => symlinkSync('trap', join(inside, 'trap'))],
  ['a link to nothing', ({ inside }) => symlinkSync('/nowhere/at/all', join(inside, 'trap'))],
  [
    'a link through /proc',
    ({ inside, outside }) => symlinkSync(`/proc/self/root${outside}/secret.txt`, join(inside, 'trap')),
  ],
  ['a hard link', ({ inside, outside }) => linkSync(join(outside, 'secret.txt'), join(inside, 'trap'))],
  ['a pipe that nobody writes into', ({ inside }) => void execFileSync('mkfifo', [join(inside, 'trap')])],
  [
    'a socket',
    async ({ inside }) => {
      const server = createServer().listen(join(inside, 'trap'))
      await once(server, 'listening')
      // Its name stays when the process that listened is killed.
      renameSync(join(inside, 'trap'), join(inside, 'kept'))
      server.close()
      renameSync(join(inside, 'kept'), join(inside, 'trap'))
    },
  ],
  [
    'a link in a directory',
    ({ inside, outside }) => (mkdirSync(join(inside, 'deep')), symlinkSync(outside, join(inside, 'deep', 'trap'))),
  ],
])('%s is refused, and not read', async (_what, set) => {
  await set(place)
  writeFileSync(join(place.inside, 'plain.txt'), 'plain')
  const before = place.surroundings()
  await expect(snapshotOfDirectory(artifacts, place.inside)).rejects.toMatchObject(refused('trap'))
  await expect(
    readPlainFile(place.inside, 'trap', 1_000).then((bytes) => bytes ?? Promise.reject(new Error('not there'))),
  ).rejects.toThrow()
  expect(artifacts.holds(CANARY)).toBe(false)
  expect(place.surroundings()).toBe(before)
})

test('a device is refused', async () => {
  await expect(snapshotOfDirectory(artifacts, '/dev/pts')).rejects.toMatchObject(refused('device'))
})

test('a directory that is a link itself is refused', async () => {
  symlinkSync(place.outside, join(place.root, 'link'))
  await expect(snapshotOfDirectory(artifacts, join(place.root, 'link'))).rejects.toMatchObject(refused('link'))
  await expect(readPlainFile(join(place.root, 'link'), 'secret.txt', 1_000)).rejects.toMatchObject(refused('link'))
  expect(artifacts.holds(CANARY)).toBe(false)
})

test("git's directory is left out at the top, and refused below", async () => {
  mkdirSync(join(place.inside, '.git'))
  writeFileSync(join(place.inside, '.git', 'config'), CANARY)
  writeFileSync(join(place.inside, 'a.txt'), 'a')
  expect(Object.keys((await snapshotOfDirectory(artifacts, place.inside)).files)).toEqual(['a.txt'])
  mkdirSync(join(place.inside, 'sub', '.git'), { recursive: true })
  await expect(snapshotOfDirectory(artifacts, place.inside)).rejects.toMatchObject({ code: 'PathRefused' })
})

test('plain files make the round trip, with their bytes and whether they can be run', async () => {
  mkdirSync(join(place.inside, 'bin'))
  writeFileSync(join(place.inside, 'bin', 'run'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(join(place.inside, 'bytes'), Buffer.from([0, 255, 10, 13]))
  const snapshot = await snapshotOfDirectory(artifacts, place.inside)
  expect(snapshot.files['bin/run']?.executable).toBe(true)
  const copy = join(place.root, 'copy')
  await materialise(artifacts, snapshot, copy)
  expect(await snapshotOfDirectory(artifacts, copy)).toEqual(snapshot)
})

test('a directory that is exchanged for a link while the walk is under way leads nowhere', async () => {
  for (const name of ['a', 'b']) mkdirSync(join(place.inside, name))
  writeFileSync(join(place.inside, 'a', 'first.txt'), 'first')
  writeFileSync(join(place.inside, 'b', 'secret.txt'), 'harmless')
  // "first.txt" is being stored; "b" was seen as a directory in the listing already.
  artifacts.between = () => {
    renameSync(join(place.inside, 'b'), join(place.root, 'b-was'))
    symlinkSync(place.outside, join(place.inside, 'b'))
    artifacts.between = () => undefined
  }
  await expect(snapshotOfDirectory(artifacts, place.inside)).rejects.toMatchObject(refused('b'))
  expect(artifacts.holds(CANARY)).toBe(false)
})

test('the directory that is being read may be exchanged: what was opened is read', async () => {
  const folder = join(place.inside, 'a')
  mkdirSync(folder)
  for (const name of ['first.txt', 'secret.txt']) writeFileSync(join(folder, name), 'harmless')
  artifacts.between = () => {
    renameSync(folder, join(place.root, 'a-was'))
    symlinkSync(place.outside, folder)
    artifacts.between = () => undefined
  }
  const snapshot = await snapshotOfDirectory(artifacts, place.inside)
  expect(await readText(artifacts, snapshot, 'a/secret.txt')).toBe('harmless')
  expect(artifacts.holds(CANARY)).toBe(false)
})

test('a file that another process exchanges for a link all the time is never followed', async () => {
  const path = join(place.inside, 'flipping')
  writeFileSync(path, 'harmless')
  const flipper = startTypeScript('test/workspace/support/flip.ts', { args: [path, join(place.outside, 'secret.txt')] })
  let [taken, refusals, leaks] = [0, 0, 0]
  try {
    for (const end = performance.now() + 10_000; performance.now() < end && (taken < 20 || refusals < 20);) {
      await readPlainFile(place.inside, 'flipping', 1_000).then(
        (bytes) => (bytes && Buffer.from(bytes).includes(CANARY) ? leaks++ : taken++),
        () => refusals++,
      )
      await snapshotOfDirectory(artifacts, place.inside).catch(() => undefined)
    }
  } finally {
    flipper.kill('SIGKILL')
    await once(flipper, 'exit')
  }
  expect(leaks).toBe(0)
  expect(artifacts.holds(CANARY)).toBe(false)
  expect({ taken: taken >= 20, refusals: refusals >= 20 }).toEqual({ taken: true, refusals: true })
})

describe('materialising', () => {
  const files = {
    'a/first.txt': '1',
    'a/secret.txt': 'overwritten',
    'b/secret.txt': 'overwritten',
    'secret.txt': 'overwritten',
  }
  const snapshot = async () => ({ files: await textFiles(artifacts, files) })

  test.each<[string, (place: Playground) => void]>([
    ['a file of that name', ({ inside }) => writeFileSync(inside, 'x')],
    ['a directory with something in it', ({ inside }) => (mkdirSync(inside), writeFileSync(join(inside, 'x'), 'x'))],
    ['a link to another directory', ({ inside, outside }) => symlinkSync(outside, inside)],
    [
      'a link to an empty directory',
      ({ inside, root }) => (mkdirSync(join(root, 'empty')), symlinkSync(join(root, 'empty'), inside)),
    ],
    ['a link to nothing', ({ inside, root }) => symlinkSync(join(root, 'nothing'), inside)],
  ])('%s is in the way', async (_what, set) => {
    rmSync(place.inside, { recursive: true })
    set(place)
    const before = place.surroundings()
    await expect(materialise(artifacts, await snapshot(), place.inside)).rejects.toMatchObject({ code: 'PathRefused' })
    expect(place.surroundings()).toBe(before)
  })

  test('links that are put in while it is written lead no file elsewhere', async () => {
    const tree = await snapshot()
    // At the second access, "a" is made and open; it is exchanged, and "b" is prepared as a trap.
    let seen = 0
    artifacts.between = () => {
      if (!existsSync(join(place.inside, 'a')) || seen++ > 0) return
      renameSync(join(place.inside, 'a'), join(place.root, 'a-was'))
      symlinkSync(place.outside, join(place.inside, 'a'))
      symlinkSync(place.outside, join(place.inside, 'b'))
    }
    await expect(materialise(artifacts, tree, place.inside)).rejects.toMatchObject(refused('b'))
    expect(seen).toBeGreaterThan(0)
    expect(readFileSync(join(place.outside, 'secret.txt'), 'utf8')).toBe(CANARY)
    expect(readdirSync(place.outside)).toEqual(['secret.txt'])
    expect(filesIn(join(place.root, 'a-was'))).toEqual(['first.txt', 'secret.txt'])
  })
})
