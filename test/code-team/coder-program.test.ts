// A program as the coder, without a server: what it changes is the patch, and what it does otherwise is refused, kept from it,
// or ended. The stand-in is a script that does as its request says.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadTeam } from '../../src/agents/load-team'
import { coderProgram } from '../../src/code-team/coder-program/coder-program'
import { checkProgram, type CoderProgramOptions } from '../../src/code-team/coder-program/options'
import type { Contribution } from '../../src/code-team/documents'
import type { AgentContext } from '../../src/agents/context'
import { storeSnapshot } from '../../src/workspace/snapshots'
import { sandboxTest } from '../support/sandbox'
import { memoryArtifacts, snapshotOf } from './support/artifacts'
import { architecture } from './support/program'

const artifacts = memoryArtifacts()
const BASE = {
  'src/old.js': 'old\n',
  'src/gone.js': 'gone\n',
  'test/old.test.js': 'test\n',
  '.gitignore': '*.log\nbuild/\n',
}
const owned = { ...architecture.modules[0]!, paths: ['src/'], testPaths: ['test/'] }

let folder: string
let script: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-coder-'))
  script = join(folder, 'coder.sh')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs lines of a shell as the coder. */
async function code(
  lines: string,
  options: Partial<CoderProgramOptions> = {},
  input: Record<string, unknown> = {},
): Promise<Contribution> {
  writeFileSync(script, `#!/bin/sh\n${lines}\n`)
  chmodSync(script, 0o755)
  const agent = coderProgram({ command: [script], sandbox: 'none', ...options })
  const base = await storeSnapshot(artifacts, await snapshotOf(artifacts, BASE))
  const given = {
    language: 'javascript',
    mode: 'team',
    module: owned,
    round: 1,
    failures: [],
    problems: [],
    findings: [],
    imports: [],
  }
  const payload = agent.input!.parse({ ...given, base, ...input })
  const task = { id: 'code-add', type: agent.name, priority: 'normal' as const, payload }
  const { signal } = new AbortController()
  return agent.execute(task, { artifacts, signal, progress: () => undefined } as unknown as AgentContext)
}
const logOf = async ({ log }: Contribution): Promise<string> => Buffer.from(await artifacts.get(log!)).toString()
const textIn = async ({ patch }: Contribution, path: string): Promise<string> =>
  Buffer.from(await artifacts.get(patch.write[path]!.artifact)).toString()

test('what it has changed is its patch, what git ignores is none of it, and its output is kept', async () => {
  const made = await code(
    `
    cat > prompt.log
    git log --oneline && git status --short
    echo new > src/new.js; echo better >> src/old.js; rm src/gone.js; chmod +x src/old.js
    mkdir -p build node_modules/x src/__pycache__ && touch build/x node_modules/x/x src/__pycache__/x .aider.chat src/own.tmp
    git add -A && git commit -q -m mine
    head -1 prompt.log`,
    { ignore: ['*.tmp'] },
  )
  expect(made).toMatchObject({ module: 'add', role: 'code', patch: { remove: ['src/gone.js'] } })
  expect(made).not.toHaveProperty('refusal')
  expect(Object.keys(made.patch.write)).toEqual(['src/new.js', 'src/old.js'])
  expect([await textIn(made, 'src/old.js'), made.patch.write['src/old.js']!.executable]).toEqual([
    'old\nbetter\n',
    true,
  ])
  expect(await logOf(made)).toMatch(/^[0-9a-f]+ As it was\nWrite the module "add" of the program/m)

  const third = await code(
    'cat; cat src/new.js; echo third > src/third.js',
    {},
    { previous: made, round: 2, problems: ['mend it'] },
  )
  expect([Object.keys(third.patch.write).sort(), third.patch.remove]).toEqual([
    ['src/new.js', 'src/old.js', 'src/third.js'],
    ['src/gone.js'],
  ])
  expect(await logOf(third)).toMatch(/mend it[^]*new\n$/)
})

test('what it is told may be an argument, and an environment variable passes by its name only', async () => {
  process.env.TROUPE_TEST_CODER_KEY = 'value-of-the-key-1'
  process.env.TROUPE_TEST_OTHER = 'value-of-another'
  const command = [script, '--prompt', '{{prompt}}', '-y']
  const told = 'echo "$1 $3 $2"; env; cat; echo x > src/new.js'
  const made = await code(told, { command, env: ['TROUPE_TEST_CODER_KEY'] }).finally(() => {
    delete process.env.TROUPE_TEST_CODER_KEY
    delete process.env.TROUPE_TEST_OTHER
  })
  const log = await logOf(made)
  expect(log).toMatch(/^--prompt -y Write the module "add"/)
  expect(log).toContain('TROUPE_TEST_CODER_KEY=[secret]')
  expect(log).not.toMatch(/value-of|TROUPE_TEST_OTHER/)
})

