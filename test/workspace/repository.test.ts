// An existing repository: its last commit becomes a snapshot, a snapshot becomes a branch, and nothing else in it changes.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { materialise } from '../../src/workspace/materialise'
import { createBranch, isRepositoryTop, readHead } from '../../src/workspace/repository'
import type { Snapshot } from '../../src/workspace/snapshot'
import { readText, textFiles } from '../../src/workspace/snapshots'
import { MemoryArtifacts } from './support/memory-artifacts'
import { CANARY, filesIn, playground, removePlaygrounds, type Playground } from './support/playground'
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

test.each(['link', 'link/x', 'module', 'module/x', 'LINK'])(
  'a file %s does not replace what the snapshot did not see',
  async (path) => {
    const base = makeRepository(directory)
    const { snapshot } = await readHead(artifacts, directory)
    const files = { ...snapshot.files, ...(await textFiles(artifacts, { [path]: 'x' })) }
    const attempt = createBranch({
      artifacts,
      directory,
      base,
      branch: 'troupe/run',
      message: 'm',
      snapshot: { files },
    })
    await expect(attempt).rejects.toMatchObject({ code: 'PatchConflict' })
  },
)

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

test('paths in trees that git itself would not write are left out, and lead nowhere', async () => {
  makeRepository(directory)
  const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: directory, input: 'overwritten' })
    .toString()
    .trim()
  const entry = (name: Buffer | string) =>
    Buffer.concat([Buffer.from('100644 '), Buffer.from(name), Buffer.from([0]), Buffer.from(blob, 'hex')])
  const names = [
    '..',
    '.git',
    '../outside/secret.txt',
    '/tmp/x',
    'CON',
    'a\\b',
    'a\nb',
    'e\u0301',
    Buffer.from([0x66, 0xff]),
    'plain.txt',
  ]
  const tree = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], {
    cwd: directory,
    input: Buffer.concat(names.map(entry)),
  })
  const commit = plainGit(directory, 'commit-tree', '-m', 'forged', tree.toString().trim())
  plainGit(directory, 'update-ref', 'refs/heads/main', commit)
  const before = place.surroundings()
  const { snapshot, leftOut } = await readHead(artifacts, directory)
  expect(Object.keys(snapshot.files)).toEqual(['plain.txt'])
  expect(leftOut).toHaveLength(names.length - 1)
  const copy = join(place.root, 'inside', 'copy')
  await materialise(artifacts, snapshot, copy)
  expect(filesIn(copy)).toEqual(['plain.txt'])
  expect(place.surroundings()).toBe(before)
})

test('nothing that the repository or the environment names as a program is run', async () => {
  const base = makeRepository(directory)
  const [program, proof] = [join(place.root, 'program'), join(place.root, 'proof')]
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${proof}\ncat 2>/dev/null\n`, { mode: 0o755 })
  writeFileSync(join(directory, '.gitattributes'), '* filter=evil diff=evil merge=evil\n')
  plainGit(directory, 'add', '.gitattributes')
  plainGit(directory, 'commit', '-q', '-m', 'attributes', '.gitattributes')
  for (const name of [
    'reference-transaction',
    'pre-commit',
    'post-commit',
    'post-index-change',
    'update',
    'post-update',
    'post-checkout',
  ]) {
    symlinkSync(program, join(directory, '.git', 'hooks', name))
  }
  const settings = [
    'core.fsmonitor',
    'core.sshCommand',
    'core.pager',
    'core.editor',
    'core.askPass',
    'diff.external',
    'gpg.program',
    'core.alternateRefsCommand',
    'pager.ls-tree',
  ]
  for (const setting of [
    ...settings,
    'filter.evil.clean',
    'filter.evil.smudge',
    'filter.evil.process',
    'diff.evil.textconv',
  ]) {
    plainGit(directory, 'config', setting, program)
  }
  for (const setting of ['commit.gpgSign', 'log.showSignature', 'filter.evil.required'])
    plainGit(directory, 'config', setting, 'true')
  const host = {
    GIT_DIR: '/nonexistent',
    GIT_INDEX_FILE: join(place.root, 'index'),
    GIT_EXTERNAL_DIFF: program,
    GIT_SSH_COMMAND: program,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.hooksPath',
    GIT_CONFIG_VALUE_0: place.root,
  }
  Object.assign(process.env, host)
  try {
    expect(await isRepositoryTop(directory)).toBe(true)
    const { commit, snapshot } = await readHead(artifacts, directory)
    expect(commit).not.toBe(base)
    await createBranch({
      artifacts,
      directory,
      base: commit,
      branch: 'troupe/run',
      message: 'm',
      snapshot: await changed(snapshot),
    })
  } finally {
    for (const name of Object.keys(host)) delete process.env[name]
  }
  expect(existsSync(proof)).toBe(false)
  // Plain git in the same repository does run them.
  plainGit(directory, '-c', 'filter.evil.required=false', 'update-ref', 'refs/heads/proof', base)
  expect(existsSync(proof)).toBe(true)
})

test('a partial clone fetches nothing, by whatever program its remote names', async () => {
  makeRepository(directory)
  const [program, proof] = [join(place.root, 'program'), join(place.root, 'proof')]
  writeFileSync(program, `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
  const oid = plainGit(directory, 'rev-parse', 'HEAD:run.sh')
  plainGit(directory, 'config', 'extensions.partialClone', 'origin')
  plainGit(directory, 'config', 'remote.origin.promisor', 'true')
  plainGit(directory, 'config', 'remote.origin.url', `ext::${program}`)
  plainGit(directory, 'config', 'protocol.ext.allow', 'always')
  renameSync(join(directory, '.git', 'objects', oid.slice(0, 2), oid.slice(2)), join(place.root, 'object'))
  await expect(readHead(artifacts, directory)).rejects.toMatchObject({
    code: 'CommandFailed',
    message: expect.stringContaining('run.sh') as string,
  })
  expect(existsSync(proof)).toBe(false)
  expect(() => plainGit(directory, 'cat-file', '-p', oid)).toThrow()
  expect(existsSync(proof)).toBe(true)
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
