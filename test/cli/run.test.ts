// `troupe run` and `troupe task`, as processes: what they print where, and how they end.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOutcome } from '../../src/client/outcome'
import { Workplace, until } from './support/command'

let place: Workplace
beforeAll(async () => void (place = await Workplace.open('cli-run')))
afterAll(() => place.close())

const TEAM = `
import { defineAgent, defineTeam } from 'troupe'
console.log('loaded, and loud about it')
const greeter = defineAgent({
  name: 'greeter',
  run(payload) {
    console.log('an agent prints')
    process.stdout.write('and writes')
    return { text: 'Hello, ' + (payload as { name: string }).name }
  },
})
const stray = defineAgent({
  name: 'stray',
  run() {
    void Promise.reject(new Error('nobody waits for me'))
    setTimeout(() => { throw new Error('thrown from a timer') }, 10)
    return new Promise((resolve) => setTimeout(() => resolve('done all the same'), 200))
  },
})
export const team = defineTeam({ name: 'loud', agents: [greeter, stray] })
`

const PLAN = {
  name: 'greet',
  team: './team.ts',
  inputs: { type: 'object', properties: { name: { type: 'string', default: 'world' } }, additionalProperties: false },
  agents: { shout: { command: ['tr', 'a-z', 'A-Z'] } },
  subtasks: [
    { id: 'hello', agentType: 'greeter', payload: { name: { $from: 'inputs', path: '/name' } } },
    { id: 'loud', agentType: 'shout', payload: { $from: 'hello' } },
  ],
}

describe('run', () => {
  let plan: string
  beforeAll(() => {
    place.write('team.ts', TEAM)
    plan = place.write('greet.json', PLAN)
  })

  it('prints exactly one JSON object, whatever agents and modules print', async () => {
    const { stdout, stderr, code } = await place.run('run', plan, '--output', 'json', '--id', 'greet-1')
    expect(code).toBe(0)
    const outcome = JSON.parse(stdout) as RunOutcome
    expect(Object.keys(outcome).sort()).toEqual([
      'counts',
      'durationMs',
      'results',
      'runId',
      'spentBy',
      'status',
      'tokensUsed',
    ])
    expect(outcome).toMatchObject({ runId: 'greet-1', status: 'succeeded' })
    expect(outcome.counts).toEqual({ succeeded: 2, failed: 0, skipped: 0, cancelled: 0 })
    expect(outcome.results['hello']).toMatchObject({ taskId: 'hello', success: true, output: { text: 'Hello, world' } })
    expect(JSON.parse(outcome.results['loud']!.output as string)).toEqual({ TEXT: 'HELLO, WORLD' })
    expect(outcome.durationMs).toBeGreaterThan(0)
    expect(stderr).toContain('an agent prints')
    expect(stderr).not.toContain('workflow tasks')
  })

  it('prints each event as a line and the result last, and takes the input from a file', async () => {
    place.write('input.json', { name: 'Ada' })
    const { stdout, code } = await place.run('run', plan, '--input', '@input.json', '-o', 'jsonl')
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    const parsed = lines.map((line) => JSON.parse(line) as { type?: string; offset?: number })
    expect(parsed.slice(0, -1).map(({ offset }) => offset)).toEqual(parsed.slice(0, -1).map((_, place) => place))
    expect(parsed.at(-2)).toMatchObject({ type: 'run.completed' })
    expect(parsed.at(-1)).toMatchObject({ results: { hello: { output: { text: 'Hello, Ada' } } } })
  })

  it('prints a summary for people, events on standard error, and no colour into a pipe', async () => {
    const { stdout, stderr, code } = await place.run('run', plan)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^✓ greet-\w{4} succeeded in /)
    expect(stdout).toContain('Hello, world')
    expect(stderr).toContain('subtask.completed')
    // eslint-disable-next-line no-control-regex -- colours begin with it
    expect(stdout + stderr).not.toMatch(/\u001b/)
  })

  it('reads the plan from standard input, with paths from the working directory', async () => {
    const { stdout, code } = await place.start(['run', '-', '-o', 'json'], { stdin: JSON.stringify(PLAN) }).finished
    expect([code, (JSON.parse(stdout) as RunOutcome).status]).toEqual([0, 'succeeded'])
  })

  it('ends with 1 when the run fails, with all results and ids of any kind', async () => {
    const failing = place.write(
      'failing.yaml',
      `
name: failing
agents:
  boom: { command: [sh, -c, 'echo bad luck >&2; exit 3'], retry: { maximumAttempts: 1 } }
subtasks:
  - { id: __proto__, agentType: echo, payload: { kept: true } }
  - { id: constructor, agentType: boom }
  - { id: after, agentType: echo, dependsOn: [constructor] }
`,
    )
    const { stdout, stderr, code } = await place.run('run', failing, '-o', 'json')
    expect(code).toBe(1)
    const { status, counts, results } = JSON.parse(stdout) as RunOutcome
    expect(status).toBe('failed')
    expect(counts).toEqual({ succeeded: 1, failed: 1, skipped: 1, cancelled: 0 })
    expect(Object.entries(results).find(([id]) => id === '__proto__')![1].output).toEqual({ kept: true })
    expect(Object.entries(results).find(([id]) => id === 'constructor')![1].error).toMatchObject({
      code: 'CommandFailed',
    })
    expect(stderr).not.toMatch(/at .*\.js:\d+/)
  })

  it('survives what an agent throws outside of its execution', async () => {
    const stray = place.write('stray.json', {
      name: 'stray',
      team: './team.ts',
      subtasks: [{ id: 'a', agentType: 'stray' }],
    })
    const { stdout, stderr, code } = await place.run('run', stray, '-o', 'json')
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as RunOutcome).results['a']!.output).toBe('done all the same')
    expect(stderr).toContain('nobody waits for me')
    expect(stderr).toContain('thrown from a timer')
  })

  it('refuses an id that was used, and leaves that run alone', async () => {
    const { stderr, code } = await place.run('run', plan, '--id', 'greet-1')
    expect(code).toBe(2)
    expect(stderr).toContain('error RunAlreadyExists: there is a run "greet-1" already')
    expect(await place.json('result', 'greet-1')).toMatchObject({ status: 'succeeded' })
  })

  it('with --detach prints the id and returns; a worker elsewhere carries it out', async () => {
    const { stdout, stderr, code } = await place.run('run', plan, '--detach', '--id', 'later')
    expect([code, stdout]).toEqual([0, 'later\n'])
    expect(stderr).toContain('troupe attach later')
    const watching = place.start(['watch', 'later', '-o', 'json'])
    const attached = await place.run('attach', 'later', '--team', 'team.ts', '--allow-commands', '-o', 'json')
    expect([attached.code, (JSON.parse(attached.stdout) as RunOutcome).status]).toEqual([0, 'succeeded'])
    expect((await watching.finished).stdout).toBe(attached.stdout)
  })

  it('with --no-worker waits, says that nobody serves, and ends with the run', async () => {
    const waiting = place.start(['run', plan, '--no-worker', '--id', 'elsewhere'])
    await until(() => waiting.said.stderr.includes('run.started') || waiting.said.stderr.includes('no worker'), waiting)
    const attached = await place.run('attach', 'elsewhere', '--team', 'team.ts', '--allow-commands')
    expect([attached.code, attached.code === 0 ? '' : attached.stderr]).toEqual([0, ''])
    expect(await waiting.finished).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ elsewhere succeeded') })
  })
})