test.each<[string, string, RegExp]>([
  ['in a file', 'printf %s "$CODER_PASS" > src/debug.txt', /a file with the secret CODER_PASS in it/],
  [
    'in another form',
    'printf %s "$CODER_PASS" | base64 -w 20 > src/debug.txt',
    /a file with the secret CODER_PASS in it/,
  ],
  ['as the name of what is none', 'ln -s . "src/$CODER_PASS"', /src\/\[secret\] is refused: it is a symbolic link/],
  ['as the name of a file', 'touch "src/$CODER_PASS"', /the name of a file holds the secret CODER_PASS/],
])('nothing of it is taken or kept where it leaves what it was handed %s', async (_what, lines, refusal) => {
  Object.assign(process.env, { CODER_PASS: 'canary-of-the-coder-7', CODER_FLAG: '1' })
  const env = ['CODER_PASS', 'CODER_FLAG']
  try {
    const put = jest.spyOn(artifacts, 'put')
    const made = await code(`printf %s "$CODER_PASS" | base64; echo $CODER_PASS; ${lines}; echo 11 > src/new.js`, {
      env,
    })
    const kept = put.mock.calls.map(([content]) => Buffer.from(content as Uint8Array).toString())
    expect(made).toMatchObject({ patch: { write: {}, remove: [] }, refusal: expect.stringMatching(refusal) })
    expect(await logOf(made)).toBe('[secret]\n[secret]\n')
    expect([...kept, JSON.stringify(made)].join()).not.toMatch(/canary-of|Y2FuYXJ5/)
    // A setting is no secret, and what was there before is none either
    expect(Object.keys((await code('echo 11 > src/new.js', { env })).patch.write)).toEqual(['src/new.js'])
  } finally {
    jest.restoreAllMocks()
    for (const name of env) delete process.env[name]
  }
})

test.each<[string, string, RegExp]>([
  [
    'writes outside of its module',
    'echo x > src/new.js; echo x > README.md',
    /the coder of "add" may not change "README.md"/,
  ],
  ['changes a test', 'echo weaker > test/old.test.js', /"test\/old.test.js"/],
  ['removes a test', 'rm test/old.test.js; echo x > src/new.js', /may not change "test\/old.test.js"/],
  ['writes tests', 'mkdir src/test; echo x > src/test/a.test.js', /would be run as tests/],
  ['edits nothing', 'true', /no file was changed/],
  ['leaves a link', 'ln -s /etc/passwd src/link.js; echo x > src/new.js', /link.js is refused: it is a symbolic link/],
  [
    'makes a repository of its own',
    'mkdir src/lib && cd src/lib && git init -q && touch a',
    /"src\/lib" is a repository of its own/,
  ],
  ['writes a name that no system takes', 'touch "src/con.js"', /con\.js/],
])('nothing of it is taken where it %s', async (_what, lines, refusal) => {
  const made = await code(lines)
  expect(made).toMatchObject({ patch: { write: {}, remove: [] }, refusal: expect.stringMatching(refusal) })
  expect(made.log).toBeDefined()
})

test('alone it may change everything but tests that were there, unless the user names them', async () => {
  const single = { mode: 'single', request: 'mend it', mayChange: ['test/old.test.js'] }
  const lines = 'echo x > README.md; echo x > test/new.test.js; echo x > test/old.test.js'
  expect(Object.keys((await code(lines, {}, single)).patch.write)).toEqual([
    'README.md',
    'test/new.test.js',
    'test/old.test.js',
  ])
  expect(await code(lines, {}, { ...single, request: 'Do not change test/old.test.js', mayChange: [] })).toMatchObject({
    refusal: expect.stringContaining('"test/old.test.js" is a test that was there before'),
  })
})

