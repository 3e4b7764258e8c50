// Packages that an existing repository has installed: the check, mutations and a program that is the coder have them, and where
// a worker does not, it says so. Without a server.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AgentContext } from '../../src/agents/context'
import { checkAgent } from '../../src/code-team/check/check-agent'
import { coderProgram } from '../../src/code-team/coder-program/coder-program'
import type { Check, Contribution, OwnTests } from '../../src/code-team/documents'
import { checkRequest, codePlan } from '../../src/code-team/plan'
import { architectPrompt } from '../../src/code-team/prompts/architect-agent'
import { coderPrompt } from '../../src/code-team/prompts/coder-agent'
import { singlePrompt } from '../../src/code-team/prompts/single-coder'
import { testPrompt } from '../../src/code-team/prompts/test-agent'
import type { CodeRun } from '../../src/code-team/report/code-run'
import { openWork } from '../../src/code-team/report/open-work'
import { ownTestsSection } from '../../src/code-team/report/own-tests-section'
import { roundsAgent } from '../../src/code-team/rounds/rounds-agent'
import { roundSubtasks } from '../../src/code-team/rounds/round-subtasks'
import { roundStateSchema, singleArchitecture } from '../../src/code-team/rounds/state'
import type { SubTask } from '../../src/contract/plan'
import { findInstalled } from '../../src/workspace/lending/find-installed'
import type { Installed } from '../../src/workspace/lending/lending'
import { readHead } from '../../src/workspace/repository'
import { loadSnapshot, storeSnapshot, textFiles } from '../../src/workspace/snapshots'
import { sandboxTest } from '../support/sandbox'
import { plainGit } from '../workspace/support/repository'
import { memoryArtifacts } from './support/artifacts'
import { architecture, specification, testFile } from './support/program'

const artifacts = memoryArtifacts()
const { signal } = new AbortController()
const context = { artifacts, signal, progress: () => undefined } as unknown as AgentContext

let folder: string
let repository: string
let base: string
let installed: Installed
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-lending-'))
  repository = join(folder, 'repository')
  write({
    'package.json': '{ "type": "module", "scripts": { "test": "runner tests/*" } }',
    'tests/old.test.js':
      "import { five } from 'numbers'\nconsole.log(`# tests 1\\n# pass ${five === 5 ? 1 : 0}\\n# fail 0`)\n",
    '.gitignore': 'node_modules\n',
  })
  plainGit(repository, 'init', '-q', '-b', 'main')
  plainGit(repository, 'add', '-A')
  plainGit(repository, 'commit', '-q', '-m', 'first')
  write({
    'node_modules/numbers/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/numbers/index.js': 'export const five = 5\n',
    'node_modules/.bin/runner': '#!/bin/sh\nexec node "$@"\n',
  })
  chmodSync(join(repository, 'node_modules/.bin/runner'), 0o755)
  const { commit, snapshot } = await readHead(artifacts, repository)
  base = await storeSnapshot(artifacts, snapshot)
  installed = (await findInstalled(repository, { commit, snapshot }))!
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(texts: Record<string, string>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true })
    writeFileSync(join(repository, path), text)
  }
}

const CODE = {
  'src/add.js': "import { five } from 'numbers'\nexport const add = (a) => a + five\n",
  'test/add.test.js': testFile("import { add } from '../src/add.js'", 'adds', 'assert.equal(add(2), 7)'),
}
const given = { language: 'javascript', mode: 'single', title: 'adds' } as const

async function ask<Output>(payload: Record<string, unknown>): Promise<Output> {
  const agent = checkAgent({})
  const task = { id: 'check', type: 'check', priority: 'normal' as const, payload: agent.input!.parse(payload) }
  return (await agent.execute(task, context)) as Output
}
function asked(): Promise<{ ownTests: OwnTests | null; missing?: string[] }> {
  return ask({ step: 'baseline', ...given, base, installed })
}
async function baseline(): Promise<OwnTests | null> {
  return (await asked()).ownTests
}
async function check(
  before: OwnTests | null,
  texts: Record<string, string> = CODE,
  missingBefore?: string[],
): Promise<Check> {
  const patch = { write: await textFiles(artifacts, texts), remove: [] }
  const contributions: Contribution[] = [{ module: 'program', role: 'code', patch, notes: '' }]
  const planned = { architecture: singleArchitecture('javascript'), contributions, mutate: true, missingBefore }
  return ask<Check>({ step: 'check', ...given, base, installed, baseline: before, ...planned })
}
function move(): void {
  renameSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
}

