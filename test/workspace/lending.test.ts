// Installed packages beside a repository: what is found, what is lent to commands on a copy of it, and what is not.
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { lendInstalled } from '../../src/workspace/lending/lend-installed'
import type { Installed } from '../../src/workspace/lending/lending'
import { runSandboxed } from '../../src/workspace/sandbox'
import { sandboxTest } from '../support/sandbox'
import { InstalledRepository } from './support/installed-repository'
import { CANARY, removePlaygrounds, type Playground } from './support/playground'
import { plainGit } from './support/repository'

let beside: InstalledRepository
let place: Playground
let repository: string
beforeEach(() => {
  beside = new InstalledRepository()
  place = beside.place
  repository = beside.directory
})
afterEach(removePlaygrounds)

const WORKSPACES = {
  'package.json': '{ "type": "module", "workspaces": ["packages/*"] }',
  'packages/a/package.json': '{ "name": "a", "type": "module", "exports": "./index.js" }',
  'packages/a/index.js': 'export const a = "from the copy"\n',
  'packages/b/package.json': '{ "name": "b" }',
  '.gitignore': 'node_modules\n',
}

test('what is found has fixed names, lies beside manifests, and is under nobody’s control', async () => {
  await beside.commit({
    ...WORKSPACES,
    'lib/node_modules/kept/index.js': '',
    'lib/package.json': '{}',
  })
  expect(await beside.found()).toBeUndefined()
  beside.write({
    ...{ 'node_modules/x/index.js': '', 'packages/a/node_modules/y/index.js': '', 'other/node_modules/z/index.js': '' },
    ...{ '.venv/pyvenv.cfg': '', '.env': CANARY, '.npmrc': CANARY, 'packages/b/.npmrc': CANARY },
  })
  const commits = plainGit(repository, 'rev-parse', 'HEAD')
  expect(await beside.found()).toEqual({
    ...{ directory: repository, commit: commits, tools: [] },
    paths: ['node_modules', '.venv', 'packages/a/node_modules'],
  })
})

sandboxTest(
  'tests on a copy import what is installed, links between packages lead into the copy; nothing is written',
  async () => {
    const test = `import { a } from 'a'
import { x } from 'x'
import { test } from 'node:test'
import assert from 'node:assert'
test('is', () => assert.equal(a + x, 'from the copy and installed'))
`
    const snapshot = await beside.commit({ ...WORKSPACES, 'a.test.js': test })
    beside.write({
      'node_modules/x/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/x/index.js': "export const x = ' and installed'\n",
      ...{ 'node_modules/.npmrc': CANARY, 'node_modules/.env.local': CANARY, 'node_modules/.cache/read.txt': CANARY },
      ...{ '.npmrc': CANARY, '.env': CANARY, 'packages/a/.env': CANARY },
      'packages/b/node_modules/y/index.js': 'exports.y = 1',
    })
    symlinkSync('../packages/a', join(repository, 'node_modules/a'))
    beside.write({ 'packages/a/index.js': "export const a = 'not committed'\n" })
    symlinkSync(place.outside, join(repository, 'node_modules/outside'))
    symlinkSync('/', join(repository, 'node_modules/root'))
    const before = place.surroundings()
    const script = [
      'node --test && node -p "require(\'./packages/b/node_modules/y\').y"',
      ...['.npmrc', '.env.local', '.cache/read.txt', 'outside/secret.txt', `root${place.outside}/secret.txt`].map(
        (path) => `cat node_modules/${path}`,
      ),
      'cat .npmrc .env packages/a/.env',
      ...['x/index.js', 'x/new.js', '.npmrc', 'outside/new', 'a/index.js'].map(
        (path) => `echo written > node_modules/${path}`,
      ),
      'rm -rf node_modules packages/b/node_modules; mv node_modules moved; mv packages moved && ln -s / packages',
      'mkdir -p node_modules/.cache && echo kept > node_modules/.cache/own && cat node_modules/.cache/own; true',
    ].join('\n')
    const { output, exitCode, missing, after } = await beside.run(script, snapshot)
    expect({ output, exitCode, missing }).toMatchObject({ exitCode: 0, missing: [] })
    expect(output).toMatch(/pass 1\n[^]*\n1\n[^]*kept\n$/)
    expect(output).not.toContain(CANARY)
    expect(output.match(/Read-only file system/g)?.length).toBeGreaterThan(4)
    expect(place.surroundings()).toBe(before)
    expect(Object.keys(after.files).filter((path) => path.includes('node_modules'))).toEqual([])
  },
)

