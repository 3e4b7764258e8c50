// Budgets of a run as its orchestrator keeps them: what a subtask counts against, what is held, and what somebody raises.
import type { GraphNode } from '../../src/contract/messages'
import type { RaiseBudgetInput, RunBudget } from '../../src/contract/budget'
import type { SubtaskError } from '../../src/contract/run'
import { RunState } from '../../src/contract/run/run-state'
import { agentSlot, beginRun, preparedRun, START } from './support/begin-run'
import { definePlan } from '../../src/contract/schema/plan-builder'
import { checkedOf, planOf, problemsOf } from './support/checking'

const STARTED = new Date(START).toISOString()
const EXCEEDED: SubtaskError = { code: 'BudgetExceeded', message: 'used up', retryable: false }
const agents = [agentSlot('writer'), agentSlot('reader')]

function node(id: string, more: Partial<GraphNode> = {}): GraphNode {
  return { id, agents: [0], type: 'writer', dependsOn: [], priority: 'normal', ...more }
}

function begin(nodes: GraphNode[], budget?: RunBudget) {
  return beginRun(preparedRun(agents, nodes, budget ? { budget } : {}))
}

function startAll(state: RunState): void {
  for (const agent of agents.keys())
    for (let place = state.next(agent); place !== undefined; place = state.next(agent)) state.started(place)
}

it('counts a call against the run, its agent, its subtask, and all that the subtask comes from', () => {
  const { state, clock } = begin([node('a', { budget: { usd: 2, wallMs: 9_000 } }), node('b', { agents: [1] })], {
    run: { tokens: 1_000, wallMs: 60_000 },
    agents: { writer: { calls: 5, wallMs: 30_000 } },
  })
  startAll(state)
  clock.now += 1_000
  const spawned = { fragment: 'f', nodes: [node('a/x', { budget: { tokens: 10 } }), node('a/y', { agents: [1] })] }
  state.succeeded(0, { attempt: 1, durationMs: 1, tokensUsed: 0, spawned })
  startAll(state)
  const run = { level: 'run', limits: { tokens: 1_000, wallMs: 60_000 }, since: STARTED }
  const own = { level: 'subtask', name: 'a', limits: { usd: 2, wallMs: 9_000 }, since: STARTED }
  expect(state.budgets.levelsOf(state.placeOf('a/x')!, STARTED)).toEqual([
    run,
    { level: 'agent', name: 'writer', limits: { calls: 5, wallMs: 30_000 }, since: STARTED },
    { level: 'subtask', name: 'a/x', limits: { tokens: 10 } },
    own,
  ])
  expect(state.budgets.levelsOf(state.placeOf('a/y')!, STARTED)).toEqual([run, own])
  expect(state.budgets.levelsOf(state.placeOf('b')!, STARTED)).toEqual([run])
})

it('says nothing where nobody has said anything, and marks what is only the default', () => {
  const { state } = begin([node('a'), node('b', { budget: { calls: 1 } })])
  startAll(state)
  expect(state.budgets.levelsOf(0, STARTED)).toBeUndefined()
  expect(state.budgets.levelsOf(1, STARTED)).toMatchObject([{ level: 'run', assumed: true }, { name: 'b' }])
  expect(state.budgets.told).toBeUndefined()
})

it('holds before any policy, goes on with the same candidate, and carries what was raised', () => {
  const nodes = [node('a', { fallback: 1, onFailure: 'fail-fast' })]
  const { state, events } = begin(nodes, { run: { tokens: 10 }, onBudget: 'hold' })
  startAll(state)
  state.failed(0, EXCEEDED)
  expect(state.rows[0]).toMatchObject({ state: 'held', error: EXCEEDED })
  expect(state.finished).toBe(false)
  state.budgets.raise({ by: 'mo', budget: { tokens: 20 } })
  expect(state.rows[0]).toMatchObject({ state: 'ready', agent: 'writer' })
  expect(events.at(-1)).toMatchObject({ type: 'budget.raised', payload: { by: 'mo', budget: { tokens: 20 } } })
  const carried = JSON.parse(JSON.stringify(state.carry())) as ReturnType<RunState['carry']>
  const surroundings = { now: () => START, emit: () => events[0]!, interrupt: () => undefined }
  const restored = RunState.restore(state.prepared, carried, surroundings)
  expect(restored.budgets.told).toEqual({ run: { tokens: 20 }, onBudget: 'hold' })
  startAll(restored)
  expect(restored.budgets.levelsOf(0, STARTED)).toEqual([{ level: 'run', limits: { tokens: 20 } }])
})

