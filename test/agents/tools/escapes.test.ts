// Attempts to read or to write what is not the agent's own, by its tools on files: each one is made, and judged by its effect.
// What lies around is compared with what it was, and no canary is told to the model or kept.
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { snapshotOfDirectory } from '../../../src/workspace/directory-snapshot'
import { sandboxDescribe } from '../../support/sandbox'
import { startTypeScript } from '../../support/typescript-process'
import { MemoryArtifacts } from '../../workspace/support/memory-artifacts'
import { CANARY, playground, removePlaygrounds, type Playground } from '../../workspace/support/playground'
import { Toolbench } from './support/toolbench'

const OWN = { 'own.txt': 'own', 'src/main.js': 'main' }
let bench: Toolbench
let place: Playground

beforeEach(() => {
  bench = new Toolbench()
  place = playground()
  mkdirSync(place.inside)
})
afterEach(removePlaygrounds)

/** Paths that would lead elsewhere, or mean another file on some system. `OUT` is the directory with the canary. */
const PATHS = [
  ...['OUT/secret.txt', '/OUT/secret.txt', 'file://OUT/secret.txt', '//OUT/secret.txt', '~/../OUT/secret.txt'],
  ...[
    '../outside/secret.txt',
    'src/../../outside/secret.txt',
    'src/./../../outside/secret.txt',
    './../outside/secret.txt',
  ],
  ...['..', '.', '/', '', 'src/..', 'src/../..', 'own.txt/..', 'own.txt/../../outside/secret.txt'],
  ...[
    '/proc/self/cwd/own.txt',
    '/proc/self/environ',
    '/proc/1/root/etc/passwd',
    '/dev/stdin',
    '/etc/passwd',
    '/etc/shadow',
  ],
  ...['..\\outside\\secret.txt', 'src\\..\\..\\outside', 'C:\\x', 'c:own.txt', '\\\\server\\share', '\\\\?\\C:\\x'],
  ...['..%2foutside%2fsecret.txt', '%2e%2e/outside/secret.txt', '..;/outside/secret.txt', '....//outside/secret.txt'],
  ...['own.txt\0.js', '../outside/secret.txt\0', '\n/etc/passwd', '..\n/outside', '\u001b[2J', '\u202egpj.exe'],
  ...['\uff0e\uff0e/outside/secret.txt', '\u2025/outside', 'src\uff0fmain.js', '.\u200b./outside/secret.txt'],
  ...['.git/config', '.git/hooks/post-checkout', '.GIT/config', 'src/.git/config', 'git~1/config', '.git./config'],
  ...['__proto__', 'CON', 'aux.txt', 'own.txt:stream', 'own.txt.', 'own.txt ', `${'a/'.repeat(100)}b`, 'a'.repeat(300)],
]

test.each(PATHS)('the path %j', async (written) => {
  const path = written.replace('OUT', place.outside)
  const before = place.surroundings()
  const tools = ['read_file', 'list_files', 'search', 'write_file', 'edit_file'] as const
  const { told, output } = await bench.use(
    [...tools],
    await bench.files(OWN),
    ['read_file', { path }],
    ['list_files', { directory: path }],
    ['search', { pattern: 'canary', path }],
    ['edit_file', { path, old_text: 'canary', new_text: 'hurt' }],
    ['write_file', { path, content: 'hurt' }],
  )
  expect(told.join('\n')).not.toContain(CANARY)
  expect(told.join('\n')).not.toContain('root:')
  expect(bench.artifacts.holds(CANARY)).toBe(false)
  expect(place.surroundings()).toBe(before)
  // Where a text is a name like any other, its file is the agent's own
  const { [path]: _, ...others } = await bench.texts(output.snapshot)
  expect(others).toEqual(OWN)
})

test('names that every object has are names of files, and nothing else', async () => {
  const path = 'constructor'
  const { told, output } = await bench.use(
    ['read_file', 'write_file'],
    await bench.files(OWN),
    ['read_file', { path }],
    ['write_file', { path, content: 'x' }],
    ['read_file', { path: 'toString' }],
  )
  expect(told[0]).toContain('there is no file')
  expect(told[1]).toContain('created')
  expect(told[2]).toContain('there is no file')
  expect(await bench.texts(output.snapshot)).toEqual({ ...OWN, constructor: 'x' })
})