sandboxTest('a cache that is not there yet can be made, beside packages that are read-only all the same', async () => {
  const snapshot = await beside.commit(WORKSPACES)
  const linked = 'node_modules/.pnpm/x@1/node_modules/x'
  beside.write({
    ...{
      'node_modules/vite/index.js': 'module.exports = 1',
      'node_modules/.npmrc': CANARY,
      'node_modules/.package-lock.json': '{}',
    },
    ...{
      [`${linked}/index.js`]: 'module.exports = "x"',
      'packages/a/node_modules/.keep': '',
      'node_modules/.vite/read': CANARY,
    },
  })
  symlinkSync('../packages/a', join(repository, 'node_modules/a'))
  symlinkSync(`../../../${linked}`, join(repository, 'packages/a/node_modules/x'))
  symlinkSync(place.outside, join(repository, 'node_modules/outside'))
  const before = place.surroundings()
  const script = [
    'for top in . packages/a; do mkdir $top/node_modules/.vite-temp && echo made > $top/node_modules/.vite-temp/made; done',
    'cat packages/a/node_modules/.vite-temp/made node_modules/a/index.js node_modules/.package-lock.json',
    'node -p "require(\'./packages/a/node_modules/x\')"',
    'echo > node_modules/vite/index.js; echo > node_modules/.package-lock.json; touch node_modules/.pnpm/new',
    'cat node_modules/.npmrc node_modules/.vite/read node_modules/outside/secret.txt; rm -rf node_modules/* node_modules/.pnpm',
  ].join('\n')
  const { output, missing, after } = await beside.run(script, snapshot)
  expect([output, missing]).toEqual([expect.stringMatching(/^made\nexport const a = .*\n{}x\n/), []])
  expect(output.match(/Read-only file system/g)?.length).toBeGreaterThan(2)
  expect(output).not.toContain(CANARY)
  expect(place.surroundings()).toBe(before)
  expect(Object.keys(after.files).sort()).toEqual(Object.keys(snapshot.files).sort())
})

sandboxTest('what is a link, is elsewhere, or is another repository is not lent, and said to be missing', async () => {
  const snapshot = await beside.commit(WORKSPACES)
  beside.write({ 'node_modules/x/index.js': '', 'secret.txt': CANARY }, place.outside)
  for (const target of [place.outside, '/', '../outside/node_modules', '.git', 'packages']) {
    rmSync(join(repository, 'node_modules'), { force: true })
    symlinkSync(target, join(repository, 'node_modules'))
    const { output, missing } = await beside.run('ls -a node_modules', snapshot)
    expect([output, missing]).toEqual([
      expect.stringContaining('No such file'),
      [`node_modules of ${repository} is a link, and is not lent`],
    ])
  }
  rmSync(join(repository, 'node_modules'))
  mkdirSync(join(repository, 'packages/a/node_modules'))
  // A directory on the way is a link
  renameSync(join(repository, 'packages'), join(place.outside, 'packages'))
  symlinkSync('../outside/packages', join(repository, 'packages'))
  expect((await beside.run('true', snapshot)).missing).toEqual([
    `packages/a/node_modules of ${repository} is a link, and is not lent`,
  ])
  rmSync(join(repository, 'packages'))
  const known = {
    directory: repository,
    commit: plainGit(repository, 'rev-parse', 'HEAD'),
    paths: ['node_modules'],
    tools: [],
  }
  const missing = async (change: Partial<Installed>): Promise<[number, string[]]> => {
    const lending = await lendInstalled({ ...known, ...change }, 'required')
    return [lending.lend.length, lending.missing]
  }
  const not = (what: string) => [0, [expect.stringContaining(what)]]
  expect(await missing({})).toEqual(not(`node_modules of ${repository} is not on this machine`))
  mkdirSync(join(repository, 'node_modules'))
  expect(await missing({})).toEqual([1, []])
  expect(await missing({ commit: 'f'.repeat(40) })).toEqual(not('is not on this machine'))
  expect(await missing({ commit: 'HEAD' })).toEqual(not('is not on this machine'))
  expect(await missing({ directory: place.root })).toEqual(not('is not on this machine'))
  expect(await missing({ directory: join(repository, 'packages/a') })).toEqual(not('is not on this machine'))
  for (const path of ['.git', '../outside/node_modules', '/etc', '.', '', 'src', 'node_modules/..', 'node_modules/']) {
    expect(await missing({ paths: [path] })).toEqual(not('is no directory of packages'))
  }
  const many = Array.from({ length: 302 }, () => 'node_modules')
  expect(await missing({ paths: many })).toEqual([
    300,
    [expect.stringMatching(/^further directories .* are not lent: 300 are$/)],
  ])
  expect(await lendInstalled(known, 'none')).toMatchObject({
    lend: [],
    missing: [expect.stringContaining('without a sandbox')],
  })
  expect(await lendInstalled(undefined, 'required')).toMatchObject({ lend: [], missing: [] })
})

