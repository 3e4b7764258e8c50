// Installed packages beside a repository: what is found, what is lent to commands on a copy of it, and what is not.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findInstalled } from '../../src/workspace/lending/find-installed'
import { lendInstalled } from '../../src/workspace/lending/lend-installed'
import type { Installed } from '../../src/workspace/lending/lending'
import { readHead } from '../../src/workspace/repository'
import { runSandboxed } from '../../src/workspace/sandbox'
import type { SandboxResult } from '../../src/workspace/sandbox-options'
import { snapshotOfDirectory } from '../../src/workspace/directory-snapshot'
import type { Snapshot } from '../../src/workspace/snapshot'
import { withWorkingCopy } from '../../src/workspace/working-copy'
import { sandboxTest } from '../support/sandbox'
import { MemoryArtifacts } from './support/memory-artifacts'
import { CANARY, pictureOf, playground, removePlaygrounds, type Playground } from './support/playground'
import { plainGit } from './support/repository'

const artifacts = new MemoryArtifacts()
let place: Playground
let repository: string
beforeEach(() => {
  place = playground()
  repository = join(place.root, 'repository')
  mkdirSync(repository)
})
afterEach(removePlaygrounds)

function write(texts: Record<string, string>, directory = repository): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

/** The files that are there now as a first commit, and what stands beside them afterwards. */
async function commit(texts: Record<string, string>): Promise<Snapshot> {
  write(texts)
  plainGit(repository, 'init', '-q', '-b', 'main')
  plainGit(repository, 'add', '-A', '-f')
  plainGit(repository, 'commit', '-q', '-m', 'first')
  return (await readHead(artifacts, repository)).snapshot
}

async function found(): Promise<Installed | undefined> {
  return findInstalled(repository, await readHead(artifacts, repository))
}

async function run(
  script: string,
  snapshot: Snapshot,
  installed?: Installed,
): Promise<SandboxResult & { missing: string[]; after: Snapshot }> {
  const { missing, ...lending } = await lendInstalled(installed ?? (await found()), 'required')
  return withWorkingCopy(artifacts, snapshot, async (directory) => {
    const result = await runSandboxed({ command: ['sh', '-c', script], directory, sandbox: 'required', ...lending })
    return { ...result, missing, after: await snapshotOfDirectory(artifacts, directory, () => undefined) }
  })
}

