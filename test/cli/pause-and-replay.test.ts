// `troupe pause`, `troupe resume` and `troupe replay`, as a person types them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils'
import { until, Workplace } from './support/command'

let place: Workplace
const waits = ['a', 'b', 'c', 'd'].map((id, index, ids) => ({
  id,
  agentType: 'wait',
  payload: { ms: 400 },
  dependsOn: ids.slice(Math.max(0, index - 1), index),
}))

beforeAll(async () => {
  place = await Workplace.open('cli-pause')
  place.write('waits.json', { name: 'waits', subtasks: waits })
  place.write(
    'team.cjs',
    `const { defineAgent, defineTeam } = require(${JSON.stringify(join(process.cwd(), 'dist/src/index.js'))})
     module.exports = defineTeam({ name: 'docs', agents: [defineAgent({ name: 'draft', run: () => 'done' })] })`,
  )
  const worker = place.start(['worker'])
  await until(() => worker.said.stderr.includes('Ctrl-C'), worker)
})
afterAll(() => place.close())

async function succeeded(run: string): Promise<number> {
  return (await place.json<{ counts: { succeeded: number } }>('status', run)).counts.succeeded
}

it('a run is paused, and goes on when it is resumed', async () => {
  await place.run('run', 'waits.json', '--detach', '--id', 'one')
  const paused = await place.run('pause', 'one', '--reason', 'lunch')
  expect([paused.code, paused.stdout]).toEqual([0, expect.stringContaining('troupe resume one')])
  await until(async () => (await succeeded('one')) >= 1)
  const before = await succeeded('one')
  await new Promise((next) => setTimeout(next, 1_000))
  expect(await succeeded('one')).toBe(before)
  expect(await place.json('resume', 'one')).toEqual({ runId: 'one', paused: false })
  await until(async () => (await succeeded('one')) === 4)
})

it('an agent is paused over all runs of its team', async () => {
  await place.run('run', 'waits.json', '--detach', '--id', 'two')
  const { team } = await place.json<{ team: string }>('status', 'two')
  const paused = await place.run('pause', '--agent', 'wait', '--team', team)
  expect(paused.stdout).toContain(`the agent "wait" is paused in all runs of the team "${team}": `)
  expect(paused.stdout).toMatch(/open runs? (was|were) told\n/)
  await place.run('run', 'waits.json', '--detach', '--id', 'three')
  const resumed = await place.json<object>('resume', '--agent', 'wait', '--team', team)
  expect(resumed).toMatchObject({ agent: 'wait', team, paused: false, agents: {} })
  await until(async () => (await succeeded('two')) + (await succeeded('three')) === 8)
})

it('what is not clear, or cannot be, is refused', async () => {
  const answers = await Promise.all([
    place.run('pause'),
    place.run('pause', 'one', '--agent', 'wait', '--team', 'docs'),
    place.run('resume', '--agent', 'wait'),
    place.run('pause', '--agent', 'draught', '--team', './team.cjs'),
    place.run('pause', '--agent', 'a b', '--team', 'docs'),
    place.run('pause', 'one'),
  ])
  expect(answers.map(({ code, stderr }) => [code, stderr.split('\n')[0]])).toEqual([
    [2, 'error InvalidUsage: it is not said what: a run, or --agent with --team'],
    [2, 'error InvalidUsage: a run, or --agent with --team, not both'],
    [2, 'error InvalidUsage: it is not said what: a run, or --agent with --team'],
    [2, 'error InvalidInput: the team "docs" of team.cjs has no agent "draught"'],
    [2, 'error InvalidInput: "a b" is no name of an agent'],
    [2, expect.stringContaining('error RunNotFound: the run "one" has ended')],
  ])
})

it('a run, or a file with its history, is replayed; one that this version would not repeat is named', async () => {
  const { address, namespace } = place
  const connection = await Connection.connect({ address })
  const history = historyToJSON(await new Client({ connection, namespace }).workflow.getHandle('one').fetchHistory())
  await connection.close()
  writeFileSync(join(place.directory, 'same.json'), history)
  writeFileSync(join(place.directory, 'other.json'), history.replaceAll('subtask-2', 'subtask-7'))
  const [run, same, other, broken, unknown] = await Promise.all([
    place.json<object[]>('replay', 'one'),
    place.run('replay', 'same.json'),
    place.run('replay', 'other.json'),
    place.run('replay', 'waits.json'),
    place.run('replay', 'nobody'),
  ])
  expect(run).toEqual([
    { workflowId: 'one', runId: expect.any(String) as string, events: expect.any(Number) as number, ok: true },
  ])
  expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/^ok {7}one {2}link 1 .* events\n$/)])
  expect([other.code, other.stdout]).toEqual([1, expect.stringMatching(/^differs {2}one .*'subtask-7'.*'subtask-2'/)])
  expect(other.stderr).toMatch(/^error ReplayFailed: other.json was begun by another version of Troupe/)
  expect([broken.code, broken.stderr]).toEqual([
    2,
    expect.stringContaining('InvalidInput: waits.json holds no history'),
  ])
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('RunNotFound')])
})
