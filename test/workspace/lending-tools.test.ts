// What is installed outside of a repository as well: interpreters of Python, and the caches and compilers of Go and Cargo.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { sandboxTest } from '../support/sandbox'
import { InstalledRepository } from './support/installed-repository'
import { CANARY, pictureOf, removePlaygrounds, type Playground } from './support/playground'

let beside: InstalledRepository
let place: Playground
let repository: string
beforeEach(() => {
  beside = new InstalledRepository()
  place = beside.place
  repository = beside.directory
})
afterEach(removePlaygrounds)

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

sandboxTest(
  'an environment of Python is used with its programs, and with packages that are installed in place',
  async () => {
    const python = '/usr/bin/python3'
    if (!existsSync(python)) return
    const version = execFileSync(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    })
    const snapshot = await beside.commit({
      'src/own.py': 'name = "own"\n',
      'test_a.py': 'import fake, own\nprint(fake.name, own.name)\n',
    })
    const packages = `.venv/lib/python${version.trim()}/site-packages`
    beside.write({
      '.venv/pyvenv.cfg': 'home = /usr/bin\ninclude-system-site-packages = false\n',
      '.venv/pip.conf': CANARY,
      [`${packages}/fake.py`]: 'name = "fake"\n',
      [`${packages}/own.pth`]: `${repository}/src\n`,
      '.venv/bin/tool': `#!${repository}/.venv/bin/python3\nimport own, fake\nprint("the tool has", own.name)\n`,
      ...{ '.venv/bin/activate': `export KEY=${CANARY}`, '.venv/bin/postactivate': CANARY },
      '.venv/src/clone/.git/config': CANARY,
    })
    chmodSync(join(repository, '.venv/bin/tool'), 0o755)
    symlinkSync(python, join(repository, '.venv/bin/python3'))
    const before = pictureOf(place.root)
    const { output, missing } = await beside.run(
      'python3 test_a.py; tool; cat .venv/pip.conf .venv/src/clone/.git/config; . .venv/bin/activate; cat .venv/bin/*activate; touch .venv/new',
      snapshot,
    )
    expect([output, missing]).toEqual([
      expect.stringMatching(/^fake own\nthe tool has own\ncat: .*config: No such.*\ntouch: .*Read-only/),
      [],
    ])
    expect(pictureOf(place.root)).toBe(before)
  },
)

sandboxTest('an interpreter is lent where pyenv or uv have installed it, and nowhere else', async () => {
  const snapshot = await beside.commit({ 'pyproject.toml': '' })
  const install = (directory: string): void => {
    beside.write(
      { 'bin/python3.99': '#!/bin/sh\necho interpreted\n', 'secret.txt': CANARY, 'envs/other/secret.txt': CANARY },
      directory,
    )
    chmodSync(join(directory, 'bin/python3.99'), 0o755)
  }
  const root = join(place.root, 'uv')
  install(join(root, 'cpython-3.99.1'))
  symlinkSync('cpython-3.99.1', join(root, 'cpython-3.99'))
  install(place.outside)
  beside.write({ '.venv/pyvenv.cfg': '' })
  mkdirSync(join(repository, '.venv/bin'))
  symlinkSync('python', join(repository, '.venv/bin/python3'))
  const link = (target: string): void => {
    rmSync(join(repository, '.venv/bin/python'), { force: true })
    symlinkSync(target, join(repository, '.venv/bin/python'))
  }
  await withVariables({ UV_PYTHON_INSTALL_DIR: root, PYENV_ROOT: join(place.root, 'pyenv') }, async () => {
    link(join(root, 'cpython-3.99', 'bin', 'python3.99'))
    expect(
      await beside.run(
        `python3; cat ${root}/cpython-3.99/envs/other/secret.txt; touch ${root}/cpython-3.99/new`,
        snapshot,
      ),
    ).toMatchObject({
      output: expect.stringMatching(/^interpreted\ncat: .*No such.*\ntouch: .*Read-only/),
      missing: [],
    })
    for (const target of [join(place.outside, 'bin/python3.99'), join(root, 'cpython-3.99.1/secret.txt')]) {
      link(target)
      const { output, missing } = await beside.run(
        `python3 --version; cat ${place.outside}/secret.txt; ls .venv`,
        snapshot,
      )
      expect(output).not.toMatch(/interpreted|canary|pyvenv/)
      expect(missing).toEqual([expect.stringMatching(/^\.venv of .* has an interpreter that is neither/)])
    }
  })
})

