// The report of a run, wherever it ended: truthful, and not to be steered by what models wrote.
import type { AgentResult } from '../../src/contract/run'
import { commandLine } from '../../src/code-team/check/scaffold'
import type { Architecture, Check, Contribution, Review, Specification } from '../../src/code-team/documents'
import { codePlan } from '../../src/code-team/plan'
import { codeRunOf, type RunFacts } from '../../src/code-team/report/code-run'
import { newestSnapshot } from '../../src/code-team/report/newest-snapshot'
import { code, table } from '../../src/code-team/report/markdown'
import { codeReport } from '../../src/code-team/report/report'
import { runJson } from '../../src/code-team/report/run-json'
import { storeSnapshot } from '../../src/workspace/snapshots'
import { memoryArtifacts, snapshotOf } from './support/artifacts'
import { approve, architecture, REQUEST, specification } from './support/program'

const artifacts = memoryArtifacts()
const { inputs } = codePlan({ request: REQUEST })

function succeeded(taskId: string, agent: string, output: unknown, tokensUsed = 10): AgentResult {
  return { taskId, status: 'succeeded', success: true, output, tokensUsed, durationMs: 1, agent, attempt: 1 }
}
function failed(taskId: string, agent: string, code: string, message: string): AgentResult {
  const error = { code: code as 'BudgetExceeded', message, retryable: false }
  return {
    taskId,
    status: 'failed',
    success: false,
    output: null,
    tokensUsed: 5,
    unconfirmedCalls: 1,
    durationMs: 1,
    agent,
    error,
  }
}
const facts = (results: AgentResult[], more: Partial<RunFacts> = {}): RunFacts => ({
  ...{ runId: 'code-1', status: 'failed', code: 'RunFailed', inputs },
  results: Object.fromEntries(results.map((one) => [one.taskId, one])),
  ...more,
})
async function wrote(
  prefix: string,
  module: string,
  texts: Record<string, string>,
  role: 'code' | 'tests' = 'code',
): Promise<AgentResult> {
  const patch = { write: (await snapshotOf(artifacts, texts)).files, remove: [] }
  const contribution: Contribution = { module, role, patch, notes: '' }
  const [id, agent] = role === 'code' ? [`code-${module}`, 'coder-agent'] : [`test-${module}`, 'test-agent']
  return succeeded(`${prefix}${id}`, agent, contribution)
}
async function checked(
  tests: Check['tests'],
  texts: Record<string, string>,
  more: Partial<Check> = {},
): Promise<Check> {
  const snapshot = await storeSnapshot(artifacts, await snapshotOf(artifacts, texts))
  const passed = tests.every(({ status }) => status === 'passed')
  return {
    passed,
    snapshot,
    command: ['node', '--test'],
    exitCode: passed ? 0 : 1,
    tests,
    problems: [],
    output: '',
    sandboxed: true,
    ...more,
  }
}
const begun = [succeeded('spec', 'spec-agent', specification), succeeded('architect', 'architect-agent', architecture)]
const passing: Check['tests'] = [{ file: 'test/add.test.js', name: '[AC-1] adds', status: 'passed', module: 'add' }]

