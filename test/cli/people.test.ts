// What people type while a run goes on: answers, what becomes of what is held, changes, its close. The run is one process, the
// commands are others.
import { until, Workplace, type Running } from './support/command'

interface Report {
  planVersion: number
  open?: boolean
  counts: Record<string, number>
  subtasks: { id: string; state: string }[]
  waiting: { subtask?: string; kind: string; command?: string }[]
}

let place: Workplace
let running: Running
beforeAll(async () => {
  place = await Workplace.open('cli-people')
  place.write('plan.json', {
    name: 'people',
    onFailure: 'hold',
    agents: { boom: { command: ['false'], retry: { maximumAttempts: 1 } } },
    subtasks: [
      { id: 'yes', agentType: 'human', payload: { prompt: 'Ship it?', details: { pages: 40 }, timeoutMs: 600_000 } },
      { id: 'valued', agentType: 'human', payload: { prompt: 'And this?' } },
      { id: 'no', agentType: 'human', payload: { prompt: 'Really?' }, onFailure: 'skip-dependents' },
      { id: 'pick', agentType: 'human', payload: { prompt: 'Which?', choices: ['red', 'blue'] } },
      { id: 'skipped', agentType: 'boom' },
      { id: 'replaced', agentType: 'boom' },
      { id: 'gate', agentType: 'human', payload: { prompt: 'Now?' } },
      { id: 'late', agentType: 'echo', payload: 'old', dependsOn: ['gate'] },
      { id: 'cut', agentType: 'echo', dependsOn: ['gate'] },
      { id: 'below', agentType: 'echo', dependsOn: ['cut'] },
    ],
  })
  running = place.start(['run', 'plan.json', '--id', 'run', '--open', '--max-subtasks', '12'])
  await until(async () => (await report()).counts['held'] === 2 && (await report()).counts['asking'] === 5, running)
})
afterAll(() => place.close())

/** Before the run has begun there is none. */
async function report(): Promise<Report> {
  const { stdout } = await place.run('status', 'run', '-o', 'json')
  return stdout === '' ? ({ counts: {} } as Report) : (JSON.parse(stdout) as Report)
}

const state = async (id: string) => (await report()).subtasks.find((row) => row.id === id)?.state

it('approvals shows what is asked, how to answer, and the most urgent first', async () => {
  const [rows, text] = await Promise.all([
    place.json<{ subtask: string; command: string }[]>('approvals'),
    place.run('approvals'),
  ])
  expect(rows.map(({ subtask }) => subtask)[0]).toBe('yes')
  expect(rows[0]).toMatchObject({ run: 'run', prompt: 'Ship it?', details: { pages: 40 }, onTimeout: 'fail' })
  expect(rows).toHaveLength(5)
  expect(rows.find(({ subtask }) => subtask === 'pick')!.command).toBe(`troupe answer run pick '"red"'`)
  expect(text.stdout).toContain('→ troupe approve run yes')
})

it('a run that is shown says what people are to do, with the commands', async () => {
  await until(() => running.said.stderr.includes('troupe retry run --from skipped'), running)
  expect(running.said.stderr).toMatch(/\? \w+: a person is asked: .+\n\s*→ troupe approve run \w+/)
})

/** Each problem at its place in the file, in the file's order. */
const WRONG =
  /ChangeRefused: what is to be added has 3 problems:\nwrong.yaml:3:49: subtasks\[0\]\.dependsOn\[1\] .*\nwrong.yaml:4:5: .*\nwrong.yaml:4:5: /

it('what it would not have is one clear sentence, and changes nothing', async () => {
  const refusals: [string[], RegExp][] = [
    [['approve', 'run', 'nowhere'], /DecisionRefused: .*"nowhere"/],
    [['answer', 'run', 'pick', 'green'], /InvalidUsage: the answer is no JSON/],
    [['change', 'run', 'late'], /InvalidUsage: it is not said what is to change in "late"/],
    [['change', 'run', 'late', '--agent', 'eco'], /ChangeRefused: [^]*unknown agent "eco"; did you mean "echo"/],
    [['add', 'run', 'none.json'], /there is no plan file "none.json"/],
    [['add', 'run', 'empty.json'], /InvalidUsage: empty.json:1:2: no subtasks: "subtasks" is \[\]/],
    [['add', 'run', 'wrong.yaml'], WRONG],
    [
      ['add', 'run', 'list.yaml'],
      /ChangeRefused: [^]* problem:\nlist.yaml:2:5: subtasks\[1\]\.agentType \(subtask "y"\): /,
    ],
    [['cancel', 'run', '--with-dependents'], /InvalidUsage: /],
    [
      ['add', 'run', place.write('one.json', [{ id: 'x', agentType: 'echo' }]), '--plan-version', '7'],
      /StalePlanVersion/,
    ],
    [['approve', 'gone', 'x'], /RunNotFound: there is no run "gone"/],
  ]
  place.write('empty.json', { subtasks: [] })
  place.write(
    'wrong.yaml',
    'name: more\nsubtasks:\n  - { id: x, agentType: echo, dependsOn: [late, lat] }\n  - id: late\n',
  )
  place.write('list.yaml', '- { id: x, agentType: echo }\n- { agentType: eco, id: y }\n')
  const before = await report()
  const found = await Promise.all(refusals.map(([args]) => place.run(...args)))
  for (const [at, { code, stdout, stderr }] of found.entries()) {
    const [args, sentence] = refusals[at]!
    expect([args, code, stdout, stderr]).toEqual([args, 2, '', expect.stringMatching(sentence)])
  }
  expect((await report()).subtasks).toEqual(before.subtasks)
}, 90_000)

