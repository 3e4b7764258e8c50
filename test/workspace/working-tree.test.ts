// Changes to a working tree in which somebody works: all or none, never over what is theirs, and the way back.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ConfinedDirectory } from '../../src/workspace/confined-directory'
import { branchProblem, diffCommits, removeBranch } from '../../src/workspace/branch'
import { createBranch, readHead } from '../../src/workspace/repository'
import type { Snapshot } from '../../src/workspace/snapshot'
import { storeFile, textFiles } from '../../src/workspace/snapshots'
import { reversed, treeChanges } from '../../src/workspace/tree-changes'
import { changeWorkingTree, conflictsIn } from '../../src/workspace/working-tree'
import { MemoryArtifacts } from './support/memory-artifacts'
import { CANARY, pictureOf, playground, removePlaygrounds, type Playground } from './support/playground'
import { makeRepository, plainGit, removeTemplates, untouchedPart } from './support/repository'

let artifacts: MemoryArtifacts
let place: Playground
let top: string
let before: Snapshot
let after: Snapshot
beforeEach(async () => {
  artifacts = new MemoryArtifacts()
  place = playground()
  top = place.inside
  mkdirSync(top)
  plainGit(top, 'init', '-q', '--template=')
  for (const folder of ['src', 'src/deep', 'other']) mkdirSync(join(top, folder), { recursive: true })
  const texts = { 'src/a.js': 'a\n', 'src/b.js': 'b\n', 'src/deep/gone.js': 'gone\n', 'run.sh': '#!/bin/sh\n' }
  for (const [path, text] of Object.entries(texts)) writeFileSync(join(top, path), text)
  writeFileSync(join(top, 'other/mine.txt'), 'mine, never committed')
  chmodSync(join(top, 'src/a.js'), 0o600)
  before = { files: await textFiles(artifacts, texts) }
  const { 'src/deep/gone.js': _gone, ...kept } = before.files
  const written = await textFiles(artifacts, { 'src/a.js': 'better\n', 'new/folder/c.js': 'new\n' })
  const script = await storeFile(artifacts, Buffer.from('#!/bin/sh\n'), true)
  after = { files: { ...kept, ...written, 'run.sh': script } }
})
afterEach(removePlaygrounds)
afterAll(removeTemplates)

const change = (changes = treeChanges(before, after)): Promise<string[]> =>
  changeWorkingTree({ artifacts, directory: top, changes })
const read = (path: string): string => readFileSync(join(top, path), 'utf8')
const modeOf = (path: string): number => statSync(join(top, path)).mode & 0o777

test('files are changed, made and removed, with the rights that they had; and taken back to the same', async () => {
  const picture = pictureOf(place.root)
  expect(await change()).toEqual(['new/folder/c.js', 'run.sh', 'src/a.js', 'src/deep/gone.js'])
  expect([read('src/a.js'), read('new/folder/c.js'), modeOf('src/a.js')]).toEqual(['better\n', 'new\n', 0o600])
  expect(modeOf('run.sh') & 0o100).toBe(0o100)
  expect(existsSync(join(top, 'src/deep'))).toBe(false)
  const changed = pictureOf(place.root)
  expect(await change()).toEqual([])
  expect(pictureOf(place.root)).toBe(changed)
  expect(await change(reversed(treeChanges(before, after)))).toHaveLength(4)
  expect(pictureOf(place.root)).toBe(picture)
})

