// Small changes of new code: what is changed and what is not, that those which no test notices are found, and whom they reach.
import { codePlan } from '../../src/code-team/plan'
import { codeReport } from '../../src/code-team/report/report'
import { mutationsOf, spread, syntaxOf, type Mutation } from '../../src/code-team/mutations/mutate'
import { tokensOf } from '../../src/code-team/mutations/tokens'
import { tryMutations } from '../../src/code-team/mutations/try-mutations'
import { newLines } from '../../src/workspace/diff-snapshots'
import { EMPTY_SNAPSHOT, readText } from '../../src/workspace/snapshots'
import { useTroupe } from '../support/troupe'
import { memoryArtifacts, snapshotOf } from './support/artifacts'
import { useCodeTeam } from './support/play'
import { files, good, testFile } from './support/program'

const everyLine = (source: string): Set<number> => newLines('', source)
const javascript = (source: string): Mutation[] => mutationsOf(source, 'javascript', everyLine(source))
const python = (source: string): Mutation[] => mutationsOf(source, 'python', everyLine(source))
const told = (mutations: Mutation[]): string[] => mutations.map(({ was, now }) => `${was} → ${now}`)

test.each<[string, string[]]>([
  ['const sum = a + b\n', ['+ → -']],
  ['if (a < 3 && b) go()\n', ['a < 3 && b → !(a < 3 && b)', '< → <=', '3 → 4', '&& → ||']],
  ['function f() {\n  return a * 2\n}\n', ['a * 2 → undefined', '* → /', '2 → 3']],
  ['const f = (a) => { return g(a, {\n  b: true,\n}) }\n', ['true → false']],
  ['return\nreturn undefined\nreturn a\n  .b()\n', []],
  ['i++; x += 1; y = -1; z = a ?? 0.5\n', ['++ → --', '+= → -=', '1 → 2', '1 → 2', '?? → &&']],
  [
    "// a + b\n/* 1 < 2 */ const s = 'a + 1', t = `b ${c + 1}`, r = /a + 1/.test(u), q = a / b / c\n",
    ['/ → *', '/ → *'],
  ],
  ['const list: Array<string> = new Map<string, Set<number>>()\n', []],
  ['type A = { b: true }\n', ['true → false']],
])('of JavaScript %j', (source, expected) => {
  expect(told(javascript(source))).toEqual(expected)
})

test.each<[string, string[]]>([
  ['if a < 3 and not b:\n    pass\n', ['a < 3 and not b → not (a < 3 and not b)', '< → <=', '3 → 4', 'and → or']],
  ['def f(*args):\n    return [x for x in args if x]  # 1 + 1\n', ['[x for x in args if x] → None']],
  ['elif a == True:\n    return None\n', ['a == True → not (a == True)', '== → !=', 'True → False']],
  ['s = "a + 1" + """\n1 + 1\n""" + f\'{a + 1}\'\n', ['+ → -', '+ → -']],
])('of Python %j', (source, expected) => {
  expect(told(python(source))).toEqual(expected)
})

test('only lines that are new are changed, in files that are programs, and as many as are asked for', () => {
  const before = 'const a = 1\nconst b = 2\n'
  const after = 'const a = 1\nconst c = 3\nconst b = 2\nconst d = 4'
  expect([...newLines(before, after)]).toEqual([2, 4])
  expect(mutationsOf(after, 'javascript', newLines(before, after)).map(({ line, now }) => [line, now])).toEqual([
    [2, '4'],
    [4, '5'],
  ])
  expect(javascript(after)[1]!.source).toBe(after.replace('c = 3', 'c = 4'))
  const paths = ['a.ts', 'a.mjs', 'a.tsx', 'a.py', 'a.d.ts', 'a.json', 'a.go']
  expect(paths.map(syntaxOf)).toEqual([
    'javascript',
    'javascript',
    'javascript',
    'python',
    undefined,
    undefined,
    undefined,
  ])
  expect([spread([1, 2, 3, 4, 5, 6, 7, 8, 9], 3), spread([1, 2], 3)]).toEqual([
    [1, 4, 7],
    [1, 2],
  ])
  // Whatever a text holds, its tokens come to an end and are in it
  for (const odd of ["'", '`', '/*', '"""', '\\', '/[', '\u{1F600} + 1', '"a\n+ 1']) {
    for (const syntax of ['javascript', 'python'] as const) {
      for (const { text, start } of tokensOf(odd, syntax)) expect(odd.slice(start, start + text.length)).toBe(text)
    }
  }
})