it('remembers when an agent began, though another one has taken its subtask over and the run continues as new', () => {
  const nodes = [node('a', { fallback: 1 }), node('b', { dependsOn: [0], runIf: 'all-done' })]
  const { state, clock, events } = begin(nodes, { run: { tokens: 10 }, agents: { writer: { wallMs: 9_000 } } })
  startAll(state)
  state.failed(0, { code: 'AgentFailed', message: 'no', retryable: false })
  clock.now += 1_000
  startAll(state)
  state.succeeded(0, { attempt: 1, durationMs: 1, tokensUsed: 0 })
  const carried = JSON.parse(JSON.stringify(state.carry())) as ReturnType<RunState['carry']>
  const surroundings = { now: () => clock.now, emit: () => events[0]!, interrupt: () => undefined }
  const restored = RunState.restore(state.prepared, carried, surroundings)
  startAll(restored)
  const since = (one: RunState) => one.budgets.levelsOf(1, STARTED)!.find(({ level }) => level === 'agent')!.since
  expect(since(restored)).toBe(STARTED)
  startAll(state)
  expect(since(state)).toBe(STARTED)
})

it('does not count the time in which a person is asked about a tool towards the subtask’s own wall time', () => {
  const limits = { wallMs: 9_000 }
  const { state, clock, events } = begin([node('a', { budget: limits })], { run: limits, agents: { writer: limits } })
  const ask = (approvalId: string): void => {
    startAll(state)
    const suspended = { approvalId, tool: 'push', input: { inline: {} } }
    state.returned(0, { suspended, attempt: 1, durationMs: 1, tokensUsed: 0 })
  }
  const decide = (one: RunState, approvalId: string): void =>
    void one.requests.decide({ taskId: 'a', requestId: approvalId, approvalId, approved: true, by: 'mo' })
  ask('first')
  clock.now += 60_000
  decide(state, 'first')
  clock.now += 500
  ask('second')
  clock.now += 5_000
  const carried = JSON.parse(JSON.stringify(state.carry())) as ReturnType<RunState['carry']>
  const surroundings = { now: () => clock.now, emit: () => events[0]!, interrupt: () => undefined }
  const restored = RunState.restore(state.prepared, carried, surroundings)
  clock.now += 5_000
  for (const one of [state, restored]) {
    decide(one, 'second')
    startAll(one)
    expect(one.budgets.levelsOf(0, STARTED)).toEqual([
      { level: 'run', limits, since: STARTED },
      { level: 'agent', name: 'writer', limits, since: STARTED },
      { level: 'subtask', name: 'a', limits, since: new Date(START + 70_000).toISOString() },
    ])
  }
})

it('counts the time of an agent from its own beginning, not from that of the agent whose subtask it took over', () => {
  const { state, clock } = begin([node('a', { fallback: 1 })], {
    run: { tokens: 10 },
    agents: { reader: { wallMs: 9_000 } },
  })
  startAll(state)
  clock.now += 60_000
  state.failed(0, { code: 'AgentFailed', message: 'no', retryable: false })
  startAll(state)
  expect(state.rows[0]!.agent).toBe('reader')
  const since = new Date(START + 60_000).toISOString()
  expect(state.budgets.levelsOf(0, STARTED)).toContainEqual(expect.objectContaining({ name: 'reader', since }))
})

it('refuses a wall time that is over already, and says how long it has taken: held overnight, it would be held again', () => {
  const limits = { wallMs: 9_000 }
  const { state, clock } = begin([node('a', { budget: limits })], { run: limits, agents: { writer: limits } })
  startAll(state)
  clock.now += 60_000
  for (const [of, whose] of [
    [{}, 'the run'],
    [{ agent: 'writer' }, 'the agent "writer"'],
    [{ taskId: 'a' }, 'the subtask "a"'],
  ] as const) {
    const raised = (wallMs: number) => state.budgets.problem({ by: 'mo', budget: { wallMs }, ...of }, STARTED)
    expect(raised(60_000)).toMatchObject({ code: 'ChangeRefused', message: `${whose} has taken 1 min 0 s by now` })
    expect(raised(60_001)).toBeUndefined()
  }
})

it.each([{ usd: 1e300 }, { usd: 2_000_000 }, { tokens: 10.5 }, { tokens: 2 ** 60 }, { tokens: Number.NaN }])(
  'refuses a raise that no start would take: %j',
  (budget) => {
    const { state } = begin([node('a')], { run: { tokens: 10, usd: 1 } })
    expect(state.budgets.problem({ by: 'mo', budget })).toMatchObject({
      code: 'ChangeRefused',
      message: expect.stringContaining('is no value for') as string,
    })
  },
)

