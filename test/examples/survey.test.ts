// The survey, on real folders, by its plan file and its team as they are.
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import survey from '../../examples/survey/team'
import type { Run, RunOutcome } from '../../src/index'
import { testNamespace } from '../support/server'
import { useTroupe } from '../support/troupe'
import { git, writeFiles } from './support/repository'

const test_ = useTroupe('survey')

beforeAll(async () => {
  await test_.serve(survey)
})

function folder(name: string): string {
  const path = join(test_.directory, name)
  mkdirSync(path, { recursive: true })
  return path
}

async function start(inputs: { dir: string; out: string }): Promise<Run> {
  const { team: _path, ...plan } = parse(readFileSync('examples/survey/plan.yaml', 'utf8')) as Record<string, unknown>
  return test_.troupe.start(plan, { team: survey, inputs })
}

async function surveyed(inputs: { dir: string; out: string }): Promise<RunOutcome & { text: string }> {
  const run = await start(inputs)
  const outcome = await run.result()
  const { path } = outcome.results.report!.output as { path: string }
  return { ...outcome, text: readFileSync(path, 'utf8') }
}

test('a repository is surveyed: folders, languages, tokens, longest files, history', async () => {
  const dir = folder('repository')
  git(dir, 'init', '--quiet')
  writeFiles(dir, {
    'README.md': '# Hello\n\nworld',
    'src/index.ts': 'export const one = 1\n'.repeat(30),
    'src/deep/tool.py': 'print("hi")\n'.repeat(5),
    'src/deep/tick`|pipe.py': 'pass\n',
    'odd names/a "quoted"\nname.txt': 'x\n',
    'odd names/__proto__': 'x\n',
    'tokens.txt': '<|endoftext|> is text here\n',
    '.gitignore': 'ignored.ts\n',
    'ignored.ts': 'never seen\n'.repeat(1_000),
    'picture.png': Buffer.from([0x89, 0x50, 0, 0, 1, 2]),
    'large.json': 'x'.repeat(4 * 1024 * 1024 + 1),
  })
  symlinkSync('README.md', join(dir, 'link.md'))
  git(dir, 'add', '--all')
  git(dir, 'commit', '--quiet', '--message', 'First | *step*')
  writeFiles(dir, { 'untracked.ts': 'let two = 2\n' })

  const { results, counts, text } = await surveyed({ dir, out: join(dir, 'SURVEY.md') })
  expect(counts).toMatchObject({ failed: 0, skipped: 0, cancelled: 0 })
  expect(results.list!.output).toMatchObject({
    root: dir,
    files: 9,
    leftOut: { binary: 1, large: 1, special: 1, unreadable: 0 },
    longest: expect.arrayContaining([{ path: 'src/index.ts', lines: 30 }]) as unknown,
  })
  // 3 + 30 + 5 + 1 + 1 + 1 + 1 + 1 + 1
  expect(results.report!.output).toMatchObject({ files: 9, lines: 44, folders: 4 })
  expect(Object.keys(results).sort()).toEqual(
    ['history', 'list', 'list/(root)', 'list/odd names', 'list/src', 'list/src.deep', 'list/totals', 'report'].sort(),
  )
  const { languages } = results.list!.output as { languages: { language: string; lines: number; tokens: number }[] }
  expect(languages.find(({ language }) => language === 'TypeScript')).toMatchObject({ lines: 31 })
  expect(languages.every(({ tokens }) => tokens > 0)).toBe(true)

  expect(text).toContain('# Survey of repository')
  expect(text).toContain('| `src` | 1 | 30 | 68 % |')
  expect(text).toContain('| ``src/deep/tick`\\|pipe.py`` | 1 |')
  expect(text).toContain('1 binary, 1 larger than 4 MiB, 1 links, submodules or gone')
  expect(text).toContain('1 commit from 2026-02-03 to 2026-02-03.')
  expect(text).toContain('| Ada \\| \\*Author\\* | First \\| \\*step\\* |')
  expect(text).not.toContain('ignored.ts')

  // The report is not part of what it reports: written again it is the same, byte for byte
  expect((await surveyed({ dir, out: join(dir, 'SURVEY.md') })).text).toBe(text)
  expect(existsSync(join(dir, 'SURVEY.md.new'))).toBe(false)
})