async function withVariables(variables: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  try {
    await work()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

const WORKSPACES = {
  'package.json': '{ "type": "module", "workspaces": ["packages/*"] }',
  'packages/a/package.json': '{ "name": "a", "type": "module", "exports": "./index.js" }',
  'packages/a/index.js': 'export const a = "from the copy"\n',
  'packages/b/package.json': '{ "name": "b" }',
  '.gitignore': 'node_modules\n',
}

test('what is found has fixed names, lies beside manifests, and is under nobody’s control', async () => {
  await commit({
    ...WORKSPACES,
    'lib/node_modules/kept/index.js': '',
    'lib/package.json': '{}',
  })
  expect(await found()).toBeUndefined()
  write({
    ...{ 'node_modules/x/index.js': '', 'packages/a/node_modules/y/index.js': '', 'other/node_modules/z/index.js': '' },
    ...{ '.venv/pyvenv.cfg': '', '.env': CANARY, '.npmrc': CANARY, 'packages/b/.npmrc': CANARY },
  })
  const commits = plainGit(repository, 'rev-parse', 'HEAD')
  expect(await found()).toEqual({
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
    const snapshot = await commit({ ...WORKSPACES, 'a.test.js': test })
    write({
      'node_modules/x/package.json': '{ "type": "module", "exports": "./index.js" }',
      'node_modules/x/index.js': "export const x = ' and installed'\n",
      ...{ 'node_modules/.npmrc': CANARY, 'node_modules/.env.local': CANARY, 'node_modules/.cache/read.txt': CANARY },
      ...{ '.npmrc': CANARY, '.env': CANARY, 'packages/a/.env': CANARY },
      'packages/b/node_modules/y/index.js': 'exports.y = 1',
    })
    symlinkSync('../packages/a', join(repository, 'node_modules/a'))
    write({ 'packages/a/index.js': "export const a = 'not committed'\n" })
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
    const { output, exitCode, missing, after } = await run(script, snapshot)
    expect({ output, exitCode, missing }).toMatchObject({ exitCode: 0, missing: [] })
    expect(output).toMatch(/pass 1\n[^]*\n1\n[^]*kept\n$/)
    expect(output).not.toContain(CANARY)
    expect(output.match(/Read-only file system/g)?.length).toBeGreaterThan(4)
    expect(place.surroundings()).toBe(before)
    expect(Object.keys(after.files).filter((path) => path.includes('node_modules'))).toEqual([])
  },
)

sandboxTest('a cache that is not there yet can be made, beside packages that are read-only all the same', async () => {
  const snapshot = await commit(WORKSPACES)
  const linked = 'node_modules/.pnpm/x@1/node_modules/x'
  write({
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
  const { output, missing, after } = await run(script, snapshot)
  expect([output, missing]).toEqual([expect.stringMatching(/^made\nexport const a = .*\n{}x\n/), []])
  expect(output.match(/Read-only file system/g)?.length).toBeGreaterThan(2)
  expect(output).not.toContain(CANARY)
  expect(place.surroundings()).toBe(before)
  expect(Object.keys(after.files).sort()).toEqual(Object.keys(snapshot.files).sort())
})

sandboxTest('what is a link, is elsewhere, or is another repository is not lent, and said to be missing', async () => {
  const snapshot = await commit(WORKSPACES)
  write({ 'node_modules/x/index.js': '', 'secret.txt': CANARY }, place.outside)
  for (const target of [place.outside, '/', '../outside/node_modules', '.git', 'packages']) {
    rmSync(join(repository, 'node_modules'), { force: true })
    symlinkSync(target, join(repository, 'node_modules'))
    const { output, missing } = await run('ls -a node_modules', snapshot)
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
  expect((await run('true', snapshot)).missing).toEqual([
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
    [expect.stringMatching(/^2 further directories .* are not lent/)],
  ])
  expect(await lendInstalled(known, 'none')).toMatchObject({
    lend: [],
    missing: [expect.stringContaining('without a sandbox')],
  })
  expect(await lendInstalled(undefined, 'required')).toMatchObject({ lend: [], missing: [] })
})

sandboxTest(
  'a file of the copy that has the place is not covered, and a package that is gone is not made again',
  async () => {
    await commit(WORKSPACES)
    write({ 'node_modules/x.js': '', 'packages/b/node_modules/y.js': '' })
    const own = { node_modules: 'a file', 'packages/a/index.js': 'changed' }
    const directory = join(place.root, 'copy')
    write(own, directory)
    const { lend } = await lendInstalled(await found(), 'required')
    expect(lend.length).toBe(2)
    const result = await runSandboxed({ command: ['cat', 'node_modules'], directory, sandbox: 'required', lend })
    expect([result.output, existsSync(join(directory, 'packages/b'))]).toEqual(['a file', false])
  },
)

sandboxTest(
  'an environment of Python is used with its programs, and with packages that are installed in place',
  async () => {
    const python = '/usr/bin/python3'
    if (!existsSync(python)) return
    const version = execFileSync(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    })
    const snapshot = await commit({
      'src/own.py': 'name = "own"\n',
      'test_a.py': 'import fake, own\nprint(fake.name, own.name)\n',
    })
    const packages = `.venv/lib/python${version.trim()}/site-packages`
    write({
      '.venv/pyvenv.cfg': 'home = /usr/bin\ninclude-system-site-packages = false\n',
      '.venv/pip.conf': CANARY,
      [`${packages}/fake.py`]: 'name = "fake"\n',
      [`${packages}/own.pth`]: `${repository}/src\n`,
      '.venv/bin/tool': `#!${repository}/.venv/bin/python3\nimport own, fake\nprint("the tool has", own.name)\n`,
      '.venv/bin/activate': '',
    })
    chmodSync(join(repository, '.venv/bin/tool'), 0o755)
    symlinkSync(python, join(repository, '.venv/bin/python3'))
    const before = pictureOf(place.root)
    const { output, missing } = await run('python3 test_a.py; tool; cat .venv/pip.conf; touch .venv/new', snapshot)
    expect([output, missing]).toEqual([expect.stringMatching(/^fake own\nthe tool has own\ntouch: .*Read-only/), []])
    expect(pictureOf(place.root)).toBe(before)
  },
)

sandboxTest('an interpreter is lent where pyenv or uv have installed it, and nowhere else', async () => {
  const snapshot = await commit({ 'pyproject.toml': '' })
  const install = (directory: string): void => {
    write({ 'bin/python3.99': '#!/bin/sh\necho interpreted\n', 'secret.txt': CANARY }, directory)
    chmodSync(join(directory, 'bin/python3.99'), 0o755)
  }
  const root = join(place.root, 'uv')
  install(join(root, 'cpython-3.99.1'))
  symlinkSync('cpython-3.99.1', join(root, 'cpython-3.99'))
  install(place.outside)
  write({ '.venv/pyvenv.cfg': '' })
  mkdirSync(join(repository, '.venv/bin'))
  symlinkSync('python', join(repository, '.venv/bin/python3'))
  const link = (target: string): void => {
    rmSync(join(repository, '.venv/bin/python'), { force: true })
    symlinkSync(target, join(repository, '.venv/bin/python'))
  }
  await withVariables({ UV_PYTHON_INSTALL_DIR: root, PYENV_ROOT: join(place.root, 'pyenv') }, async () => {
    link(join(root, 'cpython-3.99', 'bin', 'python3.99'))
    expect(await run(`python3; touch ${root}/cpython-3.99/new`, snapshot)).toMatchObject({
      output: expect.stringMatching(/^interpreted\ntouch: .*Read-only/),
      missing: [],
    })
    for (const target of [join(place.outside, 'bin/python3.99'), join(root, 'cpython-3.99.1/secret.txt')]) {
      link(target)
      const { output, missing } = await run(`python3 --version; cat ${place.outside}/secret.txt; ls .venv`, snapshot)
      expect(output).not.toMatch(/interpreted|canary|pyvenv/)
      expect(missing).toEqual([expect.stringMatching(/^\.venv of .* has an interpreter that is neither/)])
    }
  })
})

sandboxTest('caches of Go and Cargo are those that the tools themselves name', async () => {
  const snapshot = await commit({ 'go.mod': 'module a\n', 'Cargo.toml': '' })
  const programs = join(place.root, 'programs')
  write({ 'registry/crate.txt': 'crate', 'credentials.toml': CANARY }, join(place.root, 'cargo'))
  write({ 'mod.txt': 'module', 'cache/vcs/config': CANARY }, join(place.root, 'modules'))
  write({ 'bin/go': '#!/bin/sh\necho compiled\n' }, join(place.root, 'compiler'))
  write({ go: `#!/bin/sh\necho ${place.root}/modules\necho ${place.root}/compiler\n` }, programs)
  write({ rustc: `#!/bin/sh\necho ${place.root}/compiler\n` }, programs)
  for (const file of ['programs/go', 'programs/rustc', 'compiler/bin/go']) chmodSync(join(place.root, file), 0o755)
  const variables = { PATH: `${programs}:${process.env.PATH}`, CARGO_HOME: join(place.root, 'cargo') }
  await withVariables(variables, async () => {
    const script =
      'go; cat $GOMODCACHE/mod.txt $GOMODCACHE/cache/vcs/config; cat $CARGO_HOME/registry/crate.txt; ls -a $CARGO_HOME; touch $CARGO_HOME/lock'
    const { output, missing, exitCode } = await run(script, snapshot)
    expect({ output, missing, exitCode }).toMatchObject({ missing: [], exitCode: 0 })
    expect(output).toMatch(/^compiled\nmodulecat: .*No such.*\ncrate\.\n\.\.\nregistry\n$/)
    const installed = await found()
    expect(installed).toMatchObject({ paths: [], tools: ['go', 'cargo'] })
    // A tool that names the whole home, or what is above it
    write({ go: '#!/bin/sh\necho /\necho $HOME\n', rustc: '#!/bin/sh\nexit 1\n' }, programs)
    expect(await found()).toBeUndefined()
    expect((await run('ls $HOME', snapshot, installed)).missing).toEqual([
      'what go has fetched is not on this machine',
      'what cargo has fetched is not on this machine',
    ])
  })
})