describe('task', () => {
  it('prints the output, as it is or as an AgentResult', async () => {
    const text = await place.run('task', 'echo', '--payload', '{"a": [1]}')
    expect([text.code, JSON.parse(text.stdout)]).toEqual([0, { a: [1] }])
    const result = await place.json('task', 'greeter', '--team', 'team.ts', '--payload', '{"name": "Ada"}')
    expect(result).toMatchObject({ taskId: 'greeter', status: 'succeeded', output: { text: 'Hello, Ada' } })
  })

  it('ends with 1 and the reason when the task fails', async () => {
    place.write(
      'failing.mjs',
      `export default { name: 'failing', agents: [(await import(${JSON.stringify(join(process.cwd(), 'dist/src/index.js'))})).defineAgent({
        name: 'fails', retry: { maximumAttempts: 1 }, run() { throw new Error('not today') } })] }`,
    )
    const { code, stdout, stderr } = await place.run('task', 'fails', '--team', 'failing.mjs')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('error AgentFailed: ')
    expect(stderr).toContain('not today')
    expect(await place.json('task', 'fails', '--team', 'failing.mjs')).toMatchObject({ success: false })
  })

  it('refuses an unknown agent and a payload that its schema refuses before it looks for a server', async () => {
    const environment = { TEMPORAL_ADDRESS: '127.0.0.1:1' }
    const unknown = await place.start(['task', 'ecco'], { environment }).finished
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean "echo"?')])
    const refused = await place.start(['task', 'wait', '--payload', '{"ms": "soon"}'], { environment }).finished
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('payload.ms')])
  })
})

it('leaves a store where TROUPE_DIR says, and nothing else beside the files of the user', () => {
  expect(existsSync(join(place.directory, '.troupe', 'store', 'store.json'))).toBe(true)
})