it('answers, and what becomes of what is held', async () => {
  place.write('answer.json', '"blue"')
  const [yes, ...others] = await Promise.all([
    place.json('approve', 'run', 'yes', '--comment', 'fine', '--by', 'ada'),
    place.run('approve', 'run', 'valued', '--value', '{"copies": 2}'),
    place.run('reject', 'run', 'no', '--comment', 'too dear'),
    place.run('answer', 'run', 'pick', '@answer.json'),
    place.run('skip', 'run', 'skipped'),
    place.run('replace', 'run', 'replaced', '{"by": "hand"}', '--by', 'ada'),
  ])
  expect(yes).toMatchObject({ runId: 'run', taskId: 'yes', approved: true, by: 'ada' })
  expect(others.map(({ code, stdout }) => [code, stdout])).toEqual([
    [0, 'approved valued of run\n'],
    [0, 'rejected no of run\n'],
    [0, 'approved pick of run\n'],
    [0, 'skipped skipped of run\n'],
    [0, 'replaced replaced of run\n'],
  ])
  const again = await place.run('approve', 'run', 'yes', '--by', 'bo')
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('"ada" approved it')])
})

it('changes: one is added, one is another, one is cancelled with what depends on it; each raises the version', async () => {
  const added = await place.start(['add', 'run', '-', '--plan-version', '0', '-o', 'json'], {
    stdin: 'subtasks: [{ id: more, agentType: echo, payload: { $from: late } }]',
  }).finished
  expect(JSON.parse(added.stdout)).toEqual({ runId: 'run', version: 1, subtasks: ['more'] })
  const changed = await place.run('change', 'run', 'late', '--payload', '"new"', '--priority', 'high', '--by', 'ada')
  expect([changed.code, changed.stdout]).toEqual([0, 'changed late in run: its plan has version 2 now\n'])
  const cancelled = await place.run('cancel', 'run', '--task', 'cut', '--with-dependents')
  expect([cancelled.code, cancelled.stdout]).toEqual([0, 'cancelled cut, below in run: its plan has version 3 now\n'])
  const full = await place.run('add', 'run', place.write('many.json', [{ id: 'a' }, { id: 'b' }].map(withEcho)))
  expect([full.code, full.stderr]).toEqual([2, expect.stringMatching(/ChangeRefused: .*at most 12/)])
  expect(await report()).toMatchObject({ planVersion: 3, open: true })
})

const withEcho = ({ id }: { id: string }) => ({ id, agentType: 'echo' })

it('an open run that has nothing to do is told to close, and ends as it went', async () => {
  expect((await place.run('approve', 'run', 'gate')).code).toBe(0)
  await until(async () => (await state('more')) === 'succeeded', running)
  expect((await report()).waiting).toEqual([expect.objectContaining({ kind: 'events', command: 'troupe close run' })])
  const closed = await place.json('close', 'run')
  expect(closed).toEqual({ runId: 'run', closing: true })
  const { code } = await running.finished
  // What was rejected and cancelled did not succeed
  expect(code).toBe(1)
  const { results } = await place.json<{ results: Record<string, unknown> }>('result', 'run')
  expect(results).toMatchObject({
    yes: { output: { approved: true, by: 'ada', comment: 'fine' } },
    valued: { output: { copies: 2 } },
    no: { error: { code: 'Rejected' } },
    pick: { output: 'blue' },
    skipped: { error: { code: 'SkippedByPerson' } },
    replaced: { output: { by: 'hand' }, replacedBy: 'ada' },
    late: { output: 'new' },
    more: { output: 'new' },
    cut: { status: 'cancelled' },
  })
  const late = await Promise.all([place.run('approve', 'run', 'yes'), place.run('close', 'run')])
  for (const { code: refused, stderr } of late)
    expect([refused, stderr]).toEqual([2, expect.stringContaining('the run "run" has ended')])
})

it('without a worker it is said at once that nobody hears it', async () => {
  place.write('alone.json', { name: 'alone', subtasks: [{ id: 'ask', agentType: 'human', payload: { prompt: '?' } }] })
  expect((await place.run('run', 'alone.json', '--detach', '--id', 'alone')).code).toBe(0)
  const { code, stderr } = await place.run('approve', 'alone', 'ask')
  expect([code, stderr]).toEqual([3, expect.stringContaining('hint: troupe attach alone')])
})