sandboxTest('what another user may change is not lent: it could become a link to what only we may read', async () => {
  await beside.commit(WORKSPACES)
  beside.write({ 'node_modules/x.js': '', 'packages/b/node_modules/y.js': '' })
  const { missing: before } = await lendInstalled(await beside.found(), 'required')
  expect(before).toEqual([])
  const refused = async (): Promise<[number, string[]]> => {
    const { lend, missing } = await lendInstalled(await beside.found(), 'required')
    return [lend.length, missing.map((one) => /^(\S+) of .* can be changed by other users/.exec(one)?.[1] ?? one)]
  }
  for (const [path, lent, named] of [
    ['node_modules', 1, ['node_modules']],
    ['packages', 1, ['packages/b/node_modules']],
    ['.', 0, ['node_modules', 'packages/b/node_modules']],
    ['..', 0, ['node_modules', 'packages/b/node_modules']],
  ] as const) {
    const { mode } = statSync(join(repository, path))
    chmodSync(join(repository, path), 0o777)
    expect(await refused()).toEqual([lent, named])
    chmodSync(join(repository, path), mode)
  }
  if (process.getuid?.() !== 0) return
  chownSync(join(repository, 'node_modules'), 65_534, 65_534)
  expect(await refused()).toEqual([1, ['node_modules']])
  chownSync(repository, 65_534, 65_534)
  expect(await refused()).toEqual([0, ['node_modules', 'packages/b/node_modules']])
})

sandboxTest('what can be written into directories that are lent is bounded in all, however many they are', async () => {
  const members = Array.from({ length: 330 }, (_, index) => `packages/p${index}`)
  const manifests = Object.fromEntries(members.map((folder) => [`${folder}/package.json`, '{}']))
  const snapshot = await beside.commit({ ...WORKSPACES, ...manifests })
  for (const folder of members.slice(0, 8)) mkdirSync(join(repository, folder, 'node_modules'))
  beside.write({ 'node_modules/vite/index.js': '', 'node_modules/.cache/x': '' })
  const script = `for d in node_modules packages/p*/node_modules; do head -c 20000000 /dev/zero > $d/fill; done 2> /dev/null
    du -cm node_modules packages/*/node_modules | tail -1`
  const { output, missing } = await beside.run(script, snapshot)
  const [megabytes] = output.split('\t').map(Number)
  expect(megabytes).toBeGreaterThan(32)
  expect(megabytes).toBeLessThanOrEqual(65)
  expect(missing).toEqual([])
  for (const folder of members.slice(8)) mkdirSync(join(repository, folder, 'node_modules'))
  expect((await beside.found())?.paths.length).toBe(301)
})

sandboxTest(
  'packages that are installed anew meanwhile are missed by one command, which may be tried again',
  async () => {
    await beside.commit(WORKSPACES)
    beside.write({
      'node_modules/vite/index.js': '',
      'node_modules/x/index.js': '',
      'packages/b/node_modules/y.js': '',
    })
    mkdirSync(Buffer.concat([Buffer.from(join(repository, 'node_modules/')), Buffer.from([0xff])]))
    const { missing: _, ...lending } = await lendInstalled(await beside.found(), 'required')
    const directory = join(place.root, 'copy')
    beside.write({ 'packages/b/package.json': '' }, directory)
    const command = ['sh', '-c', 'ls node_modules']
    const run = () => runSandboxed({ command, directory, sandbox: 'required', ...lending })
    expect((await run()).output).toBe('vite\nx\n')
    rmSync(join(repository, 'node_modules/x'), { recursive: true })
    expect((await run()).output).toBe('vite\n')
    // A copy of the repository that is shown in its place
    const shown = { readOnly: [place.root], alias: repository }
    expect((await runSandboxed({ command, directory, sandbox: 'required', ...lending, ...shown })).exitCode).toBe(0)
    const lend = [{ from: join(repository, 'gone'), to: 'node_modules' }]
    await expect(runSandboxed({ command, directory, sandbox: 'required', lend })).rejects.toMatchObject({
      ...{ code: 'SandboxUnavailable', retryable: true },
    })
  },
)

sandboxTest(
  'a file of the copy that has the place is not covered, and a package that is gone is not made again',
  async () => {
    await beside.commit(WORKSPACES)
    beside.write({ 'node_modules/x.js': '', 'packages/b/node_modules/y.js': '' })
    const own = { node_modules: 'a file', 'packages/a/index.js': 'changed' }
    const directory = join(place.root, 'copy')
    beside.write(own, directory)
    const { lend } = await lendInstalled(await beside.found(), 'required')
    expect(lend.length).toBe(2)
    const result = await runSandboxed({ command: ['cat', 'node_modules'], directory, sandbox: 'required', lend })
    expect([result.output, existsSync(join(directory, 'packages/b'))]).toEqual(['a file', false])
  },
)
