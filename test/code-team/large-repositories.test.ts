// What agents are shown of repositories that do not fit a model: a map for those who plan, its module whole for who writes it,
// parts for who judges; and what is refused with its count.
import { architectAgent } from '../../src/code-team/agents/architect-agent'
import { coderAgent } from '../../src/code-team/agents/coder-agent'
import { joined, reviewerAgent } from '../../src/code-team/agents/reviewer-agent'
import { specAgent } from '../../src/code-team/agents/spec-agent'
import { testAgent } from '../../src/code-team/agents/test-agent'
import { sizeProblems } from '../../src/code-team/architecture/check-sizes'
import type { Check, Module, Review } from '../../src/code-team/documents'
import { countTokens, tokenCounter } from '../../src/agents/models/count-tokens'
import { diffParts } from '../../src/code-team/prompts/diff-parts'
import { MAP_TOKENS, MODULE_TOKENS } from '../../src/code-team/token-limits'
import { diffSnapshots } from '../../src/workspace/diff-snapshots'
import { storeSnapshot } from '../../src/workspace/snapshots'
import { askAgent } from './support/answering'
import { memoryArtifacts, snapshotOf } from './support/artifacts'
import { approve, architecture, files, REQUEST, specification } from './support/program'

const artifacts = memoryArtifacts()
const stored = async (texts: Record<string, string>): Promise<string> =>
  storeSnapshot(artifacts, await snapshotOf(artifacts, texts))
const numbered = (count: number): number[] => Array.from({ length: count }, (_, place) => place)
/** Some twelve tokens a line. */
const code = (lines: number, name = 'line'): string =>
  numbered(lines)
    .map((line) => `export const ${name}${line} = ${line} // ${name} ${line}\n`)
    .join('')
const [add, cli] = architecture.modules as [Module, Module]
const NOTHING_SAID = { failures: [], problems: [], findings: [] }
const common = { language: 'javascript', round: 1, ...NOTHING_SAID }
const asked = { request: REQUEST, language: 'javascript' }

