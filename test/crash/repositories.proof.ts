// `troupe code` on a repository that was there before: a branch while somebody works in it, the difference, the way into the
// working tree and out of it again.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { files, REQUEST, wrongAdd } from '../code-team/support/program'
import { SANDBOX_OPTIONS, sandboxTest } from '../support/sandbox'
import { pictureOf } from '../workspace/support/playground'
import { plainGit } from '../workspace/support/repository'
import { type Finished, NO_MODEL, Workplace } from '../cli/support/command'
import { makeLargeRepository, Worker } from '../cli/support/large-repository'
import { programRecording } from '../cli/support/recordings'

jest.setTimeout(300_000)

let place: Workplace
let repository: string
beforeAll(async () => {
  place = await Workplace.open('cli-repositories')
  place.write('good.json', programRecording())
  place.write('slow.json', programRecording({}, 300))
  place.write('wrong.json', programRecording({ 'coder-agent add': wrongAdd }))
  repository = repositoryOf(200)
})
afterAll(() => place.close())

function repositoryOf(files: number): string {
  const directory = join(place.directory, 'repository')
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  makeLargeRepository(directory, files)
  return directory
}

const troupe = (...args: string[]): Promise<Finished> => place.start(args, { environment: NO_MODEL }).finished
const code = (id: string, ...args: string[]): Promise<Finished> =>
  troupe(
    'code',
    REQUEST,
    '--dir',
    'repository',
    '--id',
    id,
    '--model',
    'scripted/good.json',
    ...SANDBOX_OPTIONS,
    ...args,
  )
const git = (...args: string[]): string => plainGit(repository, ...args)
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')
const copies = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('troupe-copy_'))
const ADDED = ['src/add.js', 'src/cli.js', 'test/add.test.js', 'test/cli.test.js']

test.each([5_000, 200])(
  'somebody works in one of %d files: it gets a branch, and nothing of theirs is touched',
  async (files) => {
    repository = repositoryOf(files)
    const commit = git('rev-parse', 'HEAD')
    const worker = new Worker(repository)
    const ended = await code(`worked-${files}`, '--model', 'scripted/slow.json', '-o', 'json')
    await worker.stop()
    expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)])
    expect(JSON.parse(ended.stdout)).toMatchObject({
      done: true,
      delivered: { branch: `troupe/worked-${files}`, files: 4 },
      notDone: [expect.stringContaining("Of the repository's own tests 1 failed before")],
    })
    expect(worker.edits).toBeGreaterThan(20)
    expect(worker.touched()).toEqual([])
    expect([git('rev-parse', 'HEAD'), git('symbolic-ref', 'HEAD'), git('worktree', 'list').split('\n').length]).toEqual(
      [...[commit, 'refs/heads/main'], 1],
    )
    expect(git('stash', 'list') + git('config', '--local', '--list').replace(/^core\..*\n?/gm, '')).toBe('')
    expect(readdirSync(repository).sort()).toEqual(
      ['.git', 'README.md', 'lib', 'notes-0.txt', 'notes-1.txt', 'notes-2.txt', 'package.json', 'tests'].sort(),
    )
    expect(git('diff', '--name-only', commit, `troupe/worked-${files}`).split('\n')).toEqual([
      ...ADDED.slice(0, 2),
      ...ADDED.slice(2),
      ...[`troupe-out/worked-${files}/REPORT.md`, `troupe-out/worked-${files}/run.json`],
    ])
    const report = git('show', `troupe/worked-${files}:troupe-out/worked-${files}/REPORT.md`)
    expect(report).toContain('Failed before, and fail still:\n\n- is broken for long')
    expect(report).toContain('before failed (2 ran, 1 named as failed), after failed (2 ran, 1 named as failed)')
    expect(copies()).toEqual([])
    git('checkout', '-q', '-f', 'main')
    git('clean', '-q', '-f')
    git('reset', '-q', '--hard')
  },
)

