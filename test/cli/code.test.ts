// `troupe code`, as a process: what it delivers, and how it ends.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { REQUEST, wrongAdd } from '../code-team/support/program'
import { GOOD, summaryOf, useCodePlace } from './support/code-place'
import { CALLS, TOKENS_A_CALL } from './support/recordings'
import { sandboxTest as it } from '../support/sandbox'
import { plainGit } from '../workspace/support/repository'

const at = useCodePlace('cli-code')

it('delivers files, a report and run.json, prints the way on, and attach delivers the same again', async () => {
  const {
    code: exitCode,
    stdout,
    stderr,
  } = await at.start(['code', '-', ...GOOD, '--id', 'sum'], { stdin: REQUEST }).finished
  expect([exitCode, stdout.split('\n').slice(0, 4)]).toEqual([
    0,
    [
      expect.stringMatching(/^✓ sum succeeded in /),
      '  files        5 files in troupe-out/sum',
      '  tests        2 passed, 0 failed · round 1',
      `  tokens       ${CALLS * TOKENS_A_CALL}, cost unknown`,
    ],
  ])
  expect(stdout).toContain('  run it       cd troupe-out/sum && node src/cli.js 2 3\n')
  expect(stdout).toContain('  report       troupe-out/sum/REPORT.md\n')
  expect(stderr).toMatch(/subtask\.completed +build\/check/)
  expect(stderr).not.toContain('task.created')
  expect(readdirSync(join(at.place.directory, 'troupe-out/sum')).sort()).toEqual([
    'REPORT.md',
    'package.json',
    'run.json',
    'src',
    'test',
  ])
  expect(at.read('troupe-out/.gitignore')).toBe('*\n')
  expect(at.read('troupe-out/sum/REPORT.md')).toContain(REQUEST)
  expect(JSON.parse(at.read('troupe-out/sum/run.json'))).toMatchObject({ runId: 'sum', done: true })
  // What was delivered is the user's: no second delivery touches it
  const report = join(at.place.directory, 'troupe-out/sum/REPORT.md')
  writeFileSync(report, 'my own words')
  const again = await at.start(['attach', 'sum', '-o', 'json']).finished
  expect([again.code, summaryOf(again)]).toMatchObject([
    0,
    { runId: 'sum', done: true, tests: { passed: 2 }, delivered: { directory: dirname(report), files: 5 } },
  ])
  expect(readFileSync(report, 'utf8')).toBe('my own words')
  execFileSync(process.execPath, ['--test'], { cwd: dirname(report), env: { PATH: process.env['PATH'] } })
})

it('what fails is delivered as incomplete, and ends with 5; one coder works under the same rules', async () => {
  at.place.write('request.txt', `${REQUEST}\n`)
  const failed = await at.code(
    '@request.txt',
    '--model',
    'scripted/wrong.json',
    '--max-rounds',
    '1',
    '--dir',
    'bad',
    '-o',
    'json',
  )
  expect(failed.code).toBe(5)
  expect(summaryOf(failed)).toMatchObject({
    status: 'failed',
    code: 'TestsFailed',
    done: false,
    tests: { passed: 0, failed: 2 },
  })
  expect(at.read('bad/src/add.js')).toContain('a - b')
  expect(at.read('bad/REPORT.md')).toContain('**Incomplete (TestsFailed):**')
  const people = await at.start(['attach', summaryOf(failed).runId]).finished
  expect([people.code, people.stdout]).toEqual([5, expect.stringContaining('not done: the test "[AC-1] adds"')])

  const alone = { agent: 'coder-agent', content: wrongAdd }
  at.place.write('alone.json', { format: 'troupe-recording', version: 1, answers: [alone] })
  const single = await at.code(REQUEST, '--mode', 'single', '--max-rounds', '1', '--model', 'scripted/alone.json')
  expect([single.code, single.stdout]).toEqual([5, expect.stringMatching(/not done: .*no test/i)])
})

it('at the cap it ends with 7, says what was spent on what, and delivers what was done', async () => {
  const { code: exitCode, stdout } = await at.code(REQUEST, ...GOOD, '--max-tokens', '2100', '--dir', 'capped')
  expect([exitCode, stdout]).toEqual([7, expect.stringMatching(/^✗ code-\w{4} failed \(BudgetExceeded\) in /)])
  expect(stdout).toMatch(/ {2}tokens +\d+, cost unknown: .*spec-agent 100/)
  expect(stdout.match(/--max-tokens N/g)).toHaveLength(1)
  // The command's module was not written
  expect(stdout).not.toContain('run it')
  expect(readdirSync(join(at.place.directory, 'capped'))).toEqual(expect.arrayContaining(['REPORT.md', 'run.json']))
  expect(at.read('capped/REPORT.md')).toContain('BudgetExceeded')
})