describe('a run that ended', () => {
  it('before anything: names what failed, and delivers nothing', async () => {
    const run = codeRunOf(facts([failed('spec', 'spec-agent', 'ModelUnavailable', 'the provider is down')]))
    expect(run).toMatchObject({ done: false, rounds: [], contributions: [], tokensUsed: 5, unconfirmedCalls: 1 })
    const report = codeReport(run)
    expect(report).toContain('- spec failed (ModelUnavailable): the provider is down')
    expect(report).toContain('- There is no specification, and no code.')
    expect(report).toContain('Tokens: 5, and 1 call of which nobody knows')
    expect(await newestSnapshot(artifacts, run)).toBeUndefined()
  })

  it('among the writers: delivers what there is, as never tested', async () => {
    const results = [
      ...begun,
      await wrote('build/', 'add', { 'src/add.js': 'one' }),
      failed('build/code-cli', 'coder-agent', 'BudgetExceeded', 'no tokens'),
    ]
    const run = codeRunOf(facts(results, { code: 'BudgetExceeded', status: 'failed' }))
    const newest = await newestSnapshot(artifacts, run)
    expect(newest?.checked).toBe(false)
    expect(Object.keys(newest!.snapshot.files)).toEqual(['src/add.js', 'package.json'])
    const report = codeReport(run)
    expect(report).toContain('**Incomplete (BudgetExceeded):**')
    expect(report).toContain('never tested together')
    expect(report).toContain('The code of the module "cli" was not written')
    expect(report).toContain('- Tests: none were run')
    // What lacks a module is not to be started
    const start = commandLine(architecture.runCommand)
    expect(report).not.toContain(`\n${start}\n`)
    const whole = [...results.slice(0, -1), await wrote('build/', 'cli', { 'src/cli.js': 'two' })]
    expect(codeReport(codeRunOf(facts(whole)))).toContain(`\n${start}\n`)
  })

  it('in the middle of a later round: the newest files, and the last tests as what they are', async () => {
    const check = await checked([{ ...passing[0]!, status: 'failed', message: 'no' }], { 'src/add.js': 'one' })
    const results = [
      ...begun,
      await wrote('build/', 'add', { 'src/add.js': 'one' }),
      await wrote('build/', 'add', { 'test/add.test.js': 'test' }, 'tests'),
      succeeded('build/check', 'check', check),
      succeeded('build/review', 'reviewer-agent', approve),
      await wrote('build/decide/', 'add', { 'src/add.js': 'two!' }),
    ]
    const run = codeRunOf(facts(results, { status: 'cancelled', code: 'Cancelled' }))
    expect(run).toMatchObject({ checked: false, rounds: [{ number: 1, modules: ['add'], review: approve }] })
    const newest = await newestSnapshot(artifacts, run)
    expect(newest!.snapshot.files['src/add.js']!.bytes).toBe(4)
    const report = codeReport(run)
    expect(report).toContain('The run was cancelled before it was done.')
    expect(report).toContain('What was written last was not tested.')
    expect(report).toContain('before the files that were written last (round 1)')
    expect(report).toContain('These are results of round 1; files were written after it and not tested.')
    expect(report).toContain('the test "\\[AC-1\\] adds" in test/add.test.js fails')
    const last = { ...run, checked: true }
    expect((await newestSnapshot(artifacts, last))!.snapshot.files['src/add.js']!.bytes).toBe(3)
  })

  it('well: says so, and still names a criterion that no test stands for', async () => {
    const check = await checked(passing, { 'src/add.js': 'one' })
    const results = [
      ...begun,
      await wrote('build/', 'add', { 'src/add.js': 'one' }),
      await wrote('build/', 'cli', { 'src/cli.js': 'two' }),
      succeeded('build/check', 'check', check, 0),
      succeeded('build/review', 'reviewer-agent', approve),
      succeeded('gate', 'gate', {}, 0),
    ]
    const { code: _, ...rest } = facts(results, { status: 'succeeded' })
    const run = codeRunOf(rest)
    expect(run.done).toBe(true)
    const report = codeReport(run)
    expect(report).toMatch(/^\*\*Done:/m)
    expect(report).toMatch(/\| AC-1 .* \| adds \(passed\) \| passed \|/)
    expect(report).toMatch(/\| AC-2 .* \| none \| \*\*not tested\*\* \|/)
    expect(report).toContain('- No test that ran stands for AC-2')
    expect(report).toContain('node src/cli.js 2 3\nnode --test')
    expect(runJson(run)).toMatchObject({
      ...{ format: 'troupe-code-run', version: 1, done: true, tests: { passed: 1, failed: 0, skipped: 0 } },
      criteria: [
        { id: 'AC-1', result: 'passed' },
        { id: 'AC-2', result: 'untested', tests: [] },
      ],
    })
    expect(JSON.parse(JSON.stringify(runJson(run)))).toEqual(runJson(run))
  })
})

it('believes no gate without a check that passed', async () => {
  const check = await checked([{ ...passing[0]!, status: 'failed' }], {}, { passed: false })
  expect(codeRunOf(facts([succeeded('build/check', 'check', check), succeeded('gate', 'gate', {})])).done).toBe(false)
  expect(codeRunOf(facts([succeeded('gate', 'gate', {})])).done).toBe(false)
})

it('takes results of another form for what they are: nothing', () => {
  const run = codeRunOf(
    facts([succeeded('spec', 'spec-agent', { title: 1 }), succeeded('build/check', 'check', 'x')], { inputs: 'x' }),
  )
  expect(run).toMatchObject({ rounds: [], contributions: [] })
  expect(run).not.toHaveProperty('specification')
  expect(codeReport(run)).toContain('# code-1')
})

