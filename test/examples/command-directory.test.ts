// Where a team file's commands run: beside the file, unless their author says otherwise.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadTeam } from '../../src/agents/load-team'
import { executeAgent } from '../../src/testing'
import { writeFiles } from './support/repository'

let directory: string

beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'troupe-team-file-')))
  const command = "['node', '-p', 'process.cwd()', '{{}}']"
  writeFiles(directory, {
    'team.ts': `
      import { defineCommand, defineTeam } from 'troupe'
      const unplaced = defineCommand({ name: 'unplaced', command: ${command} })
      const here = defineCommand({ name: 'here', command: ${command}, cwd: process.cwd() })
      const there = defineCommand({ name: 'there', command: ${command}, cwd: '/' })
      export default defineTeam({ name: 'places', agents: [unplaced, here, there] })
    `,
  })
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test.each([
  ['unplaced', () => directory],
  ['here', () => process.cwd()],
  ['there', () => '/'],
])('the command %s runs where it is meant to', async (name, expected) => {
  const { agents } = await loadTeam(join(directory, 'team.ts'))
  const { output } = await executeAgent(agents.find((agent) => agent.name === name)!)
  expect(output).toBe(expected())
})
