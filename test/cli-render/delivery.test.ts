// The last lines of a run of the code team, and the advice as a table.
import { advise } from '../../src/advise/advise'
import { renderAdvice } from '../../src/cli/render/advice'
import { renderDelivery, type DeliveryToTell } from '../../src/cli/render/delivery'
import { EVIL, expectHarmless } from './support'

type Run = DeliveryToTell['run']

function told(run: Partial<Run> = {}, more: Partial<DeliveryToTell> = {}): DeliveryToTell {
  const check = { passed: true, snapshot: '', command: [], exitCode: 0, tests: [], problems: [], output: '' }
  const rounds = [{ number: 2, modules: [], check: { ...check, sandboxed: true } }] as unknown as Run['rounds']
  const agents = [
    { agent: 'spec-agent', executions: 1, tokensUsed: 1_200, unconfirmedCalls: 0 },
    { agent: 'check', executions: 2, tokensUsed: 0, unconfirmedCalls: 0 },
    { agent: 'coder-agent', executions: 3, tokensUsed: 9_800, unconfirmedCalls: 1 },
  ]
  const usual = { runId: 'code-ab12', status: 'succeeded', done: true, rounds, agents }
  return {
    run: { ...usual, tokensUsed: 11_000, unconfirmedCalls: 0, ...run },
    durationMs: 61_000,
    notDone: [],
    hints: [],
    tests: { passed: 17, failed: 0, skipped: 0 },
    delivered: { directory: 'troupe-out/code-ab12', files: 10, report: 'troupe-out/code-ab12/REPORT.md' },
    runCommand: 'cd troupe-out/code-ab12 && node src/cli.js',
    uiLink: 'http://127.0.0.1:8233/x',
    ...more,
  }
}
const lines = (value: DeliveryToTell): string[] => renderDelivery(value, { color: false })

test('what is done: files, tests, tokens, the link, how to run it, the report', () => {
  expect(lines(told())).toEqual([
    '✓ code-ab12 succeeded in 1 min 1 s',
    '  files        10 files in troupe-out/code-ab12',
    '  tests        17 passed, 0 failed · round 2',
    '  tokens       11.0k',
    '  Temporal UI  http://127.0.0.1:8233/x',
    '  run it       cd troupe-out/code-ab12 && node src/cli.js',
    '  report       troupe-out/code-ab12/REPORT.md',
  ])
})

test('what is not done comes first, the first of it; at the cap the agents are named by what they spent', () => {
  const notDone = Array.from({ length: 10 }, (_, place) => `thing ${place}`)
  const failed = { status: 'failed', code: 'BudgetExceeded' as const, done: false, unconfirmedCalls: 1 }
  const [title, first, ...rest] = lines(
    told(failed, { notDone, hints: ['raise it'], tests: { passed: 1, failed: 2, skipped: 1 } }),
  )
  expect([title, first]).toEqual(['✗ code-ab12 failed (BudgetExceeded) in 1 min 1 s', '  not done: thing 0'])
  expect(rest.slice(7, 9)).toEqual(['  … 2 more: see the report', '  hint: raise it'])
  expect(rest).toContain('  tests        1 passed, 2 failed, 1 skipped · round 2')
  expect(rest).toContain('  tokens       11.0k, 1 call unconfirmed: coder-agent 9.8k, spec-agent 1.2k')
})

test('a branch is named; tests that were not sandboxed, or never ran, are told as such', () => {
  const branch = {
    directory: '/srv/repo',
    branch: 'troupe/code-ab12',
    files: 1,
    report: 'troupe-out/code-ab12/REPORT.md',
  }
  const onBranch = lines(told({}, { delivered: branch }))
  expect(onBranch).toContain('  files        1 file changed on the branch troupe/code-ab12 of /srv/repo')
  expect(onBranch).toContain('  report       troupe/code-ab12:troupe-out/code-ab12/REPORT.md')
  const loose = told()
  loose.run.rounds[0]!.check.sandboxed = false
  expect(lines(loose)).toContain('  tests        17 passed, 0 failed · round 2 · without a sandbox')
  const {
    delivered: _,
    tests: __,
    runCommand: ___,
    uiLink: ____,
    ...bare
  } = told({ rounds: [], status: 'cancelled', done: false })
  expect(lines(bare)).toEqual([
    '✗ code-ab12 cancelled in 1 min 1 s',
    '  tests        none were run',
    '  tokens       11.0k',
  ])
})

test.each([true, false])('no word of a model acts on the terminal (colours: %s)', (color) => {
  const agents = [{ agent: EVIL, executions: 1, tokensUsed: 5, unconfirmedCalls: 0 }]
  const delivered = { directory: EVIL, branch: EVIL, files: 1, report: EVIL }
  const run = { runId: EVIL, agents, code: 'BudgetExceeded' as const, status: 'failed' }
  expectHarmless(
    renderDelivery(told(run, { notDone: [EVIL], hints: [EVIL], delivered, runCommand: EVIL, uiLink: EVIL }), { color }),
  )
})

test('the advice names each criterion, what was said and what it speaks for', () => {
  expect(renderAdvice(advise({ people: '1-5', complexity: 'parallel', context: 'exceeds' }), { color: false })).toEqual(
    [
      'people      1-5: one to five                     → one agent',
      'complexity  parallel: parts side by side         → team',
      'context     exceeds: it is more than one window  → team',
      'failure     not said: counts for the simple one  → one agent',
      'operations  not said: counts for the simple one  → one agent',
      'advice: one agent (3 for one agent, 2 for a team)',
      'next: troupe code "REQUEST" --mode single, or a plan of one subtask',
    ],
  )
})