it('a repository gets a branch with the report on it, and its working tree is left alone', async () => {
  const repository = join(at.place.directory, 'repository')
  mkdirSync(repository)
  const settings = ['-c', 'user.name=A', '-c', 'user.email=a@b']
  const git = (...args: string[]): string => execFileSync('git', [...settings, ...args], { cwd: repository }).toString()
  git('init', '-q', '-b', 'main')
  writeFileSync(join(repository, 'README.md'), 'before\n')
  git('add', '.')
  git('commit', '-q', '-m', 'first')
  writeFileSync(join(repository, 'README.md'), 'not committed\n')
  const before = git('status', '--porcelain=v2', '--branch')

  const args = [REQUEST, ...GOOD, '--dir', 'repository', '--id', 'branched', '--apply']
  const { code: exitCode, stdout, stderr } = await at.code(...args)
  expect(stderr).toMatch(/note: it begins from the commit [0-9a-f]{10}; what is not committed is not seen/)
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringContaining('changed on the branch troupe/branched of repository'),
  ])
  expect(stdout).toContain('run it       cd repository && git switch troupe/branched && node src/cli.js 2 3\n')
  expect(stdout).toContain('  applied      5 files in the working tree · troupe undo branched takes it back\n')
  expect([
    readFileSync(join(repository, 'src/cli.js'), 'utf8'),
    git('status', '--porcelain=v2', '--branch', '-uno'),
  ]).toEqual([git('show', 'troupe/branched:src/cli.js'), before.replace(/^[?].*\n/gm, '')])
  expect(git('show', 'troupe/branched:README.md')).toBe('before\n')
  expect(git('show', 'troupe/branched:src/add.js')).toContain('a + b')
  expect(git('show', 'troupe/branched:troupe-out/branched/REPORT.md')).toContain('**Done:**')
  expect(git('log', '--format=%s', 'main..troupe/branched')).toBe('Sum: a command that adds numbers\n')
  const undone = await at.start(['undo', 'branched']).finished
  expect([undone.code, undone.stderr]).toEqual([0, expect.stringContaining('taking back 5 files in')])
  expect([git('branch', '--list', 'troupe/*'), git('status', '--porcelain=v2', '--branch')]).toEqual(['', before])
  expect(summaryOf(await at.start(['attach', 'branched', '-o', 'json']).finished)).toMatchObject({
    delivered: { commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
  })

  // Somebody goes on there: that is theirs, and told
  git('branch', '-f', 'troupe/branched', 'main')
  const moved = await at.start(['attach', 'branched', '-o', 'json']).finished
  expect([moved.code, moved.stderr]).toEqual([2, expect.stringContaining('DeliveryRefused')])
  expect(summaryOf(moved)).toMatchObject({ done: true })
})

it('any program may be the coder: its first work changes a test and is refused, its second is delivered; no model is asked', async () => {
  const repository = join(at.place.directory, 'own')
  mkdirSync(join(repository, 'test'), { recursive: true })
  const old = "require('node:test')('old', () => {})\n"
  writeFileSync(join(repository, 'test/old.test.js'), old)
  const git = (...args: string[]): string => plainGit(repository, ...args)
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'first')
  // Stands for Claude Code
  const program = `#!/bin/sh
prompt=$(cat)
[ "$1 $2 $3" = "-p --permission-mode acceptEdits" ] || exit 2
case "$prompt" in
  *"is a test that was there before"*) ;;
  *) echo 'weaker' > test/old.test.js ;;
esac
mkdir -p src
echo 'exports.add = (a, b) => a + b' > src/add.js
echo "require('node:test')('adds', () => require('node:assert').equal(require('../src/add.js').add(2, 3), 5))" > test/add.test.js
echo 'I have added it.'
`
  mkdirSync(join(at.place.directory, 'bin'))
  writeFileSync(join(at.place.directory, 'bin/claude'), program, { mode: 0o755 })
  const environment = { PATH: `${join(at.place.directory, 'bin')}:${process.env['PATH']}` }
  const team = resolve('examples/any-coder/team.ts')
  const args = ['code', REQUEST, '--team', team, '--mode', 'single', '--dir', 'own', '--id', 'own', '-o', 'json']
  const done = await at.start(args, { environment }).finished
  expect([done.code, done.stderr]).toEqual([0, expect.any(String)])
  expect(summaryOf(done)).toMatchObject({ done: true, tokensUsed: 0, rounds: 2, tests: { passed: 1, failed: 0 } })
  expect(git('diff', '--name-only', 'main', 'troupe/own').split('\n').slice(0, 2)).toEqual([
    'src/add.js',
    'test/add.test.js',
  ])
  expect(git('show', 'troupe/own:test/old.test.js')).toBe(old.trim())
  expect(git('status', '--porcelain')).toBe('')
})