test('by the command line, relative paths count from where it was started, for every agent', async () => {
  const dir = folder('elsewhere/project')
  git(dir, 'init', '--quiet')
  writeFiles(dir, { 'main.go': 'package main\n' })
  git(dir, 'add', '--all')
  git(dir, 'commit', '--quiet', '--message', 'Begin')
  const [command, plan] = [resolve('dist/src/cli/main.js'), resolve('examples/survey/plan.yaml')]
  const { address: TEMPORAL_ADDRESS, namespace: TEMPORAL_NAMESPACE } = await testNamespace('survey-command')
  await promisify(execFile)(process.execPath, [command, 'run', plan, '--input', '{"dir": "project"}'], {
    cwd: join(dir, '..'),
    env: { ...process.env, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE },
  })
  const text = readFileSync(join(dir, '..', 'SURVEY.md'), 'utf8')
  expect(text).toContain('1 text file in 1 folder: **1 line**')
  expect(text).toContain('1 commit from')
})

test('without git: everything but what tools put there, and no history', async () => {
  const dir = folder('plain')
  writeFiles(dir, {
    'a.go': 'package a\n',
    'node_modules/x/index.js': 'x\n',
    'sub/b.go': 'package b\n',
    '.git/x.go': 'x\n',
  })
  const { results, text } = await surveyed({ dir, out: folder('reports') })
  expect(results.list!.output).toMatchObject({ files: 2, lines: 2 })
  expect(results.history!.output).toMatchObject({ commits: 0, recent: [], authors: [] })
  expect(text).toContain('No history: fatal: not a git repository')
  expect(existsSync(join(test_.directory, 'reports', 'SURVEY.md'))).toBe(true)
})

test('a repository without a commit, and an empty folder, are surveyed too', async () => {
  const fresh = folder('fresh')
  git(fresh, 'init', '--quiet')
  writeFiles(fresh, { 'new.rs': 'fn main() {}\n' })
  expect((await surveyed({ dir: fresh, out: join(fresh, 'S.md') })).text).toContain('| Rust | 1 | 1 | 100 % |')
  const empty = await surveyed({ dir: folder('empty'), out: join(test_.directory, 'empty.md') })
  expect(empty.results.report!.output).toMatchObject({ files: 0, folders: 0 })
})

test('a folder that its repository ignores is surveyed when it is asked for', async () => {
  const dir = folder('ignoring')
  git(dir, 'init', '--quiet')
  writeFiles(dir, { '.gitignore': 'build\n', 'build/out.js': 'x\n' })
  const { results } = await surveyed({ dir: join(dir, 'build'), out: join(dir, 'S.md') })
  expect(results.list!.output).toMatchObject({ files: 1 })
})

test('a file that cannot be read is counted, and fails nothing', async () => {
  const dir = folder('unreadable')
  writeFiles(dir, { 'good.ts': 'x\n', 'bad.ts': 'x\n' })
  chmodSync(join(dir, 'bad.ts'), 0)
  const { results } = await surveyed({ dir, out: join(dir, 'S.md') })
  // Whoever is root may read everything
  const unreadable = process.getuid?.() === 0 ? 0 : 1
  expect(results.list!.output).toMatchObject({ files: 2 - unreadable, leftOut: { unreadable } })
})

test('a folder that is not there fails the list, at once and by name, and skips the report', async () => {
  const dir = join(test_.directory, 'nowhere')
  const run = await start({ dir, out: join(test_.directory, 'none.md') })
  const { status, results } = await run.outcome()
  expect(status).toBe('failed')
  expect(results.list).toMatchObject({
    attempt: 1,
    error: { code: 'InvalidPayload', message: `there is no folder "${dir}"`, hint: 'set the input "dir" to a folder' },
  })
  expect(results.report!.status).toBe('skipped')
  expect(existsSync(join(test_.directory, 'none.md'))).toBe(false)
})
