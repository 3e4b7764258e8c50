// Commands that read: of a closed run and of an open one, with no worker alive, into terminals, programs and pipes.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { MAIN, Workplace } from './support/command'

let place: Workplace
beforeAll(async () => {
  place = await Workplace.open('cli-read')
  place.write('plan.json', {
    name: 'read',
    agents: { boom: { command: ['false'], retry: { maximumAttempts: 1 } } },
    subtasks: [
      { id: 'one', agentType: 'echo', payload: { large: 'x'.repeat(10_000) } },
      { id: 'two', agentType: 'echo', payload: 'short', dependsOn: ['one'] },
      { id: 'bad', agentType: 'boom' },
    ],
  })
  place.write('waits.json', { name: 'waits', subtasks: [{ id: 'late', agentType: 'wait', payload: { ms: 600_000 } }] })
  expect((await place.run('run', 'plan.json', '--id', 'closed')).code).toBe(1)
  // After the other one, whose worker must not serve it
  expect((await place.run('run', 'waits.json', '--detach', '--id', 'open')).code).toBe(0)
})
afterAll(() => place.close())

it('list shows the newest runs first, or the open ones', async () => {
  const [all, open, text, lines] = await Promise.all([
    place.json<{ id: string }[]>('list'),
    place.json('list', '--open'),
    place.run('list', '--limit', '1'),
    place.run('list', '--limit', '1', '-o', 'jsonl'),
  ])
  expect(all.map(({ id }) => id)).toEqual(['open', 'closed'])
  expect(open).toEqual([expect.objectContaining({ id: 'open', status: 'running' })])
  expect(text.stdout).toContain('open')
  expect(lines.stdout.trimEnd().split('\n')).toHaveLength(1)
})

describe('of a closed run, with no worker alive', () => {
  it('status tells every subtask', async () => {
    const view = await place.json<{ counts: object; subtasks: { id: string }[] }>('status', 'closed')
    expect(view.counts).toMatchObject({ succeeded: 2, failed: 1 })
    expect(view.subtasks.map(({ id }) => id)).toEqual(['one', 'two', 'bad'])
    const { stdout, code } = await place.run('status', 'closed')
    expect([code, stdout]).toEqual([0, expect.stringContaining('CommandFailed')])
  })

  it('result gives all of it, or one output in full', async () => {
    const [all, two, bad, unknown] = await Promise.all([
      place.json<{ results: Record<string, { output: unknown }> }>('result', 'closed'),
      place.run('result', 'closed', '--task', 'two'),
      place.json('result', 'closed', '--task', 'bad'),
      place.run('result', 'closed', '--task', 'ona'),
    ])
    expect(all.results['one']!.output).toEqual({ large: 'x'.repeat(10_000) })
    expect(two.stdout).toBe('short\n')
    expect(bad).toMatchObject({ success: false })
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean "one"?')])
  })

  it('events are filtered by type, offset, time and number', async () => {
    const [ended, some, future, recent, followed] = await Promise.all([
      place.json<{ type: string }[]>('events', 'closed', '--type', 'subtask.completed'),
      place.json<{ offset: number }[]>('events', 'closed', '--after', '2', '--limit', '2'),
      place.json('events', 'closed', '--since', '2999-01-01T00:00:00Z'),
      place.json<unknown[]>('events', 'closed', '--since', '1h'),
      place.run('events', 'closed', '--follow', '-o', 'jsonl'),
    ])
    expect(ended).toHaveLength(2)
    expect(some.map(({ offset }) => offset)).toEqual([3, 4])
    expect(future).toEqual([])
    expect(recent.length).toBeGreaterThan(5)
    expect(
      followed.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type)
        .at(-1),
    ).toBe('run.failed')
  })

  it('graph, watch and attach show it and end as it did', async () => {
    const [graph, watched, attached] = await Promise.all([
      place.run('graph', 'closed', '--format', 'mermaid'),
      place.run('watch', 'closed', '-o', 'json'),
      place.run('attach', 'closed', '-o', 'json'),
    ])
    expect(graph.stdout).toMatch(/^(graph|flowchart)/)
    expect([watched.code, attached.code]).toEqual([1, 1])
    expect(attached.stdout).toBe(watched.stdout)
  })

  it('publish and cancel say that it has ended', async () => {
    const published = await place.run('publish', 'closed', 'note.added')
    const cancelled = await place.run('cancel', 'closed')
    for (const { code, stdout, stderr } of [published, cancelled]) {
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain('the run "closed" has ended')
    }
  })
})

describe('of an open run, with no worker alive', () => {
  it('status, result and events answer, and say that no worker runs', async () => {
    const [status, result, events] = await Promise.all([
      place.run('status'),
      place.run('result', '-o', 'json'),
      place.run('events', 'open'),
    ])
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('no worker') })
    expect(JSON.parse(result.stdout)).toMatchObject({ runId: 'open', results: {} })
    expect(result.stderr).toContain('no worker')
    expect([events.code, events.stdout, events.stderr]).toEqual([0, '', expect.stringContaining('no worker')])
  })

  it('publish and cancel are heard when a worker comes', async () => {
    expect(await place.json('publish', 'open', 'note.added', '--payload', '{"n": 1}')).toMatchObject({ runId: 'open' })
    const cancelled = await place.run('cancel', 'open')
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('troupe watch open')])
    const attached = await place.run('attach', 'open', '-o', 'json')
    expect([attached.code, (JSON.parse(attached.stdout) as { status: string }).status]).toEqual([1, 'cancelled'])
    const notes = await place.json<object[]>('events', 'open', '--type', 'note.added')
    expect(notes).toEqual([expect.objectContaining({ payload: { n: 1 }, source: 'cli' })])
  })
})

it('a reader that leaves early ends the command without a word', async () => {
  const shell = (script: string) =>
    promisify(execFile)('bash', ['-c', script], {
      cwd: place.directory,
      env: { ...process.env, ...place.environment },
    })
  const { stdout, stderr } = await shell(`${process.execPath} ${MAIN} result closed --task one | head -c 5`)
  expect([stdout, stderr]).toEqual(['{\n  "', ''])
})

it('a run that does not exist is said so, by every command', async () => {
  const commands = ['status', 'events', 'cancel', 'graph', 'attach']
  for (const { code, stderr, stdout } of await Promise.all(commands.map((command) => place.run(command, 'none'))))
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringContaining('error RunNotFound: there is no run "none"'),
    ])
})

it('a run without a name is refused, by every command', async () => {
  const commands = [['status'], ['result'], ['cancel'], ['publish', '', 'note.added'], ['graph']]
  const finished = await Promise.all(
    commands.map(([command = '', ...args]) => place.run(command, ...(args.length > 0 ? args : ['']))),
  )
  for (const { code, stderr, stdout } of finished)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('error RunNotFound: the run has no name')])
})

it('reads without the store what Temporal itself knows', async () => {
  const environment = { TROUPE_STORE: `${place.directory}/nowhere` }
  const { code, stdout, stderr } = await place.start(['result', 'closed', '-o', 'json'], { environment }).finished
  expect(code).toBe(0)
  expect(stderr).toContain('nowhere')
  expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', results: { two: { output: 'short' } } })
})
