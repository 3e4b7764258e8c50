// Tools and effects that wait for a person, on a real server and over real HTTP: nobody holds a slot meanwhile, a killed worker loses nothing,
// nothing is paid or done twice, and a refusal is told to the model.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { requestRecord } from '../../src/contract/records'
import type { AgentEvent, Run, SubTask } from '../../src/index'
import { answer, OpenAiServer, subjectOf, type Behaviour } from '../support/openai-server'
import { useTroupe } from '../support/troupe'
import { startTeamWorker } from '../support/typescript-process'
import { approvalTeam as team } from './support/approval-team'

const test = useTroupe('approval')
const MODEL = 'openai/test-model'
const pushing = (branch: string): Behaviour => ({ kind: 'tool', name: 'push', input: { branch } })

/** Subtask, agent, what the model says, and what a person does with each question. */
const CASES: [id: string, agent: string, says: Behaviour[], decides: ('approve' | 'reject')[]][] = [
  ['approved', 'always', [pushing('a1'), pushing('a2'), answer('both pushed')], ['approve', 'approve']],
  ['rejected', 'always', [pushing('r1'), answer('left alone')], ['reject']],
  ['once', 'once', [pushing('o1'), pushing('o2'), answer('pushed twice')], ['approve']],
  ['never', 'main-only', [pushing('topic'), answer('nobody was asked')], []],
  ['where', 'main-only', [pushing('main'), answer('main it is')], ['approve']],
  // The answer after the decision fails once: of two attempts, one is left
  ['retried', 'always', [pushing('t1'), { kind: 'status', status: 500 }, answer('at last')], ['approve']],
  ['spent', 'always', [{ kind: 'status', status: 500 }, pushing('s1'), { kind: 'status', status: 500 }], ['approve']],
  ['isolated', 'isolated', [pushing('i1'), answer('from a process')], ['approve']],
]
/** Effects after untrusted text: subtask, agent, and what a person says. */
const RELEASES: [id: string, agent: string, decides: 'approve' | 'reject'][] = [
  ['v1', 'releases', 'approve'],
  ['v2', 'releases', 'reject'],
  ['v3', 'releases-apart', 'approve'],
  ['v4', 'shares-apart', 'approve'],
]
/** What a person does with each question, by subtask. */
const DECISIONS = new Map<string, readonly ('approve' | 'reject')[]>([
  ...CASES.map(([id, , , decides]) => [id, decides] as const),
  ...RELEASES.map(([id, , decides]) => [id, [decides]] as const),
])
const QUESTIONS = [...DECISIONS.values()].flat().length
const subtasks = (): SubTask[] => [
  ...CASES.map(([id, agentType]) => ({ id, agentType, payload: { prompt: id } })),
  ...RELEASES.map(([id, agentType]) => ({
    ...{ id, agentType },
    payload: { version: id, ...(id === 'v3' ? { counted: join(test.directory, 'counted') } : {}) },
  })),
]

let models: OpenAiServer
let marks: string
let temporal: Client

beforeAll(async () => {
  marks = join(test.directory, 'marks')
  const connection = await Connection.connect({ address: test.address })
  temporal = new Client({ connection, namespace: test.namespace })
  const scripts = new Map(CASES.map(([id, , says]) => [id, [...says]]))
  models = await OpenAiServer.start(
    (request) => scripts.get(subjectOf(request))?.shift() ?? { kind: 'status', status: 418 },
  )
  Object.assign(process.env, { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: models.url, APPROVAL_MARKS: marks })
})
afterAll(async () => {
  await temporal.connection.close()
  for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'APPROVAL_MARKS']) delete process.env[name]
  await models.close()
})

/** Until so many questions are open; the events that there were. */
async function untilAsked(run: Run, questions: number): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  for await (const event of run.events()) {
    events.push(event)
    if (events.filter(({ type }) => type === 'person.asked').length === questions) break
  }
  return events
}