test('the difference is printed as git takes it, and a run that is done is applied, also later, and taken back', async () => {
  const shown = await code('shown', '--diff')
  expect([shown.code, shown.stdout.split('\n')[0]]).toEqual([0, 'diff --git a/src/add.js b/src/add.js'])
  expect(shown.stderr).toContain('✓ shown succeeded')
  const clone = join(place.directory, 'clone')
  plainGit(place.directory, 'clone', '-q', repository, clone)
  writeFileSync(join(place.directory, 'changes.diff'), shown.stdout)
  plainGit(clone, 'apply', '--index', join(place.directory, 'changes.diff'))
  expect(plainGit(clone, 'diff', '--cached', '--name-only').split('\n')).toEqual(ADDED)

  // Something of the user's is in the way: nothing at all is done
  mkdirSync(join(repository, 'test'))
  writeFileSync(join(repository, 'test/cli.test.js'), 'mine')
  writeFileSync(join(repository, 'README.md'), 'edited\n')
  const refused = await troupe('attach', 'shown', '--apply')
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/PatchConflict: .*"test\/cli.test.js": there is another[^]*troupe attach shown --apply/),
  ])
  expect([existsSync(join(repository, 'src')), read('test/cli.test.js')]).toEqual([false, 'mine'])
  rmSync(join(repository, 'test'), { recursive: true })

  const applied = await troupe('attach', 'shown', '--apply')
  expect([applied.code, applied.stdout]).toEqual([
    0,
    expect.stringContaining('  applied      4 files in the working tree · troupe undo shown takes it back\n'),
  ])
  expect(git('status', '--porcelain', '-uall').split('\n')).toEqual([
    'M README.md',
    ...ADDED.map((path) => `?? ${path}`),
  ])
  expect((await troupe('attach', 'shown', '--apply')).stdout).toContain('nothing was left to do in the working tree')

  // What the user has changed of it since is theirs: refused, and all of it stays
  writeFileSync(join(repository, 'src/add.js'), 'my own\n')
  const kept = await troupe('undo', 'shown')
  expect([kept.code, kept.stderr]).toEqual([1, expect.stringMatching(/PatchConflict: .*"src\/add.js": it was changed/)])
  expect([read('src/add.js'), git('branch', '--list', 'troupe/shown')]).toEqual([
    'my own\n',
    expect.stringContaining('shown'),
  ])

  writeFileSync(join(repository, 'src/add.js'), git('show', 'troupe/shown:src/add.js') + '\n')
  const undone = await troupe('undo', 'shown')
  expect([undone.code, undone.stderr]).toEqual([
    0,
    expect.stringMatching(/taking back 4 files in .*src\/add.js[^]*removing the branch troupe\/shown/),
  ])
  expect(undone.stdout).toContain('✓ the branch troupe/shown is removed\n')
  expect([git('branch', '--list', 'troupe/shown'), git('status', '--porcelain')]).toEqual(['', 'M README.md'])
  expect(await troupe('undo', 'shown')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is nothing of'),
  })
  expect(read('README.md')).toBe('edited\n')
})

test('what did not pass is not applied; a branch on which somebody has gone on is not taken back', async () => {
  const failed = await code('failed', '--model', 'scripted/wrong.json', '--max-rounds', '1', '--apply')
  expect([failed.code, failed.stderr]).toEqual([5, expect.stringContaining('the run is not done')])
  expect(existsSync(join(repository, 'src'))).toBe(false)
  const commit = git('rev-parse', 'troupe/failed')
  git('branch', '-f', 'troupe/failed', 'main')
  expect(await troupe('undo', 'failed')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the branch troupe/failed was changed since'),
  })
  git('branch', '-f', 'troupe/failed', commit)
  expect((await troupe('undo', 'failed', '-o', 'json')).stdout).toContain('"branch": "troupe/failed"')
  expect(git('branch', '--list', 'troupe/failed')).toBe('')
})

sandboxTest(
  'what is installed beside it is lent to its tests and to new code; a worker that has it not says so',
  async () => {
    const directory = join(place.directory, 'installed')
    const write = (path: string, text: string): void => writeFileSync(join(directory, path), text)
    for (const folder of ['test', 'node_modules/numbers/.cache'])
      mkdirSync(join(directory, folder), { recursive: true })
    write('package.json', '{ "type": "module", "scripts": { "test": "node --test" } }')
    write('.gitignore', 'node_modules\n')
    const imports = "import { test } from 'node:test'\nimport { zero } from 'numbers'\n"
    write('test/own.test.js', `${imports}test('has what is installed', () => { if (zero !== 0) throw zero })\n`)
    write('node_modules/numbers/package.json', '{ "type": "module", "exports": "./index.js" }')
    write('node_modules/numbers/index.js', 'export const zero = 0\n')
    plainGit(directory, 'init', '-q', '-b', 'main')
    plainGit(directory, 'add', '-A')
    plainGit(directory, 'commit', '-q', '-m', 'first')
    const add = files({ 'src/add.js': "import { zero } from 'numbers'\nexport const add = (a, b) => a + b + zero\n" })
    place.write('imports.json', programRecording({ 'coder-agent add': add }))
    const packages = join(directory, 'node_modules')
    const before = pictureOf(packages)

    const had = await code('had', '--dir', directory, '--model', 'scripted/imports.json', '-o', 'json')
    expect([had.code, had.stderr]).toEqual([0, expect.stringContaining('lent to tests, read-only: node_modules\n')])
    expect(JSON.parse(had.stdout)).toMatchObject({ done: true, notDone: [] })
    expect(plainGit(directory, 'show', 'troupe/had:troupe-out/had/REPORT.md')).toContain(
      'before passed (1 ran), after passed (1 ran).',
    )
    expect(plainGit(directory, 'diff', '--name-only', 'main', 'troupe/had')).not.toContain('node_modules')
    expect(pictureOf(packages)).toBe(before)

    // Started here, and carried out where the packages are not
    const started = await code('lacks', '--dir', directory, '--detach')
    expect([started.code, started.stderr]).toEqual([0, expect.any(String)])
    renameSync(packages, join(place.directory, 'elsewhere'))
    const lacks = await troupe('attach', 'lacks', '-o', 'json')
    expect(JSON.parse(lacks.stdout)).toMatchObject({
      done: true,
      notDone: expect.arrayContaining([
        `The tests did not have what was installed when the run began: node_modules of ${directory} is not on this machine.`,
      ]),
    })
  },
)
