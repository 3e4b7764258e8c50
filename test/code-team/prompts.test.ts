// What models are told: whole where a part would be missing in what is built, bounded where nobody reads all of it.
import { tokenCounter, type TokenCounter } from '../../src/agents/models/count-tokens'
import type { Check } from '../../src/code-team/documents'
import { architectPrompt } from '../../src/code-team/prompts/architect-agent'
import { coderPrompt } from '../../src/code-team/prompts/coder-agent'
import { reviewerPrompt } from '../../src/code-team/prompts/reviewer-agent'
import { architecture, specification } from './support/program'

let count: TokenCounter
beforeAll(async () => void (count = await tokenCounter()))

const NOTHING_SAID = { failures: [], problems: [], findings: [] }
const numbered = (count: number): number[] => Array.from({ length: count }, (_, place) => place + 1)
const large: typeof specification = {
  ...specification,
  requirements: numbered(200).map((number) => ({
    ...{ id: `R-${number}`, text: `requirement ${number} `.repeat(10) },
    criteria: [{ id: `AC-${number}`, text: `criterion ${number} `.repeat(20) }],
  })),
}

it('shows an architect the whole request, specification and repository, however long', () => {
  const request = numbered(9_000).join(' ')
  const repository = numbered(20_000).join(' ')
  const prompt = architectPrompt({ request, language: 'javascript', specification: large, repository })
  expect(prompt).toContain(request)
  expect(prompt).toContain(repository)
  for (const number of numbered(200)) expect(prompt).toContain(`"AC-${number}"`)
})

it('shows a coder its files whole: it writes them whole again', () => {
  const text = numbered(16_000).join('\n')
  const [module] = architecture.modules
  const told = { language: 'javascript' as const, module: module!, imports: [], ...NOTHING_SAID }
  expect(coderPrompt({ ...told, own: new Map([['src/add.js', text]]) }, count)).toContain(text)
})

it('bounds what it tells of failures and tests, those that failed first', () => {
  const tests: Check['tests'] = numbered(5_000).map((number) => ({
    ...{ file: 'test/add.test.js', name: `test ${number}`, status: 'passed' },
    ...(number === 4_000 ? { status: 'failed', message: 'the one that fails' } : {}),
  }))
  const check: Check = {
    ...{ passed: false, snapshot: '', command: [], exitCode: 1, tests, problems: [], output: '', sandboxed: true },
  }
  const common = { request: 'x', specification, architecture, contributions: [], untested: [] }
  const diff = { text: '', part: 1, parts: 1 }
  const prompt = reviewerPrompt({ ...common, check, diff }, count)
  expect(prompt).toContain('failed test/add.test.js: test 4000\nthe one that fails')
  expect(prompt).toMatch(/\n\(5,000 tests in all: [\d,]+ told whole, [\d,]+ by name or beginning, [\d,]+ not told\.\)/)
  expect(count(prompt)).toBeLessThan(20_000)
  const [module] = architecture.modules
  const failures = numbered(5_000).map((number) => ({ file: 'a', name: `test ${number}`, message: 'm '.repeat(2_000) }))
  const told = { language: 'javascript' as const, module: module!, imports: [], own: new Map<string, string>() }
  const problems = ['p '.repeat(100_000), 'the second']
  const mending = coderPrompt({ ...told, ...NOTHING_SAID, failures, problems }, count)
  expect(count(mending)).toBeLessThan(35_000)
  // None is cut in its middle
  expect(mending).toContain(`a: test 5\n${'m '.repeat(2_000)}\n`)
  expect(mending).toContain('a: test 500\n')
  expect(mending).toMatch(/\(5,000 tests that failed in all: 5 told whole, /)
  expect(mending).toContain('the second\n(2 problems in all: 1 told whole, 1 by name or beginning, 0 not told.)')
})