/** What a command puts among the files, and the path by which the file tools then try to get elsewhere. */
const TRAPS: [what: string, command: (place: Playground) => string, path: string][] = [
  ['a link to a file', ({ outside }) => `ln -s ${outside}/secret.txt trap`, 'trap'],
  ['a link to a system file', () => 'ln -s /etc/passwd trap', 'trap'],
  ['a relative link', () => 'ln -s ../outside/secret.txt trap', 'trap'],
  ['a link to a directory', ({ outside }) => `ln -s ${outside} trap`, 'trap/secret.txt'],
  ['a link to the top', () => 'ln -s / trap', 'trap/etc/passwd'],
  ['a link to itself', () => 'ln -s trap trap', 'trap'],
  ['a link to a link', ({ outside }) => `ln -s ${outside} a; ln -s a/secret.txt trap`, 'trap'],
  ['a link through /proc', ({ outside }) => `ln -s /proc/self/root${outside}/secret.txt trap`, 'trap'],
  ['a link where a file was', ({ outside }) => `rm own.txt; ln -s ${outside}/secret.txt own.txt`, 'own.txt'],
  ['a link where a directory was', ({ outside }) => `rm -r src; ln -s ${outside} src`, 'src/secret.txt'],
  ['a hard link', () => 'ln own.txt trap', 'trap'],
  ['a pipe', () => 'mkfifo trap', 'trap'],
  [
    'a socket',
    () => "node -e \"require('net').createServer().listen('trap', () => process.kill(process.pid, 9))\"",
    'trap',
  ],
  [
    'a directory of git with a hook',
    () => 'mkdir -p .git/hooks; echo evil > .git/hooks/post-checkout',
    '.git/hooks/post-checkout',
  ],
  ['one further down', () => 'mkdir -p src/.git; echo evil > src/.git/config', 'src/.git/config'],
  ['a name with a line break', () => "printf x > 'a\n/etc/passwd' || printf x > 'a\nb'", 'a\nb'],
  ['a name with a backslash', () => "echo x > '..\\outside'", '..\\outside'],
  ['a name that a terminal obeys', () => 'printf x > "$(printf \'\\033[2J\')"', '\u001b[2J'],
  ['the name of a device', () => 'echo x > NUL', 'NUL'],
  ['a directory that is closed', () => 'mkdir shut; echo x > shut/f; chmod 000 shut', 'shut/../../outside/secret.txt'],
  [
    'a very deep directory',
    () => 'd=d; for i in $(seq 80); do mkdir $d; cd $d; done; echo x > f',
    `${'d/'.repeat(80)}f`,
  ],
  [
    'a process that goes on',
    () => '(while sleep 0.05; do ln -sf /etc/passwd trap; done) >/dev/null 2>&1 & sleep 0.3',
    'trap',
  ],
]

sandboxDescribe('among the files that a command leaves', () => {
  test.each(TRAPS)('%s', async (_what, command, path) => {
    const before = place.surroundings()
    const all = ['run_command', 'read_file', 'search', 'write_file'] as const
    const { told, output } = await bench.use(
      [...all],
      await bench.files(OWN),
      ['run_command', { command: command(place) }],
      ['read_file', { path }],
      ['search', { pattern: 'root:|canary', is_regex: true }],
      ['write_file', { path, content: 'harmless' }],
    )
    expect(told.join('\n')).not.toContain(CANARY)
    expect(told.join('\n')).not.toMatch(/root:x:0/)
    expect(bench.artifacts.holds(CANARY)).toBe(false)
    expect(place.surroundings()).toBe(before)
    // What is kept are plain files with plain names
    for (const [name, text] of Object.entries(await bench.texts(output.snapshot)))
      expect([name, ['own', 'main', 'harmless', 'x\n', 'x'].includes(text)]).toEqual([name, true])
  })
})

test('a file that is exchanged for a link while it is taken is taken as it was, or left out', async () => {
  const artifacts = new MemoryArtifacts()
  const path = join(place.inside, 'flipping')
  writeFileSync(path, 'harmless')
  const flipper = startTypeScript('test/workspace/support/flip.ts', { args: [path, join(place.outside, 'secret.txt')] })
  let [taken, left] = [0, 0]
  try {
    for (const end = performance.now() + 10_000; performance.now() < end && (taken < 10 || left < 10);) {
      const leftOut: string[] = []
      const { files } = await snapshotOfDirectory(artifacts, place.inside, (why) => leftOut.push(why)).catch(() => ({
        files: {},
      }))
      if ('flipping' in files) taken++
      if (leftOut.length > 0) left++
    }
  } finally {
    flipper.kill('SIGKILL')
    await once(flipper, 'exit')
  }
  expect(artifacts.holds(CANARY)).toBe(false)
  expect({ taken: taken >= 10, left: left >= 10 }).toEqual({ taken: true, left: true })
})