describe('words of models', () => {
  const evil = [
    '<script>alert(1)</script> <img src=x onerror=alert(1)>',
    '[click](javascript:alert(1)) ![x](http://evil.test/x.png) <http://evil.test> https://evil.test www.evil.test',
    '| a | b |\n|---|---|\n# heading\n- item\n1. one',
    '```\nend of fence\n```\n````` more',
    '`code` **bold** _it_ ~~gone~~ &lt; \\| \u202e\u0007\u001b[31m',
  ].join('\n')
  const spec: Specification = {
    ...{ title: evil, summary: evil, outOfScope: [evil], openQuestions: [{ question: evil, assumption: evil }] },
    requirements: [{ id: 'R-1', text: evil, criteria: [{ id: 'AC-1', text: evil }] }],
  }
  const drawn = (diagram: string): Architecture => ({
    ...architecture,
    diagram,
    decisions: [{ decision: evil, reason: evil }],
    modules: architecture.modules.map((one) => ({ ...one, purpose: evil })),
  })
  const review: Review = { verdict: 'changes', findings: [{ file: evil, line: 1, severity: 'blocking', text: evil }] }

  it('neither end a table or a fence, nor become markup, links or HTML', async () => {
    const tests: Check['tests'] = [
      { file: evil, name: `[AC-1] ${evil}`, status: 'failed', message: evil },
      { file: evil, name: evil, status: 'failed', message: evil },
    ]
    const check = await checked(tests, {}, { problems: [{ text: evil }], output: evil })
    const results = [
      succeeded('spec', 'spec-agent', spec),
      succeeded('architect', 'architect-agent', drawn('flowchart LR\n  a --> b')),
      succeeded('build/check', 'check', check),
      succeeded('build/review', 'reviewer-agent', review),
      failed('gate', 'gate', 'TestsFailed', evil),
    ]
    const report = codeReport(
      codeRunOf(facts(results, { inputs: { ...inputs, request: evil }, error: { message: evil } })),
    )
    const prose = outsideFences(report)
    expect(prose.join('\n')).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u)
    for (const line of prose.map(withoutCode)) {
      expect(line).not.toMatch(/<(?!br>)/)
      expect(line).not.toMatch(/(?<!\\)\]\(|(?<!\\)!\[|(?<!\\):\/\/|(?<!\\)~~/)
      expect(line).not.toMatch(/\bwww\./)
    }
    const tables = prose.filter((line) => line.startsWith('|'))
    const widths = new Set(tables.map((line) => line.split(/(?<!\\)\|/).length))
    expect([...widths].sort()).toEqual([5, 6, 8, ...(widths.has(7) ? [7] : [])].sort())
    expect(prose.filter((line) => /^# /.test(line))).toHaveLength(1)
    expect(prose).toContain('## What is not done')
  })

  it.each([
    ['a link', 'flowchart LR\n  a --> b\n  click a "https://evil.test"'],
    ['a script', 'flowchart LR\n  a["<img src=x onerror=alert(1)>"]'],
    ['settings', '%%{init: {"securityLevel": "loose"}}%%\nflowchart LR\n  a --> b'],
    ['another kind of diagram', 'sequenceDiagram\n  a->>b: x'],
    ['the end of its fence', 'flowchart LR\n  a --> b\n```\n# out'],
  ])('draw nothing but modules: %s', (_what, diagram) => {
    const report = codeReport(
      codeRunOf(
        facts([succeeded('spec', 'spec-agent', spec), succeeded('architect', 'architect-agent', drawn(diagram))]),
      ),
    )
    expect(report).toContain('```mermaid\nflowchart LR\n  add\n  cli --> add\n```')
  })
})

it.each(['a|b', 'a\\|b', 'a\\\\|b', '\\\\\\|<img src=x>'])('lets no bar end a cell: %s', (text) => {
  const [, , row] = table(['x'], [[code(text)]]).split('\n')
  for (const [, slashes] of row!.slice(1, -1).matchAll(/(\\*)\|/g)) expect(slashes!.length % 2).toBe(1)
})

describe('a request', () => {
  it.each<[string, Parameters<typeof codePlan>[0], RegExp, RegExp]>([
    ['of nothing', { request: ' \n' }, /empty/, /say what/],
    ['in a language that we do not write', { request: 'x', language: 'pyton' }, /does not write "pyton"/, /"python"/],
    ['for no rounds', { request: 'x', maxRounds: 0 }, /0 is no number of rounds/, /1 to 5/],
    ['for too many', { request: 'x', maxRounds: 6 }, /6 is no/, /1 to 5/],
    ['for half a round', { request: 'x', maxRounds: 1.5 }, /1.5 is no/, /1 to 5/],
    ['in a mode that there is not', { request: 'x', mode: 'teem' }, /no mode "teem"/, /"team"/],
  ])('%s is refused', (_what, request, message, hint) => {
    const refused = { code: 'InvalidUsage', message: expect.stringMatching(message), hint: expect.stringMatching(hint) }
    expect(() => codePlan(request)).toThrow(expect.objectContaining(refused))
  })

  it('becomes a plan that repeats nothing of it', () => {
    const { plan, inputs: given } = codePlan({
      request: 'a secret thing',
      language: 'JavaScript',
      base: 'b'.repeat(64),
    })
    expect(plan.subtasks.map(({ id }) => id)).toEqual(['baseline', 'spec', 'architect', 'build', 'gate'])
    expect(JSON.stringify(plan)).not.toContain('secret')
    expect(given).toEqual({
      request: 'a secret thing',
      language: 'javascript',
      mode: 'team',
      maxRounds: 3,
      base: 'b'.repeat(64),
    })
  })
})

function withoutCode(line: string): string {
  return line.replace(/(?<![\\`])(`+)[^`](?:.*?[^`])?\1(?!`)/g, '')
}

function outsideFences(markdown: string): string[] {
  let fence: string | undefined
  return markdown.split('\n').filter((line) => {
    const mark = /^(`{3,})(.*)$/.exec(line)
    if (fence === undefined) {
      fence = mark?.[1]
      return fence === undefined
    }
    if (mark && mark[1]!.length >= fence.length && mark[2] === '') fence = undefined
    return false
  })
}
