// `troupe advise`: from options, from what is typed on a terminal, and for programs. It needs no server.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Advice } from '../../src/advise/advise'
import { until, Workplace } from './support/command'
import { startInTerminal } from './support/terminal'

let place: Workplace
beforeAll(async () => void (place = await Workplace.open('cli-advise')))
afterAll(() => place.close())

it('in a pipe nothing is asked: what is not said counts for the simple one', async () => {
  const { code, stdout, stderr } = await place.run('advise', '--people', '10+', '--complexity', 'parallel')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^people +10\+: ten or more +→ team\n/)
  expect(stdout).toContain('not said: counts for the simple one')
  expect(stdout).toContain('advice: one agent (3 for one agent, 2 for a team)\n')
  const args = ['advise', '--people', '10+', '--complexity', 'parallel', '--context', 'exceeds']
  expect(await place.json<Advice>(...args)).toMatchObject({ advice: 'team', votes: { 'one agent': 2, team: 3 } })
  const refused = await place.run('advise', '--people', 'many')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('1-5, 10+')])
})

const plan = (name: string, subtasks: object[]): string =>
  place.write(name, {
    name: name.split('.')[0],
    subtasks: subtasks.map((one) => ({ agentType: 'wait', payload: { ms: 1 }, ...one })),
  })
const ids = (count: number): string[] => Array.from({ length: count }, (_, number) => `part${number}`)

it('measures a plan: a chain is for one agent, a wide one for a team with so many slots', async () => {
  const chain = [
    { id: 'a', payload: { ms: 1 } },
    { id: 'b', dependsOn: ['a'] },
    { id: 'c', dependsOn: ['b'] },
  ]
  const { stdout, stderr, code } = await place.run('advise', '--plan', plan('chain.json', chain))
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /^plan +chain: 3 subtasks, 2 dependencies\nwidth +1 at a time\nwork +3 subtasks\nlongest +3 subtasks: a → b → c\n/,
  )
  expect(stdout).toMatch(
    /payloads +\d+ tokens, at most \d+ in one \(a\)\nnote: no subtask has an estimateMs: each counts as one\n/,
  )
  expect(stdout).toContain('advice: one agent\n  because ')
  const diamond = [
    { id: 'a' },
    { id: 'b', dependsOn: ['a'] },
    { id: 'c', dependsOn: ['a'] },
    { id: 'd', dependsOn: ['b', 'c'] },
  ]
  expect(await place.json('advise', '--plan', plan('diamond.json', diamond))).toMatchObject({
    ...{
      advice: 'one agent',
      slots: 1,
      plan: { width: 2, work: 4, criticalPath: 3, unit: 'subtasks', path: ['a', 'b', 'd'] },
    },
  })
  const wide = [
    ...ids(10).map((id) => ({ id, estimateMs: 60_000 })),
    { id: 'all', dependsOn: ids(10), estimateMs: 30_000 },
  ]
  expect(await place.json('advise', '--plan', plan('wide.json', wide))).toMatchObject({
    ...{ advice: 'team', slots: 10, reasons: ['10 parts run side by side, which makes it 7 times as fast'], notes: [] },
    agents: [{ agent: 'wait', slots: 10, processes: expect.any(Number) }],
    plan: { subtasks: 11, dependencies: 10, width: 10, work: 630_000, criticalPath: 90_000, unit: 'ms' },
  })
})

it('measures a directory: what is ignored, taken over or made is counted, and not read', async () => {
  const git = (...args: string[]): void => void execFileSync('git', args, { cwd: join(place.directory, 'code') })
  mkdirSync(join(place.directory, 'code/lib'), { recursive: true })
  git('init', '-q')
  const text = 'export const word = "some words in a line"\n'
  place.write('code/.gitignore', '*.log\n')
  place.write('code/lib/a.ts', text.repeat(1_000))
  place.write('code/b.log', 'x')
  place.write('code/package-lock.json', '{}')
  const small = await place.json('advise', '--dir', 'code')
  expect(small).toMatchObject({
    ...{
      advice: 'one agent',
      directory: { files: 2, tokens: expect.any(Number), leftOut: { generated: 1, ignored: 1 } },
    },
  })
  place.write('code/lib/c.ts', text.repeat(5_000))
  const large = await place.run('advise', '--dir', 'code/lib')
  expect(large.stdout).toMatch(
    /^directory +code\/lib: 2 files, [\d,]+ tokens\nadvice: team\n {2}because [\d,]+ tokens have to be known/,
  )
})

it.each<[string, string[], RegExp]>([
  ['a plan that is not there', ['--plan', 'gone.yaml'], /gone\.yaml/],
  ['a directory that is not there', ['--dir', 'gone'], /InvalidUsage: gone is no directory/],
  ['answers to what is measured', ['--dir', '.', '--context', 'fits'], /InvalidUsage: --context: it is measured/],
  ['a team without a plan', ['--team', 'team.ts'], /InvalidUsage: --team: it belongs to a plan/],
])('refuses %s', async (_what, args, says) => {
  const { code, stdout, stderr } = await place.run('advise', ...args)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(says)])
})

it('on a terminal it asks for what is missing, again where it is not understood, until Ctrl-D', async () => {
  const asking = startInTerminal(place, ['advise', '--people', '10+'])
  const answer = async (question: RegExp, text: string): Promise<void> => {
    await until(() => question.test(asking.screen()))
    asking.type(text)
  }
  await answer(/side by side\?\n[^]*> $/, 'perhaps\n')
  await answer(/perhaps\n[^]*side by side\?\n[^]*> $/, 'parallel\n')
  await answer(/context window\?\n[^]*> $/, '2\n')
  await answer(/must the other parts come through\?\n[^]*> $/, '\n')
  await answer(/cost in care\?\n[^]*> $/, '\u0004')
  const { code, screen } = await asking.finished
  expect(code).toBe(0)
  expect(screen).toMatch(/context +exceeds: .*→ team\n/)
  expect(screen).toMatch(/failure +not said: /)
  expect(screen).toMatch(/operations +not said: /)
  expect(screen).toContain('advice: team (2 for one agent, 3 for a team)')
})