test.each<[string, string, () => void]>([
  ['a file that was edited', 'src/a.js', () => writeFileSync(join(top, 'src/a.js'), 'mine\n')],
  ['a file that was removed', 'src/a.js', () => rmSync(join(top, 'src/a.js'))],
  ['a file that can be run now', 'src/a.js', () => chmodSync(join(top, 'src/a.js'), 0o755)],
  [
    'another new file of that name',
    'new/folder/c.js',
    () => {
      mkdirSync(join(top, 'new/folder'), { recursive: true })
      writeFileSync(join(top, 'new/folder/c.js'), 'mine\n')
    },
  ],
  ['an edited file that would go', 'src/deep/gone.js', () => writeFileSync(join(top, 'src/deep/gone.js'), 'mine\n')],
  ['a file in the place of a directory', 'new/folder/c.js', () => writeFileSync(join(top, 'new'), 'mine\n')],
  ['a link on the way', 'new/folder/c.js', () => symlinkSync(place.outside, join(top, 'new'))],
  [
    'a link in the place of a file',
    'src/a.js',
    () => {
      rmSync(join(top, 'src/a.js'))
      symlinkSync(join(place.outside, 'secret.txt'), join(top, 'src/a.js'))
    },
  ],
  [
    'a pipe',
    'src/a.js',
    () => {
      rmSync(join(top, 'src/a.js'))
      spawnSync('mkfifo', [join(top, 'src/a.js')])
    },
  ],
])('%s is named, and nothing at all is changed', async (_what, path, edit) => {
  edit()
  const picture = pictureOf(place.root)
  await expect(change()).rejects.toMatchObject({
    code: 'PatchConflict',
    message: expect.stringContaining(`is left as it is: "${path}": `),
  })
  expect(await conflictsIn(top, treeChanges(before, after))).toEqual([expect.stringContaining(path)])
  expect(pictureOf(place.root)).toBe(picture)
})

/** Lets somebody save a file at a certain moment of the exchange: right before or after a call on a directory. */
function saveDuring(method: 'move' | 'link', when: 'before' | 'after', turn: number, save: () => void): void {
  const original = ConfinedDirectory.prototype[method]
  let calls = 0
  jest.spyOn(ConfinedDirectory.prototype, method).mockImplementation(async function (this: ConfinedDirectory, ...args) {
    // Before the first file it is tried whether links can be made at all
    const isIt = args[2] !== 'probe' && ++calls === turn
    if (isIt && when === 'before') save()
    await original.apply(this, args)
    if (isIt && when === 'after') save()
  })
}
afterEach(() => jest.restoreAllMocks())

// The changes in order: new/folder/c.js (link 1), run.sh (move 1, link 2), src/a.js (move 2, link 3), src/deep/gone.js (move 3)
test.each<['move' | 'link', 'before' | 'after', number, string]>([
  ['link', 'before', 1, 'new/folder/c.js'],
  ['link', 'after', 1, 'src/a.js'],
  ['move', 'before', 1, 'run.sh'],
  ['move', 'after', 1, 'run.sh'],
  ['move', 'before', 2, 'src/a.js'],
  ['move', 'after', 2, 'src/a.js'],
  ['link', 'before', 3, 'src/a.js'],
  ['link', 'after', 3, 'src/deep/gone.js'],
  ['move', 'before', 3, 'src/deep/gone.js'],
])(
  'what is saved in the middle (%s the %s number %d: %s) stays, and everything else is as it was',
  async (method, when, turn, path) => {
    const expected = pictureOf(place.root)
    saveDuring(method, when, turn, () => writeFileSync(join(top, path), 'saved meanwhile\n'))
    await expect(change()).rejects.toMatchObject({ code: 'PatchConflict', message: expect.stringContaining(path) })
    expect(read(path)).toBe('saved meanwhile\n')
    const without = (picture: string): string[] =>
      picture.split('\n').filter((line) => !line.includes(path) && !/\/new( |\/folder )/.test(line))
    expect(without(pictureOf(place.root))).toEqual(without(expected))
  },
)

test('what is written through a descriptor that was open is found before all is over', async () => {
  saveDuring('link', 'after', 3, () => {
    const [staging] = stagings()
    writeFileSync(join(staging!, 'old/2'), 'through the descriptor\n')
  })
  await expect(change()).rejects.toMatchObject({ code: 'PatchConflict' })
  expect([read('src/a.js'), read('src/deep/gone.js'), stagings()]).toEqual(['through the descriptor\n', 'gone\n', []])
  expect(existsSync(join(top, 'new'))).toBe(false)
})

