// The team that a file exports: every kind of module, every way to export it, and what is refused.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadTeam } from '../../src/agents/load-team'
import { executeAgent } from '../../src/testing'

let directory: string
beforeAll(() => void (directory = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-team-')))))
afterAll(() => rmSync(directory, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const TEAM = `defineTeam({ name: 'docs', agents: [defineAgent({ name: 'outline', run: () => 'ok' })] })`
const IMPORT = `import { defineAgent, defineTeam, defineCommand } from 'troupe'\n`

it.each([
  ['by default', `${IMPORT}export default ${TEAM}`],
  ['by name', `${IMPORT}export const docs = ${TEAM}; export const answer = 42`],
  ['both ways', `${IMPORT}export const docs = ${TEAM}; export default docs`],
  ['by default among others', `${IMPORT}export const other = ${TEAM.replace('docs', 'other')}; export default ${TEAM}`],
])('a team that is exported %s is found, and knows its module', async (how, text) => {
  const path = write(`${how.replaceAll(' ', '-')}.ts`, text)
  const team = await loadTeam(path)
  expect([team.name, team.agents.map(({ name }) => name), team.module]).toEqual(['docs', ['outline'], path])
})

it('a command without a directory of its own runs in the team file’s', async () => {
  const path = write(
    'commands.ts',
    `${IMPORT}export default defineTeam({ name: 'docs', agents: [
      defineCommand({ name: 'here', command: ['pwd'] }), defineCommand({ name: 'there', command: ['pwd'], cwd: '/' })] })`,
  )
  const [here, there] = (await loadTeam(path)).agents
  expect((await executeAgent(here!)).output).toEqual(expect.stringContaining(directory))
  expect(String((await executeAgent(there!)).output).trim()).toBe('/')
})

it.each([
  [
    'several teams',
    `${IMPORT}export const red = ${TEAM}; export const blue = ${TEAM}`,
    /exports 2 teams: (red, blue|blue, red)/,
  ],
  ['no team', 'export const answer = 42', /exports no team; it exports: answer/],
  ['nothing', 'export {}', /exports no team; it exports: nothing/],
  [
    'agents of which one is none',
    `${IMPORT}export default { name: 'docs', agents: [...${TEAM}.agents, {}] }`,
    /agents\[1\] of the team "docs" is no agent/,
  ],
  ['a mistake', 'export default nobody.knows', /could not be loaded: nobody is not defined/],
])('a module with %s is refused', async (what, text, says) => {
  const path = write(`${what.replaceAll(' ', '-')}-refused.ts`, text)
  await expect(loadTeam(path)).rejects.toMatchObject({ code: 'InvalidTeam', message: expect.stringMatching(says) })
})