sandboxTest('own tests, new tests and trials of mutations have them', async () => {
  const before = await baseline()
  expect(before).toMatchObject({ passed: true, ran: 1 })
  const checked = await check(before)
  expect(checked).toMatchObject({
    ...{ passed: true, problems: [], tests: [{ name: 'adds', status: 'passed' }] },
    ownTests: { after: { passed: true, ran: 1 } },
    mutations: { tried: 1, survived: [] },
  })
  expect([before, checked, checked.ownTests?.after].map((one) => one?.missing)).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

sandboxTest('where they are missing, that is said; and nobody is blamed who had them before', async () => {
  const had = await baseline()
  move()
  const why = `node_modules of ${repository} is not on this machine`
  await expect(check(had)).rejects.toMatchObject({
    ...{ code: 'SandboxUnavailable', retryable: true, message: expect.stringContaining(why) },
  })
  const before = await baseline()
  expect(before).toMatchObject({ passed: false, exitCode: 127, missing: [why] })
  const checked = await check(before, { 'src/two.js': '', 'test/two.test.js': testFile('', 'is two', 'assert.ok(2)') })
  expect(checked).toMatchObject({ passed: true, missing: [why], ownTests: { after: { missing: [why] } } })
  const run = { rounds: [{ check: checked }], baseline: before, done: true, failures: [], contributions: [] }
  expect(openWork({ ...run, architecture, mode: 'single' } as unknown as CodeRun)).toEqual(
    expect.arrayContaining([
      `The tests did not have what was installed when the run began: ${why}.`,
      `The repository's own tests (runner tests/*) could not be run: ${why}; nobody knows whether something broke.`,
    ]),
  )
  expect(ownTestsSection(before!, checked.ownTests)).toContain('Not there when they ran:\n\n- node\\_modules of')
  const typed = ask({ step: 'baseline', ...given, base, installed, testCommand: 'runner tests' })
  await expect(typed).rejects.toMatchObject({ code: 'CommandNotFound', message: expect.stringContaining(why) })
})

sandboxTest(
  'nobody is blamed in a repository without own tests either, unless it was missing from the start',
  async () => {
    const own = await textFiles(artifacts, { 'package.json': '{ "type": "module" }' })
    base = await storeSnapshot(artifacts, { files: own })
    expect(await asked()).toEqual({ ownTests: null })
    expect((await check(null)).passed).toBe(true)
    move()
    await expect(check(null)).rejects.toMatchObject({ code: 'SandboxUnavailable', retryable: true })
    const missing = [`node_modules of ${repository} is not on this machine`]
    expect(await asked()).toEqual({ ownTests: null, missing })
    const start = { step: 'start', ...checkRequest({ request: 'five', base, installed, mode: 'single' }) }
    const payload = roundsAgent.input!.parse({ ...start, baseline: await asked() })
    const spawned: SubTask[] = []
    const spawn = (subtasks: SubTask[]): void => void spawned.push(...subtasks)
    await roundsAgent.execute({ id: 'build', type: 'rounds', priority: 'normal', payload }, { ...context, spawn })
    const handed = spawned.find(({ id }) => id === 'check')
    expect(handed?.payload).toMatchObject({ missingBefore: missing })
    expect(await check(null, CODE, missing)).toMatchObject({ passed: false, missing })
  },
)

sandboxTest(
  'no code of the program runs before the key of the report is taken, though it is installed in place',
  async () => {
    const python = '/usr/bin/python3'
    if (!existsSync(python)) return
    const print = 'import sys; print("%d.%d" % sys.version_info[:2], end="")'
    const packages = `.venv/lib/python${execFileSync(python, ['-c', print], { encoding: 'utf8' })}/site-packages`
    write({
      '.venv/pyvenv.cfg': 'home = /usr/bin\ninclude-system-site-packages = false\n',
      [`${packages}/editable.pth`]: `${repository}/src\n`,
      [`${packages}/numbers_of.py`]: 'five = 5\n',
      '.venv/bin/x': '',
    })
    symlinkSync(python, join(repository, '.venv/bin/python3'))
    const { commit, snapshot } = await readHead(artifacts, repository)
    installed = (await findInstalled(repository, { commit, snapshot }))!
    const hasty = 'import os\nif os.path.exists(os.environ["TROUPE_REPORT"] + "/key"):\n    os._exit(0)\n'
    const test = `import unittest
from pkg.add import add
class Add(unittest.TestCase):
    def test_adds(self):
        """adds"""
        self.assertEqual(add(2), 7)
`
    const texts = {
      ...{
        'src/sitecustomize.py': hasty,
        'src/pkg/__init__.py': '',
        'tests/__init__.py': '',
        'tests/test_add.py': test,
      },
      'src/pkg/add.py': 'from numbers_of import five\ndef add(a):\n    return a + five\n',
    }
    const patch = { write: await textFiles(artifacts, texts), remove: [] }
    const contributions = [{ module: 'program', role: 'code', patch, notes: '' }]
    const planned = { language: 'python', architecture: singleArchitecture('python'), contributions, baseline: null }
    const checked = await ask<Check>({ step: 'check', ...given, base, installed, ...planned })
    expect(checked).toMatchObject({ passed: true, problems: [], tests: [{ name: 'Add > adds', status: 'passed' }] })
  },
)

sandboxTest(
  'what is written where they are installed stands against its author, and is delivered to nobody',
  async () => {
    const written = {
      ...CODE,
      'node_modules/numbers/index.js': 'export const five = 666',
      'node_modules/.bin/jest': '',
    }
    const checked = await check(null, written)
    const text = expect.stringContaining('may not change "node_modules/numbers/index.js": packages are installed there')
    expect(checked).toMatchObject({
      passed: false,
      problems: expect.arrayContaining([{ module: 'program', role: 'code', text }]),
    })
    const { files } = await loadSnapshot(artifacts, checked.snapshot)
    expect(Object.keys(files).filter((path) => path.includes('node_modules'))).toEqual([])
  },
)

sandboxTest('a program that is the coder has them; they are no part of its work', async () => {
  const script = join(folder, 'coder.sh')
  const lines =
    'node -p "require(\'numbers\').five" > five.txt; touch node_modules/new node_modules/numbers/new; git status'
  writeFileSync(script, `#!/bin/sh\n${lines}; git add -A; true\n`)
  chmodSync(script, 0o755)
  const agent = coderProgram({ command: [script] })
  const module = singleArchitecture('javascript').modules[0]
  const work = { module, round: 1, failures: [], problems: [], findings: [], imports: [], request: 'five' }
  const payload = agent.input!.parse({ ...given, base, installed, ...work })
  const task = { id: 'code', type: agent.name, priority: 'normal' as const, payload }
  const { patch } = await agent.execute(task, context)
  expect(Object.keys(patch.write)).toEqual(['five.txt'])
  expect(Buffer.from(await artifacts.get(patch.write['five.txt']!.artifact)).toString()).toBe('5\n')
  expect(readdirSync(join(repository, 'node_modules')).sort()).toEqual(['.bin', 'numbers'])
})

test('all who need to know are handed what is installed, and writers are told', () => {
  const request = { request: 'five', base, installed }
  for (const mode of ['team', 'single'] as const) {
    const { plan, inputs } = codePlan({ ...request, mode })
    expect(inputs.installed).toEqual(installed)
    const handed = plan.subtasks.filter(({ payload }) => JSON.stringify(payload).includes('/installed'))
    expect(handed.map(({ id }) => id)).toEqual(['baseline', ...(mode === 'team' ? ['architect'] : []), 'build'])
    const assignment = { ...checkRequest({ ...request, mode }), architecture, rounds: [], contributions: [] }
    const subtasks = roundSubtasks(roundStateSchema.parse(assignment))
    const told = subtasks.filter(({ payload }) => (payload as Record<string, unknown>).installed !== undefined)
    expect(told.map(({ id }) => id)).toEqual(
      ['code-add', 'test-add', 'code-cli', 'test-cli', 'check'].filter(
        (id) => mode === 'team' || !id.startsWith('test'),
      ),
    )
  }
  const count = (text: string): number => text.length
  const own = new Map<string, string>()
  const common = { language: 'javascript' as const, specification, own, failures: [], problems: [], findings: [] }
  const prompts = (beside: { installed?: Installed }): string[] => [
    architectPrompt({ ...common, ...beside, request: 'five' }),
    coderPrompt({ ...common, ...beside, module: architecture.modules[0]!, imports: [] }, count),
    testPrompt({ ...common, ...beside, module: architecture.modules[0]!, imports: [] }, count),
    singlePrompt({ ...common, ...beside, request: 'five' }, count),
  ]
  const isTold = (prompt: string): boolean => prompt.includes('packages of the existing repository are installed')
  expect(prompts({ installed }).every(isTold)).toBe(true)
  expect(prompts({}).some(isTold)).toBe(false)
})
