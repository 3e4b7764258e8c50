// Repositories that were made to do harm: names in trees, programs in configuration, remotes, and files where links are.
import { execFileSync } from 'node:child_process'
import { existsSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { git } from '../../src/workspace/git'
import { materialise } from '../../src/workspace/materialise'
import { createBranch, isRepositoryTop, readHead } from '../../src/workspace/repository'
import { textFiles } from '../../src/workspace/snapshots'
import { MemoryArtifacts } from './support/memory-artifacts'
import { filesIn, playground, removePlaygrounds, type Playground } from './support/playground'
import { makeRepository, plainGit, removeTemplates } from './support/repository'

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
      snapshot: { files: { ...snapshot.files, ...(await textFiles(artifacts, { 'src/new.js': 'new\n' })) } },
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
  await expect(git(['cat-file', '-p', oid], { directory })).rejects.toMatchObject({ code: 'CommandFailed' })
  expect(existsSync(proof)).toBe(false)
  expect(() => plainGit(directory, 'cat-file', '-p', oid)).toThrow()
  expect(existsSync(proof)).toBe(true)
})