it('shows architect and spec-agent a map of a repository, and never the text of its code', async () => {
  const before = Object.fromEntries(numbered(200).map((n) => [`src/part${n % 9}/file${n}.js`, code(40, `name${n}at`)]))
  const base = await stored({ ...before, 'README.md': '# The sums\nIt adds.\n', 'node_modules/x/x.js': 'secret()' })
  const answers = [architecture]
  const { questions } = await askAgent(architectAgent, { ...asked, specification, base }, { artifacts, answers })
  const [question] = questions as [string]
  expect(question).toMatch(/The existing repository:\n`+\n201 files with [\d,]+ tokens\.\nLeft out: 1 vendored\.\n/)
  expect(question).toContain('exports name0at0, name0at1, ')
  expect(question).toContain('=== README.md\n# The sums\nIt adds.\n')
  expect(question).not.toContain('// name')
  expect(question).not.toContain('secret()')
  expect(await countTokens(question)).toBeLessThan(MAP_TOKENS + 3_000)
  const spec = await askAgent(specAgent, { ...asked, base }, { artifacts, answers: [specification] })
  expect(spec.questions[0]).toContain('Reduced to fit: ')
  expect(spec.questions[0]).not.toContain('// name')
})

it('has the architect split a module that is too large for one coder, and refuses one that stays so with its count', async () => {
  const base = await stored({ 'src/a.js': code(2_500), 'src/b.js': code(2_500), 'src/add.js': code(1) })
  const large = { ...architecture, modules: [{ ...add, paths: ['src/add.js', 'src/a.js', 'src/b.js'] }, cli] }
  const payload = { ...asked, specification, base }
  const mended = await askAgent(architectAgent, payload, { artifacts, answers: [large, architecture] })
  expect(mended.output).toEqual(architecture)
  expect(mended.questions[1]).toMatch(
    /the code of module "add" has [\d,]+ tokens in 3 files, one coder takes at most 50,000: split it into modules .*\(the largest: src\/[ab]\.js [\d,]+, /,
  )
  await expect(askAgent(architectAgent, payload, { artifacts, answers: [large] })).rejects.toMatchObject({
    ...{ code: 'OutputRejected', retryable: false },
    message: expect.stringMatching(/module "add" has [\d,]+ tokens in 3 files, one coder takes at most 50,000/),
  })
})

it('tells of tests and of single files that are too large as well, and of nothing that fits', () => {
  const sizes = [
    { path: 'src/add.js', tokens: MODULE_TOKENS + 1 },
    { path: 'test/cli.test.js', tokens: MODULE_TOKENS + 2 },
    { path: 'src/cli.js', tokens: MODULE_TOKENS },
    { path: 'src/other.js', tokens: 10 * MODULE_TOKENS },
  ]
  expect(sizeProblems([add, cli], sizes)).toEqual([
    'the code of module "add" has 50,001 tokens in 1 files, one coder takes at most 50,000: leave src/add.js alone, which has 50,001 by itself',
    expect.stringMatching(/^the tests of module "cli" has 50,002 tokens in 1 files, one test-agent takes at most/),
  ])
})

describe('a coder', () => {
  const base = {
    'src/cli.js': `import { used } from './used.js'\n${code(2_000, 'own')}`,
    'src/used.js': 'export function used(a, b) {\n  return hidden(a)\n}\nfunction hidden() {}\n',
    'src/other.js': 'export const other = 1\n',
    'src/cli-notes.txt': 'notes',
  }
  const payload = async (more: object = {}): Promise<object> => ({
    ...{ ...common, mode: 'team', module: cli, base: await stored(base), ...more },
    imports: [
      {
        module: add,
        contributions: [
          await contribution({ 'src/add.js': 'export const add = (a, b) => inner(a, b)\nconst inner = 1\n' }),
        ],
      },
    ],
  })
  const contribution = async (texts: Record<string, string>): Promise<object> => ({
    ...{ module: 'add', role: 'code', notes: '' },
    patch: { write: (await snapshotOf(artifacts, texts)).files, remove: [] },
  })
  const answers = [files({ 'src/cli.js': 'export const sum = 1\n' })]

  it('is shown its module whole, the contracts of what it imports, and nothing else', async () => {
    const { questions } = await askAgent(coderAgent, await payload(), { artifacts, answers })
    const [question] = questions as [string]
    expect(question).toContain(base['src/cli.js'])
    expect(question).toContain(add.contract)
    expect(question).toContain('What "add" exports:\n```\n=== src/add.js\nexport const add = (a, b) =>\n```')
    expect(question).toContain('=== src/used.js\nexport function used(a, b)\n```')
    for (const hidden of ['inner', 'hidden', 'other', 'notes', add.purpose + add.purpose])
      expect(question).not.toContain(hidden)
  })

  it('is refused a module that is too large, with the count and before anything is asked', async () => {
    const grown = await contribution({ 'src/cli.js': code(6_000) })
    await expect(
      askAgent(coderAgent, await payload({ previous: grown }), { artifacts, answers }),
    ).rejects.toMatchObject({
      ...{ code: 'TooManyTokens', retryable: false },
      message: expect.stringMatching(/^the module "cli" has [\d,]+ tokens, at most 50,000 fit$/),
    })
    const tests = { ...common, module: { ...cli, testPaths: ['test/'] }, imports: [] }
    const all = await stored({ 'test/a.test.js': code(3_000), 'test/b.test.js': code(3_000) })
    await expect(askAgent(testAgent, { ...tests, base: all }, { artifacts, answers })).rejects.toMatchObject({
      message: expect.stringMatching(/^the tests of module "cli" has [\d,]+ tokens, at most 50,000 fit$/),
    })
  })

  it('is told the names alone where the signatures are too many, which is said', async () => {
    const many = await contribution({ 'src/add.js': code(2_500) })
    const imports = [{ module: add, contributions: [many] }]
    const told = { ...(await payload()), imports }
    const { questions } = await askAgent(coderAgent, told, { artifacts, answers })
    expect(questions[0]).toMatch(
      /Names alone: all signatures have [\d,]+ tokens, 20,000 fit\.\nsrc\/add\.js: line0, line1, /,
    )
    const more = [{ module: add, contributions: [await contribution({ 'src/add.js': code(12_000) })] }]
    await expect(askAgent(coderAgent, { ...told, imports: more }, { artifacts, answers })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^the list of names that the module "cli" imports has [\d,]+ tokens, at most 20,000 fit$/,
      ),
    })
  })

  it('alone is shown all of a repository that fits, and refused one that does not', async () => {
    const single = { ...common, mode: 'single', request: REQUEST, imports: [], module: { ...cli, name: 'program' } }
    const whole = { ...single, base: await stored({ ...base, 'package-lock.json': '{"secret": 1}' }) }
    const { questions } = await askAgent(coderAgent, whole, { artifacts, answers })
    for (const text of Object.values(base)) expect(questions[0]).toContain(text)
    expect(questions[0]).not.toContain('secret')
    const large = { ...single, base: await stored({ 'a.js': code(3_000), 'b.js': code(3_000) }) }
    await expect(askAgent(coderAgent, large, { artifacts, answers })).rejects.toMatchObject({
      ...{ code: 'TooManyTokens', hint: 'let a team divide it: --mode team' },
      message: expect.stringMatching(
        /^the repository, which one coder is to work on, has [\d,]+ tokens, at most 50,000 fit$/,
      ),
    })
  })

  it('is asked nothing that is too long in all', async () => {
    const wordy = { ...cli, contract: 'word '.repeat(130_000) }
    await expect(askAgent(coderAgent, await payload({ module: wordy }), { artifacts, answers })).rejects.toMatchObject({
      ...{ code: 'TooManyTokens' },
      message: expect.stringMatching(/^what the model would have to read has [\d,]+ tokens, at most 120,000 fit$/),
    })
  })
})

