// Rules of policies, conditions and maps that a plan can break: the place, what is said, and what to do about it.
import { planOf, problemsOf, TEAM } from './support/checking'

/** A plan with `first`, whose output is known, and what is tested after it. */
const after = (subtask: Record<string, unknown>): Record<string, unknown> =>
  planOf({ id: 'first', agentType: 'outline', payload: { topic: 'x' } }, { id: 'a', ...subtask })

test.each<[rule: string, plan: unknown, problem: Record<string, unknown>]>([
  // Policies
  [
    'a policy that there is not',
    planOf({ id: 'a', onFailure: 'abort' }),
    {
      path: 'subtasks[0].onFailure',
      subtask: 'a',
      message: '"abort": must be skip-dependents, fail-fast, hold, or {"fallback": "<agent>"}',
    },
  ],
  [
    'a policy of the plan that there is not',
    { ...planOf({ id: 'a' }), onFailure: { fallbak: 'ann' } },
    { path: 'onFailure', message: expect.stringContaining('must be skip-dependents, fail-fast, hold') },
  ],
  [
    'an unknown fallback',
    planOf({ id: 'a', onFailure: { fallback: 'outlin' } }),
    {
      path: 'subtasks[0].onFailure.fallback',
      subtask: 'a',
      message: 'unknown agent "outlin"',
      hint: 'did you mean "outline"?',
    },
  ],
  [
    'an unknown fallback of the plan',
    { ...planOf({ id: 'a' }), onFailure: { fallback: 'bobby' } },
    { path: 'onFailure.fallback', message: 'unknown agent "bobby"' },
  ],
  [
    'a fallback that is the only agent',
    planOf({ id: 'a', onFailure: { fallback: 'echo' } }),
    {
      path: 'subtasks[0].onFailure.fallback',
      message: 'the fallback "echo" is the agent that has failed then',
      hint: 'name another agent, or raise the attempts of this one ("retry")',
    },
  ],
  [
    'a fallback that does not take the payload',
    planOf({ id: 'a', payload: { ms: 'soon' }, onFailure: { fallback: 'wait' } }),
    {
      path: 'subtasks[0].onFailure.fallback',
      message: 'the fallback "wait" does not take the payload: subtasks[0].payload.ms: "soon" must be integer',
    },
  ],
  [
    'another word for runIf',
    planOf({ id: 'a', runIf: 'always' }),
    {
      path: 'subtasks[0].runIf',
      message: '"always" is not one of the choices',
      hint: 'choices: all-succeeded, all-done, any-succeeded',
    },
  ],
  // Conditions
  [
    'a condition without a test',
    after({ when: [{ from: 'first' }] }),
    {
      path: 'subtasks[1].when[0]',
      message: expect.stringMatching(/has exactly one of "equals", "notEquals", "in", "exists"; this one has none$/),
    },
  ],
  [
    'a condition with two tests',
    after({ when: [{ from: 'first', equals: null, exists: true }] }),
    { path: 'subtasks[1].when[0]', message: expect.stringMatching(/this one has "equals" and "exists"$/) },
  ],
  [
    'a condition on nobody',
    after({ when: [{ from: 'frist', exists: true }] }),
    {
      path: 'subtasks[1].when[0].from',
      subtask: 'a',
      message: 'condition on nothing: there is no subtask "frist"',
      hint: 'did you mean "first"?',
    },
  ],
  [
    'a condition at no pointer',
    after({ when: [{ from: 'first', path: 'title', exists: true }] }),
    { path: 'subtasks[1].when[0].path', message: '"title" is not a JSON Pointer' },
  ],
  [
    'a condition on what the agent never returns',
    after({ when: [{ from: 'first', path: '/titel', equals: 'x' }] }),
    {
      path: 'subtasks[1].when[0].path',
      message: 'condition on nothing: the output of "first" has no "/titel"',
      hint: 'did you mean "title"?',
    },
  ],
  [
    'an unknown key of a condition',
    after({ when: [{ from: 'first', exists: true, equal: 1 }] }),
    { path: 'subtasks[1].when[0].equal', message: 'unknown key "equal"', hint: 'did you mean "equals"?' },
  ],
  ['a list of no values', after({ when: [{ from: 'first', in: [] }] }), { path: 'subtasks[1].when[0].in' }],
  [
    'too many conditions',
    after({ when: Array.from({ length: 21 }, () => ({ from: 'first', exists: true })) }),
    { path: 'subtasks[1].when', message: expect.stringMatching(/a subtask has at most 20 conditions$/) },
  ],
  [
    'a cycle through a condition',
    planOf({ id: 'a', when: [{ from: 'b', exists: true }] }, { id: 'b', forEach: { from: 'a' } }),
    { path: 'subtasks[0].dependsOn', message: 'cycle: a → b → a' },
  ],
  // Maps
  [
    'a map over nobody',
    after({ forEach: { from: 'fist' } }),
    {
      path: 'subtasks[1].forEach.from',
      message: 'a map over nothing: there is no subtask "fist"',
      hint: 'did you mean "first"?',
    },
  ],
  [
    'a map over what the agent never returns',
    after({ forEach: { from: 'first', path: '/point' } }),
    { path: 'subtasks[1].forEach.path', hint: 'did you mean "points"?' },
  ],
  [
    'a map over what is no list',
    after({ forEach: { from: 'first', path: '/title' } }),
    {
      path: 'subtasks[1].forEach',
      message: 'a map needs a list: the output of "first" has string at "/title"',
    },
  ],
  [
    'more in flight than a run has',
    after({ forEach: { from: 'first', path: '/points', maxInFlight: 501 } }),
    { path: 'subtasks[1].forEach.maxInFlight', message: expect.stringContaining('501: ') },
  ],
  [
    'a part of the output of a map as if it were one',
    planOf(
      { id: 'a', agentType: 'outline', forEach: { from: 'inputs', path: '/list' } },
      { id: 'b', payload: { $from: 'a', path: '/points' } },
    ),
    { path: 'subtasks[1].payload.path', message: 'reference to nothing: the output of "a" has no "/points"' },
  ],
  [
    'an element outside a map',
    planOf({ id: 'a', payload: { x: [{ $element: '' }] } }),
    {
      path: 'subtasks[0].payload.x[0]',
      message: '"$element" outside a map',
      hint: 'it stands for one element where a subtask has "forEach"',
    },
  ],
  [
    'an element at no pointer',
    after({ forEach: { from: 'first', path: '/points' }, payload: { $element: 'x' } }),
    { path: 'subtasks[1].payload.$element', message: '"x" is not a JSON Pointer' },
  ],
  [
    'a key beside an element',
    after({ forEach: { from: 'first', path: '/points' }, payload: { $element: '', path: '/x' } }),
    { path: 'subtasks[1].payload.path', message: 'unknown key "path" beside "$element"' },
  ],
  [
    'an event outside a reaction',
    planOf({ id: 'a', payload: { $event: '' } }),
    { path: 'subtasks[0].payload', message: '"$event" outside a reaction' },
  ],
])('%s is refused', (_rule, plan, expected) => {
  const problems = problemsOf(plan, { team: TEAM, checkInputs: false })
  expect(problems).toEqual([expect.objectContaining(expected)])
})

