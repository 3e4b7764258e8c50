// The mode `auto`: what is measured of an architecture, what is chosen, and what one coder then builds by.
import { architectureProblems } from '../../src/code-team/architecture/check-architecture'
import type { Architecture, Module } from '../../src/code-team/documents'
import { chooseMode, chosenArchitecture } from '../../src/code-team/mode/choice'
import { codePlan } from '../../src/code-team/plan'
import { architecture, specification } from './support/program'

const [add, cli] = architecture.modules as [Module, Module]
const named = (name: string, imports: string[]): Module => ({
  ...add,
  name,
  imports,
  paths: [`src/${name}.js`],
  testPaths: [`test/${name}.test.js`],
})
const wide: Architecture = { ...architecture, modules: ['a', 'b', 'c', 'd'].map((name) => named(name, [])) }

it.each([
  ['a chain of modules', architecture, [], 'one agent', { modules: 2, width: 1, criticalPath: 2, tokens: 0 }],
  ['modules side by side', wide, [], 'team', { modules: 4, width: 4, criticalPath: 1, tokens: 0 }],
  [
    'a chain of much code',
    architecture,
    [
      { path: 'src/add.js', tokens: 30_000 },
      { path: 'src/cli.js', tokens: 30_000 },
      { path: 'src/other.js', tokens: 90_000 },
    ],
    'team',
    { modules: 2, width: 1, criticalPath: 2, tokens: 60_000 },
  ],
  ['a chain with many tests', architecture, [{ path: 'test/add.test.js', tokens: 60_000 }], 'team', { tokens: 60_000 }],
])('%s', (_what, of, sizes, advice, measured) => {
  expect(chooseMode(of, sizes)).toMatchObject({
    advice,
    measured,
    reasons: expect.arrayContaining([expect.any(String)]),
  })
})

it('makes one module of all for one coder, under the same rules, and leaves the architecture to a team', () => {
  const alone = chosenArchitecture(architecture, chooseMode(architecture, []))
  expect(alone.modules).toEqual([
    {
      ...{ name: 'program', purpose: 'add: Adds. cli: The command.', imports: [], criteria: ['AC-1', 'AC-2'] },
      ...{ paths: ['src/add.js', 'src/cli.js'], testPaths: ['test/add.test.js', 'test/cli.test.js'] },
      contract: `add:\n${add.contract}\n\ncli:\n${cli.contract}`,
    },
  ])
  expect(alone.decisions.at(-1)).toEqual({
    decision: 'One coder writes all modules.',
    reason: expect.stringContaining('no two parts can be done side by side'),
  })
  expect(architectureProblems(alone, { specification, language: 'javascript', existing: [] })).toEqual([])
  expect(chosenArchitecture(wide, chooseMode(wide, []))).toBe(wide)
  expect(chosenArchitecture(architecture, undefined)).toBe(architecture)
})

it('is a subtask of its own between architecture and building; the other modes have none', () => {
  const ids = (mode: string): string[] => codePlan({ request: 'x', mode }).plan.subtasks.map(({ id }) => id)
  expect(ids('auto')).toEqual(['spec', 'architect', 'mode', 'build', 'gate'])
  expect(ids('team')).toEqual(['spec', 'architect', 'build', 'gate'])
  expect(ids('single')).toEqual(['build', 'gate'])
  const leave = { request: 'x', base: 'b', mayChange: ['test/a.js'] }
  expect(codePlan({ ...leave, mode: 'single' }).inputs).toMatchObject({ mayChange: ['test/a.js'] })
  for (const mode of ['team', 'auto']) expect(() => codePlan({ ...leave, mode })).toThrow(/the specification says/)
  expect(() => codePlan({ ...leave, mode: 'single', mayChange: ['../a'] })).toThrow(/leads elsewhere/)
  expect(() => codePlan({ request: 'x', mode: 'duo' })).toThrow(/there is no mode "duo"/)
})
