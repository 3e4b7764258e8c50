// An existing repository: its last commit becomes a snapshot, a snapshot becomes a branch, and nothing else in it changes.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBranch, isRepositoryTop, readHead } from '../../src/workspace/repository'
import { refuseTakenBranch } from '../../src/workspace/taken-branch'
import type { Snapshot } from '../../src/workspace/snapshot'
import { readText, textFiles } from '../../src/workspace/snapshots'
import { MemoryArtifacts } from './support/memory-artifacts'
import { CANARY, playground, removePlaygrounds, type Playground } from './support/playground'
import { makeRepository, plainGit, removeTemplates, untouchedPart } from './support/repository'

let artifacts: MemoryArtifacts
let place: Playground
let directory: string
beforeEach(() => {
  artifacts = new MemoryArtifacts()
  place = playground()
  directory = place.inside
})
afterEach(removePlaygrounds)
afterAll(removeTemplates)

/** HEAD's snapshot with one file changed, one removed, one new. */
async function changed(snapshot: Snapshot): Promise<Snapshot> {
  const { 'src/gone.js': _gone, ...files } = snapshot.files
  return {
    files: { ...files, ...(await textFiles(artifacts, { 'src/keep.js': 'better\n', 'src/new/a.js': 'new\n' })) },
  }
}

test.each(['sha1', 'sha256'] as const)(
  'a branch is made by objects alone: HEAD, index and working tree stay (%s)',
  async (format) => {
    const commit = makeRepository(directory, format)
    const before = untouchedPart(directory)
    const head = await readHead(artifacts, directory)
    expect(head.commit).toBe(commit)
    expect(Object.keys(head.snapshot.files)).toEqual(['.gitmodules', 'run.sh', 'src/gone.js', 'src/keep.js'])
    expect(await readText(artifacts, head.snapshot, 'src/keep.js')).toBe('keep\r\n')
    expect(head.leftOut).toEqual([
      { path: 'link', why: 'it is a symbolic link' },
      { path: 'module', why: 'it is a submodule' },
    ])
    const options = { artifacts, directory, base: commit, branch: 'troupe/code-x1y2', message: 'Title\n\nBody' }
    const made = await createBranch({
      ...options,
      snapshot: await changed(head.snapshot),
      files: { 'REPORT.md': '# report\n' },
    })

    expect(untouchedPart(directory)).toBe(before)
    expect(plainGit(directory, 'rev-parse', 'troupe/code-x1y2')).toBe(made)
    expect(plainGit(directory, 'rev-list', '--count', 'troupe/code-x1y2')).toBe('2')
    expect(plainGit(directory, 'log', '-1', '--format=%an|%B', made)).toBe('Troupe|Title\n\nBody')
    expect(plainGit(directory, 'diff', '--name-status', 'main', made).split('\n')).toEqual([
      'A\tREPORT.md',
      'D\tsrc/gone.js',
      'M\tsrc/keep.js',
      'A\tsrc/new/a.js',
    ])
    expect(plainGit(directory, 'ls-tree', made, 'link', 'module', 'run.sh')).toBe(
      plainGit(directory, 'ls-tree', 'main', 'link', 'module', 'run.sh'),
    )
    plainGit(directory, 'fsck', '--strict')
  },
)

test('the same branch again is the same commit; another content under its name is refused', async () => {
  const commit = makeRepository(directory)
  const { snapshot } = await readHead(artifacts, directory)
  const options = { artifacts, directory, base: commit, branch: 'troupe/run', message: 'm' }
  const first = await createBranch({ ...options, snapshot: await changed(snapshot) })
  expect(await createBranch({ ...options, snapshot: await changed(snapshot), message: 'another text' })).toBe(first)
  expect(
    await Promise.all([1, 2].map(() => createBranch({ ...options, branch: 'troupe/both', snapshot }))).then(
      (made) => new Set(made).size,
    ),
  ).toBe(1)
  await expect(createBranch({ ...options, snapshot })).rejects.toMatchObject({ code: 'DeliveryRefused' })
  await expect(createBranch({ ...options, branch: 'main', snapshot })).rejects.toMatchObject({
    code: 'DeliveryRefused',
  })
  expect(plainGit(directory, 'rev-parse', 'troupe/run', 'main')).toBe(`${first}\n${commit}`)
})