test('inputs that are no list, or not there, are refused for a map, and are a question for a condition', () => {
  const problems = problemsOf(
    planOf(
      { id: 'a', forEach: { from: 'inputs', path: '/one' } },
      { id: 'b', forEach: { from: 'inputs', path: '/two' } },
      { id: 'c', forEach: { from: 'inputs', path: '/list' } },
      { id: 'd', when: [{ from: 'inputs', path: '/two', exists: false }] },
    ),
    { inputs: { one: 1, list: [] } },
  )
  expect(problems).toEqual([
    expect.objectContaining({
      path: 'subtasks[0].forEach',
      message: 'a map needs a list: the inputs have 1 at "/one"',
    }),
    expect.objectContaining({ path: 'subtasks[1].forEach.path', hint: 'keys: one, list' }),
  ])
  const inputs = { type: 'object', properties: { kind: { type: 'string' } }, additionalProperties: false }
  expect(
    problemsOf({ ...planOf({ id: 'a', when: [{ from: 'inputs', path: '/knid', exists: true }] }), inputs }),
  ).toEqual([expect.objectContaining({ path: 'subtasks[0].when[0].path', hint: 'did you mean "kind"?' })])
})

test.each([0, 100_001, 1.5, '5', null])('a limit of subtasks of %p is refused', (maxSubtasks) => {
  expect(problemsOf(planOf({ id: 'a' }), { maxSubtasks })).toEqual([
    {
      path: 'maxSubtasks',
      message: `${JSON.stringify(maxSubtasks)} is no limit of subtasks`,
      hint: 'a whole number from 1 to 100000',
    },
  ])
})

test('what is wrong with all of them is said at once, and a wrong shape hides nothing else', () => {
  const plan = {
    ...planOf({
      id: 'a',
      onFailure: { fallback: 'nobody' },
      runIf: 'never',
      when: [{ from: 'b' }, { from: 5, exists: 'yes' }, 'x'],
      forEach: { path: 'x' },
      payload: { e: { $element: 'bad' }, f: { $event: '' } },
    }),
    onFailure: 7,
    reactions: [{ id: 5, on: 'x', run: { agentType: 'human', payload: { prompt: 5 } } }, 'y'],
  }
  expect(
    problemsOf(plan)
      .map(({ path }) => path)
      .sort(),
  ).toEqual([
    'onFailure',
    'reactions[0].id',
    'reactions[0].run.payload.prompt',
    'reactions[1]',
    'subtasks[0].forEach.from',
    'subtasks[0].onFailure.fallback',
    'subtasks[0].payload.e.$element',
    'subtasks[0].payload.f',
    'subtasks[0].runIf',
    'subtasks[0].when[0]',
    'subtasks[0].when[0].from',
    'subtasks[0].when[1].exists',
    'subtasks[0].when[1].from',
    'subtasks[0].when[2]',
  ])
})