test('an end that is none is a failure that may be tried again, with the end of its output', async () => {
  await expect(code('echo x > src/new.js; echo the provider is down; exit 1')).rejects.toMatchObject({
    code: 'CommandFailed',
    retryable: true,
    message: expect.stringMatching(/coder.sh" ended with exit code 1; the end of its output:\nthe provider is down$/),
    hint: expect.stringMatching(/is the artifact [0-9a-f]{64}$/),
  })
  await expect(code('', { command: ['no-such-coder'] })).rejects.toMatchObject({ code: 'CommandNotFound' })
})

test('one that hangs is ended with everything that it started', async () => {
  const pids = join(folder, 'pids')
  const hanging = `setsid sleep 1000 & echo $! >> ${pids}; (trap "" TERM; sleep 1000) & echo $! >> ${pids}; echo x > src/new.js; wait`
  await expect(code(hanging, { timeoutMs: 1_500 })).rejects.toMatchObject({
    code: 'Timeout',
    message: expect.stringContaining('did not end within 1.5 s, and was ended'),
  })
  const started = readFileSync(pids, 'utf8').trim().split('\n')
  const alive = (): string[] => started.filter((pid) => existsSync(`/proc/${pid}/exe`))
  // What was killed takes a moment to be gone
  for (const end = Date.now() + 5_000; alive().length > 0 && Date.now() < end;) await sleep(20)
  expect(alive()).toEqual([])
})

sandboxTest(
  'unless somebody loosens it by name, it sees its copy alone: no network, no home, no environment',
  async () => {
    const name = `.troupe-test-coder-${process.pid}`
    const login = join(homedir(), name)
    mkdirSync(join(login, 'deep'), { recursive: true })
    writeFileSync(join(login, 'login'), 'who I am')
    writeFileSync(join(login, 'deep', 'settings'), 'no hooks')
    chmodSync(join(login, 'login'), 0o400)
    symlinkSync('deep/settings', join(login, 'link'))
    execFileSync('mkfifo', [join(login, 'pipe')])
    const lines = `
    cat "$HOME/${name}/login" ${join(homedir(), name, 'login')} 2>/dev/null; touch "$HOME/${name}/token" ${login}/token 2>/dev/null
    echo "home $(ls -A "$HOME")"; echo "interfaces $(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' \\n')"
    echo "proxy $HTTPS_PROXY"; ls ${folder}; echo x > src/new.js`
    try {
      const confined = await logOf(await code(lines, { sandbox: undefined }))
      expect(confined).toBe('home \\ninterfaces lo\\nproxy \\ncoder.sh\\n'.replaceAll('\\n', '\n'))
      expect(existsSync(join(login, 'token'))).toBe(false)
      const loosened = await logOf(await code(lines, { sandbox: { home: [name], network: ['api.example.org'] } }))
      expect(loosened).toMatch(new RegExp(`^who I amhome ${name}\ninterfaces lo\nproxy http://127`))
      // It writes to a copy of its own, whatever it is: nothing of the user's is changed, and the next one finds nothing of it
      const planting = `
        cd "$HOME/${name}"; ls; echo "a hook" | tee login.tmp > link; mv -f login.tmp login; cat deep/settings login
        echo new > token; ln -s ${login} out; echo x > out/token; echo own > "$HOME/.profile"; mkdir closed; touch closed/x; chmod 0 closed
        echo x > /workspace/src/new.js`
      const home = [name, `${name}/deep`, '.troupe-test-not-there']
      const planted = await logOf(await code(planting, { sandbox: { home } }))
      expect(planted).toMatch(/^deep\nlink\nlogin\n.*a hook\na hook\n/s)
      expect(readdirSync(login).sort()).toEqual(['deep', 'link', 'login', 'pipe'])
      expect([readFileSync(join(login, 'login'), 'utf8'), readFileSync(join(login, 'link'), 'utf8')]).toEqual([
        'who I am',
        'no hooks',
      ])
      expect(await logOf(await code(lines, { sandbox: { home: [`${name}/login`] } }))).toMatch(
        new RegExp(`^who I amhome ${name}\n`),
      )
    } finally {
      rmSync(login, { recursive: true })
    }
  },
)

test.each<[string, Partial<CoderProgramOptions>, RegExp]>([
  ['no command', { command: [] }, /its command is \[\]/],
  ['the whole home', { sandbox: { home: ['.'] } }, /"\." is no part of a home/],
  ['a home outside', { sandbox: { home: ['../other'] } }, /"\.\.\/other" is no part/],
  ['an absolute home', { sandbox: { home: ['/root'] } }, /"\/root" is no part/],
  ['a relative path', { sandbox: { readOnly: ['lib'] } }, /"lib" is no absolute path/],
  ['a URL for a host', { sandbox: { network: ['https://example.org/'] } }, /example\.org/],
])('%s is refused when the team is defined', (_what, options, says) => {
  expect(() => checkProgram({ command: ['x'], ...options })).toThrow(says)
})

test('the documented team is one', async () => {
  const team = await loadTeam('examples/any-coder/team.ts')
  expect(team.agents.map(({ name, config }) => [name, config.model, config.timeoutMs])).toEqual([
    ['coder-agent', undefined, 22 * 60_000],
  ])
  expect(execFileSync('git', ['--version']).toString()).toContain('git')
})