test('what no test notices is told, tests are not changed themselves, and there is a bound', async () => {
  const artifacts = memoryArtifacts()
  const now = await snapshotOf(artifacts, {
    'src/a.js': 'x = 1 + 2\n',
    'test/a.test.js': 'y = 3\n',
    'big.js': 'z = 1\n'.repeat(40),
  })
  const seen: string[] = []
  const isNoticed = async (mutated: typeof now): Promise<boolean> => {
    expect(Object.keys(mutated.files)).toEqual(Object.keys(now.files))
    seen.push(await readText(artifacts, mutated, 'src/a.js'))
    return seen.at(-1) !== 'x = 1 + 3\n'
  }
  const { signal } = new AbortController()
  const trial = { artifacts, base: EMPTY_SNAPSHOT, now, language: 'javascript' as const, signal, isNoticed }
  expect(await tryMutations(trial)).toMatchObject({ possible: 43, tried: 20 })
  const { 'big.js': _big, ...small } = now.files
  now.files = small
  expect(await tryMutations(trial)).toEqual({
    ...{ possible: 3, tried: 3 },
    survived: [{ file: 'src/a.js', line: 1, was: '2', now: '3' }],
  })
  expect(await tryMutations({ ...trial, base: now })).toEqual({ possible: 0, tried: 0, survived: [] })
  // A large table: more changes than a call takes arguments
  const table = await snapshotOf(artifacts, { 'table.js': `export default [${'1,'.repeat(200_000)}]\n` })
  const noticed = async (): Promise<boolean> => true
  expect(await tryMutations({ ...trial, now: table, isNoticed: noticed })).toMatchObject({
    possible: 200_000,
    tried: 20,
  })
})

describe('with the whole team', () => {
  const stage = useCodeTeam(useTroupe('code-team-mutations'))

  it('a change that survives reaches the reviewer and the report, one that is killed does not', async () => {
    const add = files({ 'src/add.js': 'export const add = (a, b) => a + b\nexport const unused = (a) => a - 7\n' })
    const { run, told: toldTo, report } = await stage.play({ code: { add } }, { mutate: true })
    expect(run).toMatchObject({ done: true, status: 'succeeded' })
    const { survived, tried, possible } = run.rounds[0]!.check.mutations!
    expect([tried, tried]).toEqual([possible, possible])
    const lines = survived.map(({ file, was, now }) => `${file} ${was} ${now}`)
    expect(lines).toEqual(expect.arrayContaining(['src/add.js - +', 'src/add.js 7 8']))
    // What a test notices
    expect(lines).not.toContain('src/add.js + -')
    const asked = toldTo('reviewer-agent')
    expect(asked).toContain('Changes that no test noticed')
    expect(asked).toContain(JSON.stringify('"was": "7"').slice(1, -1))
    expect(report).toMatch(
      /## Mutations\n\nOf \d+ small changes of the new code \d+ were tried[^]*`src\/add.js:2` \| `7` \| `8`/,
    )
    expect(report).toContain('small changes of the new code no test noticed')
  })

  it('without being asked nothing is changed; a program that fails is mended first', async () => {
    const wrong = { add: [files({ 'src/add.js': 'export const add = (a, b) => a - b\n' }), good.code.add!] }
    const mended = await stage.play({ code: wrong }, { mutate: true })
    expect(mended.run.rounds.map(({ check }) => check.mutations?.tried)).toEqual([undefined, expect.any(Number)])
    const plain = await stage.play({
      tests: {
        add: files({
          'test/add.test.js': testFile(
            "import { add } from '../src/add.js'",
            '[AC-1] adds',
            'assert.equal(add(2, 3), 5)',
          ),
        }),
      },
    })
    expect([plain.run.rounds[0]!.check.mutations, codeReport(plain.run).includes('## Mutations')]).toEqual([
      undefined,
      false,
    ])
    expect(codePlan({ request: 'x' }).inputs).not.toHaveProperty('mutate')
  })
})