describe('a reviewer', () => {
  it('judges a long difference in parts, which are all of it, and one finding is enough', async () => {
    const now = await snapshotOf(artifacts, { 'src/add.js': code(6_000, 'one'), 'src/cli.js': code(3_000, 'two') })
    const check: Check = {
      ...{
        passed: true,
        snapshot: await storeSnapshot(artifacts, now),
        command: [],
        exitCode: 0,
        tests: [],
        problems: [],
      },
      ...{ output: '', sandboxed: true },
    }
    const finding = { file: 'src/add.js', line: 5_999, severity: 'blocking' as const, text: 'It is wrong.' }
    const changes: Review = { verdict: 'changes', findings: [finding] }
    const payload = { ...asked, specification, architecture, contributions: [], check }
    const { output, questions } = await askAgent(reviewerAgent, payload, {
      artifacts,
      answers: [approve, changes, approve],
    })
    expect(output).toEqual(changes)
    expect(questions.length).toBeGreaterThanOrEqual(3)
    const all = questions.join('')
    for (const line of [0, 2_999, 5_999]) expect(all).toContain(`+export const one${line} = `)
    for (const [place, question] of questions.entries()) {
      expect(question).toContain(`The difference, part ${place + 1} of ${questions.length}:`)
      expect(await countTokens(question)).toBeLessThan(60_000)
    }
    expect(joined([approve, approve])).toEqual(approve)
  })

  it('is shown every line of the difference once, under its file, with its own number', async () => {
    const old = numbered(400).map((line) => `line ${line}\n`)
    const now = old.map((line, place) => (place % 10 === 0 ? `new ${line}` : line))
    const before = await snapshotOf(artifacts, { 'a.txt': old.join(''), 'gone.txt': 'x\n' })
    const after = await snapshotOf(artifacts, { 'a.txt': now.join(''), 'b.txt': 'y\n' })
    const diff = await diffSnapshots(artifacts, before, after)
    const count = await tokenCounter()
    const parts = diffParts(diff, 400, count)
    expect(parts.length).toBeGreaterThan(3)
    const changed = (text: string): string[] => text.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line))
    expect(parts.flatMap(changed)).toEqual(changed(diff))
    for (const part of parts) {
      expect(count(part)).toBeLessThanOrEqual(400)
      expect(part).toMatch(/^diff --git /)
      const own = part.split(/^(?=diff --git )/m).filter((file) => file.includes('+++ b/a.txt'))
      for (const [, from, hunk] of own.join('').matchAll(/@@ -\d+,\d+ \+(\d+),\d+ @@\n((?:[ +-].*\n)+)/g)) {
        const lines = hunk!.split('\n').filter((line) => /^[ +]/.test(line))
        lines.forEach((line, place) => expect(now[Number(from) - 1 + place]).toBe(`${line.slice(1)}\n`))
      }
    }
    expect(diffParts(diff, 100_000, count)).toEqual([diff])
    expect(diffParts('', 10, count)).toEqual([''])
  })
})
