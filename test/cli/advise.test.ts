// `troupe advise`: from options, from what is typed on a terminal, and for programs. It needs no server.
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
