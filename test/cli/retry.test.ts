// `troupe retry`, as a process: what it says first, when it asks, which plan it runs, and what it leaves.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { teamManifest } from '../../src/agents/team'
import { retrySource } from '../../src/cli/shared/retry-source'
import type { RunOutcome } from '../../src/client/outcome'
import { asTroupeError } from '../../src/contract/errors'
import type { RunSpec } from '../../src/contract/messages'
import { checkPlan } from '../../src/contract/schema/check-plan'
import { definitionHash } from '../../src/definition-hash'
import { defineAgent, defineTeam } from '../../src/index'
import { Workplace } from './support/command'

let place: Workplace
beforeAll(async () => void (place = await Workplace.open('cli-retry')))
afterAll(() => place.close())

/** Notes each execution in a file; `b` fails as long as there is a file `broken`. */
const TEAM = `
import { appendFileSync, existsSync } from 'node:fs'
import { defineAgent, defineTeam } from 'troupe'
const work = defineAgent({
  name: 'work',
  retry: { maximumAttempts: 1 },
  async run(payload, { task, step }) {
    appendFileSync('calls', task.id + ' ')
    await step('charge', () => 1)
    if (task.id === 'b' && existsSync('broken')) throw new Error('it is broken')
    return payload
  },
})
export default defineTeam({ name: 'counted', agents: [work] })
`
const PLAN = {
  name: 'counted',
  team: './team.ts',
  agents: { shout: { command: ['tr', 'a-z', 'A-Z'] } },
  subtasks: [
    { id: 'a', agentType: 'work', payload: { n: 1 } },
    { id: 'b', agentType: 'work', dependsOn: ['a'], deadline: '+10m' },
    { id: 'c', agentType: 'shout', payload: { $from: 'b' } },
  ],
}
/** Standard input and error look like a terminal. */
const TERMINAL = `for (const stream of [process.stdin, process.stderr]) Object.defineProperty(stream, 'isTTY', { value: true })`

/** Executions since the last time that it was asked. */
function executed(): string[] {
  const file = join(place.directory, 'calls')
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : []
  rmSync(file, { force: true })
  return found
}

const outcomeOf = (stdout: string): RunOutcome => JSON.parse(stdout) as RunOutcome

it('lists, asks, and runs again only what failed and what follows; a plan that was changed is refused unless it is named', async () => {
  place.write('team.ts', TEAM)
  place.write('terminal.cjs', TERMINAL)
  const dropped = { id: 'e', agentType: 'echo' }
  const old = { ...PLAN, subtasks: [...PLAN.subtasks, dropped] }
  const plan = place.write('plan.json', old)
  place.write('broken', '')
  expect((await place.run('run', 'plan.json', '--id', 'old')).code).toBe(1)
  expect(executed()).toEqual(['a', 'b'])
  rmSync(join(place.directory, 'broken'))

  // Off a terminal somebody must have said yes
  const unasked = await place.run('retry', 'old')
  expect([unasked.code, unasked.stdout]).toEqual([2, ''])
  expect(unasked.stderr).toContain(
    'old, in a new run: 2 subtasks run again, 1 of them executed before; 2 results are taken over',
  )
  expect(unasked.stderr).toMatch(/b {2}it failed {2}executed before: step charge/)
  expect(unasked.stderr).toMatch(/c {2}it depends on "b"\n/)
  expect(unasked.stderr).toContain('--yes')
  // On one a no is a no
  const environment = { NODE_OPTIONS: `--require ${join(place.directory, 'terminal.cjs')}` }
  const asked = await place.start(['retry', 'old'], { environment, stdin: 'n\n' }).finished
  expect([asked.code, asked.stderr]).toEqual([0, expect.stringContaining('run this again? [y/N]')])
  expect(asked.stderr).toContain('nothing was started')

  // The file says something else by now
  const [a, b, c] = PLAN.subtasks
  const changed = { ...PLAN, subtasks: [{ ...a, payload: { n: 2 } }, b, c, { id: 'd', agentType: 'work' }] }
  writeFileSync(plan, JSON.stringify(changed))
  const refused = await place.run('retry', 'old', '--yes')
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('"a" is another one, "e" is gone, "d" is new'),
  ])
  expect(refused.stderr).toContain(`--plan ${plan}`)
  expect(executed()).toEqual([])

  // The file as it was: team and commands come from it
  writeFileSync(plan, JSON.stringify(old))
  const yes = await place.start(['retry', 'old', '--id', 'new', '-o', 'json'], { environment, stdin: 'y\n' }).finished
  expect([yes.code, outcomeOf(yes.stdout)]).toMatchObject([0, { runId: 'new', counts: { succeeded: 4 } }])
  expect(executed()).toEqual(['b'])
  expect(await place.json('status', 'old')).toMatchObject({ status: 'failed', retriedBy: ['new'] })

  // Another plan is named: what did not change in it is taken over
  writeFileSync(plan, JSON.stringify(changed))
  const renewed = await place.run('retry', 'new', '--yes', '--plan', 'plan.json', '--id', 'newer', '-o', 'json')
  expect([renewed.code, outcomeOf(renewed.stdout)]).toMatchObject([0, { counts: { succeeded: 4 } }])
  expect(renewed.stderr).toContain('not in the plan any more, and not taken over: e\n')
  expect(executed().sort()).toEqual(['a', 'b', 'd'])

  // Without its file the run's own plan counts; its command then needs leave, and its team is named
  rmSync(plan)
  const change = ['--from', 'b', '--payload', '{"by": "hand"}', '--team', 'team.ts', '--allow-commands']
  const last = await place.run('retry', 'newer', ...change, '--yes', '-o', 'json')
  expect(outcomeOf(last.stdout).results['c']!.output).toBe('{"BY":"HAND"}')
  expect(executed()).toEqual(['b'])
})

it('knows whether the file of a plan was changed', async () => {
  const { team: _, ...bare } = PLAN
  const { planFile, spec } = { planFile: place.write('kept.json', bare), spec: specOf(bare) }
  const differences = async (now: object): Promise<string | undefined> => {
    place.write('kept.json', now)
    const failure = await retrySource('x', { spec, planFile }, {}).then(() => undefined, asTroupeError)
    expect([undefined, 'RetryRefused']).toContain(failure?.code)
    return failure?.message.split('began with it: ')[1]
  }
  const [a, b, c] = PLAN.subtasks
  const others: [object, string | undefined][] = [
    [bare, undefined],
    [{ ...bare, subtasks: [c, b, a] }, undefined],
    [{ ...bare, subtasks: [a, { ...b, deadline: '+20m' }, c] }, undefined],
    [{ ...bare, subtasks: [a, b] }, '"c" is gone'],
    [{ ...bare, agents: { shout: { command: ['cat'] } } }, '"c" is another one, its agent "shout" is another one'],
    [{ ...bare, onFailure: 'hold' }, 'its onFailure differs'],
    [{ ...bare, subtasks: [{}] }, 'it is not valid any more, in 2 places'],
  ]
  for (const [plan, expected] of others) expect(await differences(plan)).toBe(expected)
  rmSync(planFile)
  expect(await retrySource('x', { spec, planFile }, {})).toEqual({ options: {}, teams: [], isOwnPlan: false })
})

/** As a run was started with it. */
function specOf(plan: object): RunSpec {
  const team = teamManifest(defineTeam({ name: 'counted', agents: [defineAgent({ name: 'work', run: () => 1 })] }))
  const settings = { team, now: Date.now(), baseDirectory: place.directory, hash: definitionHash }
  return checkPlan(plan, settings).checked!.spec
}