const git = (): string => join(top, '.git')
const stagings = (): string[] =>
  readdirSync(git())
    .filter((name) => name.startsWith('troupe-apply_'))
    .map((name) => join(git(), name))

/** What a process leaves that was killed: files moved aside, and what they belong to. */
function leave(directory: string, journal: unknown, aside: Record<string, string>): string {
  mkdirSync(join(directory, 'old'), { recursive: true })
  writeFileSync(join(directory, 'journal.json'), JSON.stringify(journal))
  for (const [place, text] of Object.entries(aside)) writeFileSync(join(directory, 'old', place), text, { mode: 0o700 })
  return directory
}

test('what a killed process has begun is repaired, and then done or taken back', async () => {
  const gone = join(git(), 'troupe-apply_0-0-0_dead')
  const dead = leave(gone.replace('0-0-0', deadProcess()), treeChanges(before, after), {})
  // Aside, and nothing in its place yet
  renameSync(join(top, 'src/a.js'), join(dead, 'old/2'))
  // In its place already
  mkdirSync(join(top, 'new/folder'), { recursive: true })
  writeFileSync(join(top, 'new/folder/c.js'), 'new\n')
  mkdirSync(gone)
  expect(await change()).toEqual(['run.sh', 'src/a.js', 'src/deep/gone.js'])
  expect([read('src/a.js'), modeOf('src/a.js'), existsSync(dead)]).toEqual(['better\n', 0o600, false])
  // Of another machine's process nobody knows
  expect(existsSync(gone)).toBe(true)
})

test('what lies in the tree and looks like the leftovers of a killed process is believed by nobody', async () => {
  const hook = '#!/bin/sh\necho came through\n'
  const paths = ['.git/hooks/pre-commit', '../outside/more.txt']
  for (const journal of [paths, paths.map((path) => ({ path }))]) {
    leave(join(top, `.troupe-apply_${deadProcess()}_x`), journal, { 0: hook, 1: hook })
    const picture = pictureOf(place.root)
    expect(await conflictsIn(top, treeChanges(before, after))).toEqual([])
    expect(pictureOf(place.root)).toBe(picture)
    expect([await change(), await change(reversed(treeChanges(before, after)))].flat()).toHaveLength(8)
    expect(pictureOf(place.root)).toBe(picture)
  }
  // Nor would a path be that no snapshot can have
  const own = leave(join(git(), `troupe-apply_${deadProcess()}_x`), [{ path: paths[0] }], { 0: hook })
  await expect(change()).rejects.toMatchObject({ code: 'DeliveryRefused', message: expect.stringContaining(own) })
  expect([existsSync(join(top, paths[0]!)), existsSync(own)]).toEqual([false, true])
  await expect(change([{ path: paths[0]!, to: after.files['run.sh']! }])).rejects.toMatchObject({ code: 'PathRefused' })
})