test('whether a branch can be made is known before anything starts', async () => {
  makeRepository(directory)
  const ask = (branch: string): Promise<void> => refuseTakenBranch(directory, branch)
  plainGit(directory, 'branch', 'troupe/run')
  plainGit(directory, 'branch', 'plain')
  await ask('troupe/ru')
  await ask('troupe/run-2')
  for (const branch of ['troupe/run', 'troupe/run/below', 'troupe', 'plain/run'])
    await expect(ask(branch)).rejects.toMatchObject({
      code: 'DeliveryRefused',
      message: expect.stringContaining('refs/'),
    })
})

test('names that are none for a branch are refused, and touch nothing', async () => {
  const base = makeRepository(directory)
  const { snapshot } = await readHead(artifacts, directory)
  const before = untouchedPart(directory)
  for (const branch of [
    '../main',
    '../../HEAD',
    'a..b',
    '',
    'x.lock',
    'a b',
    'refs/../../x',
    '@{-1}',
    'a\nb',
    'a\0b',
  ]) {
    const attempt = createBranch({ artifacts, directory, base, branch, message: 'm', snapshot })
    await expect(attempt).rejects.toMatchObject({
      code: 'DeliveryRefused',
    })
  }
  // Odd, but a name: it is never taken for an option.
  await createBranch({ artifacts, directory, base, branch: '-d', message: 'm', snapshot })
  expect(untouchedPart(directory)).toBe(before)
  expect(plainGit(directory, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/-d\nrefs/heads/main')
})

test('a branch whose name begins like another is refused with what git says', async () => {
  const base = makeRepository(directory)
  plainGit(directory, 'branch', 'troupe')
  const { snapshot } = await readHead(artifacts, directory)
  const attempt = createBranch({ artifacts, directory, base, branch: 'troupe/run', message: 'm', snapshot })
  await expect(attempt).rejects.toMatchObject({
    code: 'DeliveryRefused',
    message: expect.stringContaining('refs/heads/troupe') as string,
  })
})

test('a file becomes a directory, and a directory a file', async () => {
  const base = makeRepository(directory)
  const { snapshot } = await readHead(artifacts, directory)
  const files = await textFiles(artifacts, { 'run.sh/inner': '1', src: '2' })
  const made = await createBranch({
    artifacts,
    directory,
    base,
    branch: 'troupe/run',
    message: 'm',
    snapshot: { files },
  })
  expect(plainGit(directory, 'ls-tree', '-r', '--name-only', made).split('\n')).toEqual([
    'link',
    'module',
    'run.sh/inner',
    'src',
  ])
  expect(Object.keys(snapshot.files)).toContain('run.sh')
})

test('only the top of a repository with a working tree is one', async () => {
  makeRepository(directory)
  expect(await isRepositoryTop(directory)).toBe(true)
  expect(await isRepositoryTop(join(directory, 'src'))).toBe(false)
  expect(await isRepositoryTop(join(directory, '.git'))).toBe(false)
  expect(await isRepositoryTop(place.outside)).toBe(false)
  plainGit(directory, 'worktree', 'add', '-q', join(place.root, 'tree'))
  expect(await isRepositoryTop(join(place.root, 'tree'))).toBe(true)
  mkdirSync(join(place.outside, '.git'))
  expect(await isRepositoryTop(place.outside)).toBe(false)
})

test('a repository without a commit is refused', async () => {
  mkdirSync(directory)
  plainGit(directory, 'init', '-q')
  await expect(readHead(artifacts, directory)).rejects.toMatchObject({
    code: 'DeliveryRefused',
    hint: expect.stringContaining('first commit') as string,
  })
})

test('a large repository is read in portions', async () => {
  mkdirSync(directory)
  plainGit(directory, 'init', '-q')
  for (let index = 0; index < 300; index++)
    writeFileSync(join(directory, `f${index}.txt`), `${CANARY} ${index}\n`.repeat(index))
  for (let index = 0; index < 3; index++)
    writeFileSync(join(directory, `large-${index}`), Buffer.alloc(9_000_000, index))
  chmodSync(join(directory, 'f7.txt'), 0o755)
  plainGit(directory, 'add', '.')
  plainGit(directory, 'commit', '-q', '-m', 'many')
  const { snapshot } = await readHead(artifacts, directory)
  expect(Object.keys(snapshot.files)).toHaveLength(303)
  expect(await readText(artifacts, snapshot, 'f299.txt')).toBe(readFileSync(join(directory, 'f299.txt'), 'utf8'))
  expect(snapshot.files['f7.txt']?.executable).toBe(true)
  expect(await readText(artifacts, snapshot, 'large-2')).toHaveLength(9_000_000)
})