it('does not hold what ran into a budget that was raised meanwhile', () => {
  const { state } = begin([node('a')], { run: { tokens: 10 } })
  startAll(state)
  state.budgets.raise({ by: 'mo', budget: { tokens: 20 } })
  state.failed(0, EXCEEDED)
  expect(state.rows[0]!.state).toBe('ready')
  startAll(state)
  state.failed(0, EXCEEDED)
  expect(state.rows[0]!.state).toBe('failed')
})

it('knows the deadline of what goes on because a budget was raised while it ran', () => {
  const deadline = new Date(START + 1_000).toISOString()
  const { state, clock } = begin([node('a', { deadline })], { run: { tokens: 10 } })
  startAll(state)
  state.expire()
  state.budgets.raise({ by: 'mo', budget: { tokens: 20 } })
  state.failed(0, EXCEEDED)
  clock.now += 2_000
  state.expire()
  expect(state.rows[0]).toMatchObject({ state: 'failed', error: { code: 'DeadlineExceeded' } })
})

it('leaves held what is past its deadline: a person gives it a later one first', () => {
  const deadline = new Date(START + 1_000).toISOString()
  const { state, clock } = begin([node('a', { deadline })], { run: { tokens: 10 }, onBudget: 'hold' })
  startAll(state)
  state.failed(0, EXCEEDED)
  clock.now += 2_000
  state.budgets.raise({ by: 'mo', budget: { tokens: 20 } })
  state.expire()
  expect(state.rows[0]).toMatchObject({ state: 'held', error: EXCEEDED })
})

it.each([
  [{ budget: { tokens: 10 } }, /the run may already use 10 tokens/],
  [{ budget: { usd: 1 } }, /usd of the run are not limited/],
  [{ budget: {} }, /at least one of/],
  [{ budget: { tokens: 20, cents: 5 } }, /"cents" is nothing that a budget limits/],
  [{ budget: { tokens: NaN } }, /no value for tokens/],
  [{ budget: { tokens: 20 }, agent: 'reader' }, /the agent "reader" has no budget/],
  [{ budget: { tokens: 20 }, taskId: 'gone' }, /the subtask "gone" has no budget/],
  [{ budget: { tokens: 20 }, taskId: 'a', agent: 'writer' }, /one budget is raised at a time/],
])('refuses to raise %j', (input, says) => {
  const { state } = begin([node('a')], { run: { tokens: 10 } })
  expect(state.budgets.problem({ by: 'mo', ...input } as RaiseBudgetInput)).toMatchObject({
    code: 'ChangeRefused',
    message: expect.stringMatching(says),
  })
})

it('is said in code as in a file', () => {
  const money = {
    budget: { usd: 2 },
    onBudget: 'hold' as const,
    prices: { 'ollama/x': { inputPerMillion: 0, outputPerMillion: 0 } },
  }
  const plan = definePlan('coded', money, (p) => {
    p.add('a', { name: 'echo', execute: () => undefined }, {}, { budget: { calls: 2 } })
  })
  expect(plan).toMatchObject({ ...money, subtasks: [{ id: 'a', budget: { calls: 2 } }] })
  expect(checkedOf(plan).spec).toMatchObject(money)
})

it('is checked with the plan, wherever it stands; who starts a run may say otherwise', () => {
  const plan = { ...planOf({ id: 'a', budget: { calls: 2 } }), budget: { usd: 5, calls: 9 }, onBudget: 'hold' }
  const { spec, budget, nodes } = checkedOf(plan, { maxTokens: 7, budget: { usd: 1 } })
  expect(spec).toMatchObject({ budget: { usd: 1, calls: 9, tokens: 7 }, onBudget: 'hold' })
  expect(budget).toEqual({ run: { usd: 1, calls: 9, tokens: 7 }, onBudget: 'hold' })
  expect(nodes[0]).toMatchObject({ budget: { calls: 2 } })
  const wrong = { ...planOf({ id: 'a', budget: {} }), budget: { usd: 0 }, prices: { gpt: { inputPerMillion: 1 } } }
  const paths = problemsOf(wrong, { onBudget: 'wait', budget: { cents: 3 } }).map(({ path }) => path)
  expect(new Set(paths)).toEqual(
    new Set(['budget.usd', 'prices.gpt', 'budget', 'onBudget', 'budget.cents', 'subtasks[0].budget']),
  )
})