it('an execution that needs a decision ends, and another one goes on from the ledger', async () => {
  const { address: ADDRESS, namespace: NAMESPACE, storeDirectory: TROUPE_STORE } = test
  const environment = { ADDRESS, NAMESPACE, TROUPE_STORE }
  const doomed = startTeamWorker('test/run/support/approval-team.ts', 'approvalTeam', environment)
  await once(doomed.stdout!, 'data')
  const run = await test.troupe.start({ name: 'approval', subtasks: subtasks() }, { team, model: MODEL })

  // Each agent has one slot, and all of its subtasks are asked about at once
  await untilAsked(run, [...DECISIONS.values()].filter((decides) => decides.length > 0).length)
  // An attempt that was given up, and goes on all the same, writes its own question
  const { runId: firstRunId } = await temporal.workflow.getHandle(run.id).describe()
  const late = requestRecord({ workflowId: run.id, firstRunId }, 'approved', 9)
  const question = { request: { inline: { prompt: 'May it do anything?' } }, approvalId: '0123456789ab' }
  expect(await test.troupe.store.records.create(late, question)).toMatchObject({ created: true })
  const asked = await test.troupe.client.approvals()
  expect(asked.map(({ subtask }) => subtask).sort()).toEqual([
    'approved',
    'isolated',
    'once',
    'rejected',
    'retried',
    'spent',
    'v1',
    'v2',
    'v3',
    'v4',
    'where',
  ])
  expect(asked.find(({ subtask }) => subtask === 'approved')).toMatchObject({
    prompt: 'May the agent "always" call the tool "push"?',
    details: { tool: 'push', input: { branch: 'a1' } },
    command: expect.stringMatching(/approve .* --call [0-9a-f]{12}$/) as string,
  })
  const release = { effect: { name: 'release', key: 'v1' }, untrusted: 'the release notes', input: { version: 'v1' } }
  expect(asked.find(({ subtask }) => subtask === 'v1')).toMatchObject({
    prompt:
      'May the agent "releases" do the effect "release" (key "v1"), after it has read untrusted text (the release notes)?',
    details: release,
    command: expect.stringMatching(/approve .* v1 --call [0-9a-f]{12}$/) as string,
  })
  const { waiting } = await run.status()
  expect(waiting.find(({ subtask }) => subtask === 'v1')).toMatchObject({
    kind: 'asking',
    sentence: expect.stringContaining('do the effect "release" (key "v1")') as string,
  })
  // Who decides has seen a call, and says which
  for (const id of ['once', 'v1'])
    for (const said of [{}, { approvalId: 'another' }, { approvalId: '0123456789ab' }, { output: 'yes' }])
      await expect(run.approve(id, said)).rejects.toMatchObject({ code: 'DecisionRefused' })

  const gone = once(doomed, 'exit')
  doomed.kill('SIGKILL')
  await gone
  const worker = await test.serve(team)
  const decisions = new Map([...DECISIONS].map(([id, decides]) => [id, [...decides]]))
  for await (const event of run.events()) {
    if (event.type !== 'person.asked') continue
    const { subtask, approvalId: whole } = event.payload as { subtask: string; approvalId: string }
    // Whole, or as a person is shown it
    const approvalId = subtask === 'approved' || subtask === 'v2' ? whole.slice(0, 12) : whole
    const decision = decisions.get(subtask)?.shift()
    if (decision === 'approve') await run.approve(subtask, { approvalId })
    if (decision === 'reject') await run.reject(subtask, { approvalId, comment: 'too early', by: 'ann' })
  }
  const outcome = await run.outcome()
  await worker.shutdown()

  const { results } = outcome
  for (const [id, , says] of CASES) {
    const last = says.at(-1)!
    const expected = last.kind === 'answer' ? { success: true, output: last.text } : { success: false }
    expect(results[id]).toMatchObject(expected)
  }
  const attempts = ['approved', 'retried', 'spent', 'v1', 'v3'].map((id) => results[id]!.attempt)
  expect(attempts).toEqual([1, 2, 2, 1, 2])
  expect(results.spent!.error!.code).toBe('ModelUnavailable')

  expect(['v1', 'v3', 'v4'].map((id) => results[id]!.output)).toEqual(['released v1', 'released v3', 'released v4'])
  // As after `deny`, its code may make something of that
  expect(results.v2!.output).toMatch(/^not released: ann did not allow the effect "release" \(key "v2"\).*: too early$/)
  const pushed = readFileSync(marks, 'utf8').trim().split('\n').sort()
  expect(pushed).toEqual(['a1', 'a2', 'i1', 'main', 'o1', 'o2', 's1', 't1', 'topic', 'v1', 'v3', 'v4'])
  const told = models.requests.filter((request) => subjectOf(request) === 'rejected').at(-1)!
  expect(JSON.stringify(told.body.messages)).toContain('ann did not allow this call: too early')
  // What was answered was paid once
  expect(models.billed.calls).toBe(CASES.flatMap(([, , says]) => says).filter(({ kind }) => kind !== 'status').length)
  expect(outcome.tokensUsed).toBe(models.billed.tokens)
  await expectSmallHistory(run.id)
}, 120_000)

/** The input of a call is in the store. */
async function expectSmallHistory(id: string): Promise<void> {
  const { events = [] } = await temporal.workflow.getHandle(id).fetchHistory()
  const names = events!.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === 'runAgent' ? [scheduled.activityId] : [],
  )
  // One execution more for each question
  expect(names).toHaveLength(DECISIONS.size + QUESTIONS)
}