/** A file system without hard links, from a certain call on. */
function refuse(method: 'move' | 'link', from: number): void {
  const original = ConfinedDirectory.prototype[method]
  let calls = 0
  jest.spyOn(ConfinedDirectory.prototype, method).mockImplementation(function (this: ConfinedDirectory, ...args) {
    if (++calls < from) return original.apply(this, args)
    return Promise.reject(Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' }))
  })
}

test('where no links can be made nothing is begun; where they stop to be, everything comes back', async () => {
  const picture = pictureOf(place.root)
  refuse('link', 1)
  const move = jest.spyOn(ConfinedDirectory.prototype, 'move')
  await expect(change()).rejects.toMatchObject({ code: 'DeliveryRefused', message: expect.stringContaining('EPERM') })
  expect([pictureOf(place.root), move.mock.calls.length]).toEqual([picture, 0])
  for (const from of [2, 3, 4]) {
    jest.restoreAllMocks()
    refuse('link', from)
    await expect(change()).rejects.toMatchObject({ code: 'PatchConflict' })
    expect(pictureOf(place.root)).toBe(picture)
  }
})

test('what cannot come back is kept, and named; once it can, it does', async () => {
  const picture = pictureOf(place.root)
  refuse('link', 4)
  refuse('move', 3)
  const error = (await change().catch((thrown: unknown) => thrown)) as Error
  jest.restoreAllMocks()
  const [staging] = stagings()
  expect(error).toMatchObject({ code: 'DeliveryRefused', hint: expect.stringContaining(staging!) })
  expect(error.message).toContain(`"src/a.js" is ${join(staging!, 'old/2')}`)
  expect(readFileSync(join(staging!, 'old/2'), 'utf8')).toBe('a\n')
  renameSync(staging!, join(git(), `troupe-apply_${deadProcess()}_x`))
  expect(await conflictsIn(top, treeChanges(before, after))).toEqual([])
  expect(pictureOf(place.root)).toBe(picture)
})

test('an edit that was moved aside is kept when something else took its place meanwhile', async () => {
  const dead = leave(join(git(), `troupe-apply_${deadProcess()}_x`), treeChanges(before, after), { 2: 'my edit\n' })
  await expect(conflictsIn(top, [])).rejects.toMatchObject({ message: expect.stringContaining(join(dead, 'old/2')) })
  expect([readFileSync(join(dead, 'old/2'), 'utf8'), read('src/a.js')]).toEqual(['my edit\n', 'a\n'])
})

/** The name of a process of this machine that has ended. */
function deadProcess(): string {
  const { pid } = spawnSync(process.execPath, ['-e', '0'])
  const namespace = /\d+/.exec(spawnSync('readlink', ['/proc/self/ns/pid'], { encoding: 'utf8' }).stdout)![0]
  return `${namespace}-${pid}-1`
}

test('a branch is taken away while it is what it was made as, and its difference can be applied', async () => {
  rmSync(top, { recursive: true })
  const base = makeRepository(top)
  const { snapshot } = await readHead(artifacts, top)
  const { 'src/gone.js': _gone, ...files } = snapshot.files
  const bytes = await storeFile(artifacts, Buffer.from([0, 1, 2, 255]))
  const changed = { files: { ...files, ...(await textFiles(artifacts, { 'src/keep.js': 'x\n' })), 'a.bin': bytes } }
  const branch = 'troupe/run'
  const made = {
    artifacts,
    directory: top,
    base,
    snapshot: changed,
    branch,
    message: 'm',
    files: { 'out/R.md': CANARY },
  }
  const commit = await createBranch(made)
  const untouched = untouchedPart(top)
  const diff = await diffCommits(top, base, commit, 'out')
  expect(diff).toContain('diff --git a/src/gone.js b/src/gone.js')
  expect(diff).not.toContain(CANARY)
  const clone = join(place.root, 'clone')
  plainGit(place.root, 'clone', '-q', top, clone)
  expect(spawnSync('git', ['apply', '--index'], { cwd: clone, input: diff, encoding: 'utf8' }).stderr).toBe('')
  expect(plainGit(clone, 'diff', '--cached', '--name-only', `origin/${branch}`)).toBe('out/R.md')

  const found = { directory: top, branch, commit }
  expect(await branchProblem({ ...found, commit: base })).toContain('was changed since')
  await expect(removeBranch({ ...found, commit: base })).rejects.toMatchObject({ code: 'DeliveryRefused' })
  const tree = join(place.root, 'worktree')
  plainGit(top, 'worktree', 'add', '-q', tree, branch)
  await expect(removeBranch(found)).rejects.toMatchObject({ message: expect.stringContaining('is checked out') })
  plainGit(top, 'worktree', 'remove', tree)
  expect([await removeBranch(found), await removeBranch(found)]).toEqual([true, false])
  expect(plainGit(top, 'branch', '--list', branch)).toBe('')
  expect(untouchedPart(top).replace(/ worktrees\b/, '')).toBe(untouched)
})