sandboxTest('caches of Go and Cargo are those that the tools themselves name', async () => {
  const snapshot = await beside.commit({ 'go.mod': 'module a\n', 'Cargo.toml': '' })
  const programs = join(place.root, 'programs')
  beside.write({ 'registry/crate.txt': 'crate', 'credentials.toml': CANARY }, join(place.root, 'cargo'))
  beside.write({ 'mod.txt': 'module', 'cache/vcs/config': CANARY }, join(place.root, 'modules'))
  beside.write({ 'bin/go': '#!/bin/sh\necho compiled\n' }, join(place.root, 'compiler'))
  beside.write({ go: `#!/bin/sh\necho ${place.root}/modules\necho ${place.root}/compiler\n` }, programs)
  beside.write({ rustc: `#!/bin/sh\necho ${place.root}/compiler\n` }, programs)
  for (const file of ['programs/go', 'programs/rustc', 'compiler/bin/go']) chmodSync(join(place.root, file), 0o755)
  const variables = { PATH: `${programs}:${process.env.PATH}`, CARGO_HOME: join(place.root, 'cargo') }
  await withVariables(variables, async () => {
    const script =
      'go; cat $GOMODCACHE/mod.txt $GOMODCACHE/cache/vcs/config; cat $CARGO_HOME/registry/crate.txt; ls -a $CARGO_HOME; touch $CARGO_HOME/lock'
    const { output, missing, exitCode } = await beside.run(script, snapshot)
    expect({ output, missing, exitCode }).toMatchObject({ missing: [], exitCode: 0 })
    expect(output).toMatch(/^compiled\nmodulecat: .*No such.*\ncrate\.\n\.\.\nregistry\n$/)
    const installed = await beside.found()
    expect(installed).toMatchObject({ paths: [], tools: ['go', 'cargo'] })
    // A tool that names the whole home, or what is above it
    beside.write({ go: '#!/bin/sh\necho /\necho $HOME\n', rustc: '#!/bin/sh\nexit 1\n' }, programs)
    expect(await beside.found()).toBeUndefined()
    expect((await beside.run('ls $HOME', snapshot, installed)).missing).toEqual([
      'what go has fetched is not on this machine',
      'what cargo has fetched is not on this machine',
    ])
  })
})

sandboxTest('no program of a repository is run outside the sandbox, though PATH begins with its own', async () => {
  const ran = join(place.root, 'ran')
  const own = ['go', 'rustc', 'git', 'bwrap'].map((name) => `node_modules/.bin/${name}`)
  const fake = `#!/bin/sh\necho "$0 $*" >> ${ran}\nexit 1\n`
  const snapshot = await beside.commit({
    'go.mod': '',
    'Cargo.toml': '',
    ...Object.fromEntries(own.map((path) => [path, fake])),
  })
  for (const path of own) chmodSync(join(repository, path), 0o755)
  const directories = [
    join(repository, 'node_modules/.bin'),
    join(repository, 'node_modules/x/../.bin/'),
    '.',
    '',
    'bin',
  ]
  await withVariables({ PATH: [...directories, process.env.PATH].join(delimiter) }, async () => {
    await beside.found()
    expect((await beside.run('echo inside', snapshot)).output).toBe('inside\n')
  })
  expect(existsSync(ran)).toBe(false)
})
