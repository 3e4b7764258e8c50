// Model agents on a real server, over real HTTP: whatever the provider does, it is retried or refused as it should be, and
// what it has billed is what the run says.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import { writeRecording } from '../../src/agents/models/write-recording'
import type { AgentResult, RunOutcome, SubTask } from '../../src/index'
import { checkPlanFile } from '../../src/plan-file/check-plan-file'
import { parsePlanText } from '../../src/plan-file/parse-plan-text'
import { useModels } from '../support/models'
import { answer, subjectOf, type Behaviour, type ChatRequest } from '../support/openai-server'
import { useTroupe } from '../support/troupe'
import { startTeamWorker } from '../support/typescript-process'
import { modelsTeam as team } from './support/models-team'

const test = useTroupe('models')
/** Of no known shape: found anywhere, it came from the environment. */
const KEY = 'canary+models/0123456789'
const MODEL = 'openai/test-model'
const STATUS_429: Behaviour = { kind: 'status', status: 429, headers: { 'retry-after': '2' } }
const LONG = 'an answer that comes in many pieces'
const points = (...list: string[]): Behaviour => answer({ points: list })
const sounding: Behaviour = { kind: 'tool', name: 'depth', input: { at: 'quay' } }

/** Subtask, agent, what the provider does, one behaviour a request, and how the subtask ends. */
const CASES: [id: string, agent: string, does: Behaviour[], ends: Partial<AgentResult> | { code: string }][] = [
  ['good', 'lister', [points('a')], { output: { points: ['a'] }, attempt: 1 }],
  ['mended', 'lister', [answer('Points? Many.'), points('b')], { output: { points: ['b'] }, attempt: 1 }],
  ['renewed', 'twice', [answer('?'), answer('??'), points('c')], { output: { points: ['c'] }, attempt: 2 }],
  ['hopeless', 'twice', [answer('1'), answer('2'), answer('3'), answer('4')], { code: 'OutputRejected' }],
  ['limited', 'writer', [STATUS_429, answer('later')], { output: 'later', attempt: 2 }],
  ['broken', 'writer', [{ kind: 'status', status: 500 }, answer('again')], { output: 'again', attempt: 2 }],
  ['hanging', 'hasty', [{ kind: 'hang' }, answer('awake')], { output: 'awake', attempt: 2, unconfirmedCalls: 1 }],
  ['cut', 'writer', [{ kind: 'cut' }, answer('whole')], { output: 'whole', attempt: 2, unconfirmedCalls: 1 }],
  ['refused', 'writer', [{ kind: 'status', status: 401 }], { code: 'ModelRefused' }],
  ['sounded', 'sounder', [sounding, answer('5 m')], { output: '5 m', attempt: 1 }],
  ['circled', 'circler', [sounding, sounding], { code: 'OutputRejected' }],
  ['streamed', 'streamer', [answer(LONG)], { output: { pieces: 5, text: LONG }, attempt: 1 }],
]

const subtasks: SubTask[] = CASES.map(([id, agentType]) => ({ id, agentType, payload: { prompt: id } }))
const models = useModels(undefined, KEY)
beforeEach(() => models.reset())

function requestsOf(id: string): ChatRequest[] {
  return models.requests.filter((request) => subjectOf(request) === id)
}

function answerBy(scripts: Map<string, Behaviour[]>): void {
  models.answerBy((request) => scripts.get(subjectOf(request))?.shift() ?? { kind: 'status', status: 418 })
}

/** All files below a directory, as text. */
function textsBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'latin1'))
}

async function historyText(id: string): Promise<string> {
  const connection = await Connection.connect({ address: test.address })
  const { events } = await new Client({ connection, namespace: test.namespace }).workflow.getHandle(id).fetchHistory()
  await connection.close()
  const bytes = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value
  return JSON.stringify(events, (key, value: { data?: unknown }) =>
    value?.data instanceof Uint8Array ? bytes(key, value.data) : bytes(key, value),
  )
}

describe('a run with every kind of answer', () => {
  let outcome: RunOutcome
  let id: string
  let recording: string
  let asked: ChatRequest[]
  let billed: { calls: number; tokens: number }

  beforeAll(async () => {
    const worker = await test.serve(team)
    answerBy(new Map(CASES.map(([subtask, , does]) => [subtask, [...does]])))
    const run = await test.troupe.start({ name: 'all', subtasks }, { team, model: MODEL })
    outcome = await run.outcome()
    id = run.id
    asked = [...models.requests]
    billed = { ...models.billed }
    recording = join(test.directory, 'recording.json')
    const calls = await run.calls()
    expect(calls).toHaveLength(billed.calls)
    writeFileSync(recording, JSON.stringify(writeRecording(calls, process.env)))
    await worker.shutdown()
  })

  it.each(CASES)(
    'ends the subtask "%s" of %s as it should, with one request for each thing that was done',
    (subtask, _agent, does, ends) => {
      const result = outcome.results[subtask]!
      if ('code' in ends) expect(result).toMatchObject({ success: false, error: ends })
      else expect(result).toMatchObject({ success: true, ...ends })
      expect(asked.filter((request) => subjectOf(request) === subtask)).toHaveLength(does.length)
      if (!('unconfirmedCalls' in ends)) expect(result).not.toHaveProperty('unconfirmedCalls')
    },
  )

  it('says of its tokens what the provider has billed', () => {
    expect(billed.calls).toBe(
      CASES.flatMap(([, , does]) => does).filter(({ kind }) => ['answer', 'tool'].includes(kind)).length,
    )
    expect(outcome.tokensUsed).toBe(billed.tokens)
    expect(outcome.unconfirmedCalls).toBe(2)
    const sum = Object.values(outcome.results).reduce((tokens, result) => tokens + result.tokensUsed, 0)
    expect(sum).toBe(billed.tokens)
  })

  it('shows each call: its tokens, how long it took, and what became of it', async () => {
    const run = test.troupe.client.run(id)
    const all = await run.modelCalls()
    const paid = all.filter(({ state }) => state === 'answered')
    expect(paid).toHaveLength(billed.calls)
    expect(paid.reduce((sum, { tokens }) => sum + tokens!.input + tokens!.output, 0)).toBe(billed.tokens)
    for (const { model, askedAt, durationMs } of paid)
      expect([model, Number.isFinite(Date.parse(askedAt!)), durationMs! >= 0]).toEqual([MODEL, true, true])
    const statesOf = async (task: string) => (await run.modelCalls(task)).map(({ state }) => state)
    expect(await statesOf('sounded')).toEqual(['answered', 'answered'])
    expect(await statesOf('limited')).toEqual(['refused', 'answered'])
    expect(await statesOf('hanging')).toEqual(['cut-off', 'answered'])
    const renewed = (await run.modelCalls('renewed')).map(({ attempt, number }) => `${attempt}.${number}`)
    expect(renewed).toEqual(['0.0', '0.1', '1.0'])
    await expect(run.modelCalls('sound')).rejects.toMatchObject({ code: 'SubtaskNotFound' })
    const { address: TEMPORAL_ADDRESS, namespace: TEMPORAL_NAMESPACE, storeDirectory: TROUPE_STORE } = test
    const env = { ...process.env, TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TROUPE_STORE }
    const command = ['dist/src/cli/main.js', 'result', id, '--task', 'hanging', '--calls']
    const { stdout } = await promisify(execFile)(process.execPath, command, { env })
    expect(stdout).toMatch(
      / openai\/test-model .*cut off, and perhaps billed.*\n.* openai\/test-model .*\n2 calls, .* cost /,
    )
  })

  it('comes back when the provider has said', () => {
    const [first, second] = asked.filter((request) => subjectOf(request) === 'limited')
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(2_000)
    const [failed, again] = asked.filter((request) => subjectOf(request) === 'broken')
    expect(again!.at - failed!.at).toBeLessThan(2_000)
  })

  it('shows the key to nobody but the provider', async () => {
    expect(asked.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true)
    expect(outcome.results.refused!.error!.hint).toContain('OPENAI_API_KEY')
    const history = await historyText(id)
    expect(history).toContain('HTTP 401')
    const kept = textsBelow(test.storeDirectory)
    expect(kept.some((text) => text.includes('Points? Many.'))).toBe(true)
    for (const text of [JSON.stringify(outcome), history, readFileSync(recording, 'utf8'), ...kept]) {
      expect(text.includes(KEY)).toBe(false)
      expect(text.includes(Buffer.from(KEY).toString('base64').slice(0, 30))).toBe(false)
    }
  })

  it('is played again from its recording, with its tokens and without its provider', async () => {
    models.reset()
    const worker = await test.serve(team)
    const played = await (
      await test.troupe.start({ name: 'played', subtasks }, { team, model: `scripted/${recording}` })
    ).outcome()
    for (const [subtask, , , ends] of CASES) {
      const { output, tokensUsed, error } = played.results[subtask]!
      // A recorded stream comes in one piece
      const before = subtask === 'streamed' ? { pieces: 1, text: LONG } : outcome.results[subtask]!.output
      expect([subtask, output, tokensUsed]).toEqual([subtask, before, outcome.results[subtask]!.tokensUsed])
      // What was refused was not recorded
      if ('code' in ends) expect(error!.code).toBe(subtask === 'refused' ? 'NoRecordedAnswer' : ends.code)
    }
    expect(models.requests).toEqual([])
    await worker.shutdown()
  })
})

it('a killed worker’s replacement pays for no answer that had arrived, and tells of the call that was cut off', async () => {
  const [marks, go] = [join(test.directory, 'marks'), join(test.directory, 'go')]
  const { address: ADDRESS, namespace: NAMESPACE, storeDirectory: TROUPE_STORE } = test
  const environment = { ADDRESS, NAMESPACE, TROUPE_STORE, MODELS_MARKS: marks, MODELS_GO: go }
  const doomed = startTeamWorker('test/run/support/models-team.ts', 'modelsTeam', environment)
  let said = ''
  doomed.stderr!.on('data', (text: Buffer) => (said += text.toString()))
  await once(doomed.stdout!, 'data')
  const done: [string, Behaviour[]][] = [
    ['during', [{ kind: 'hang' }, answer('at last')]],
    ['between', [sounding, answer('5 m')]],
  ]
  answerBy(new Map(done))
  const plan = {
    name: 'killed',
    subtasks: [
      { id: 'during', agentType: 'writer', payload: { prompt: 'during' } },
      { id: 'between', agentType: 'sounder', payload: { prompt: 'between' } },
      // Nobody has begun it when the worker dies
      { id: 'before', agentType: 'writer', dependsOn: ['between'], payload: { prompt: 'before' } },
    ],
  }
  done.push(['before', [answer('not yet')]])
  answerBy(new Map(done))
  const run = await test.troupe.start(plan, { team, model: MODEL })
  const sounded = (): string[] => {
    try {
      return readFileSync(marks, 'utf8').split('\n').filter(Boolean)
    } catch {
      return []
    }
  }
  for (const end = Date.now() + 30_000; requestsOf('during').length === 0 || sounded().length === 0; await sleep(50))
    if (Date.now() > end) throw new Error(`the worker asked for too little: ${said}`)
  const during = async () => (await run.modelCalls('during')).map(({ state, tokens }) => [state, tokens !== undefined])
  expect(await during()).toEqual([['waiting', false]])
  expect((await run.modelCalls('between')).map(({ state }) => state)).toEqual(['answered'])
  const gone = once(doomed, 'exit')
  doomed.kill('SIGKILL')
  await gone
  writeFileSync(go, '')
  const worker = await test.serve(team)
  const outcome = await run.result()
  await worker.shutdown()
  expect(outcome.results.during).toMatchObject({ output: 'at last', attempt: 2, unconfirmedCalls: 1 })
  expect(await during()).toEqual([
    ['cut-off', false],
    ['answered', true],
  ])
  expect(outcome.results.between).toMatchObject({ output: '5 m', attempt: 2 })
  expect(outcome.results.before).toMatchObject({ output: 'not yet', attempt: 1 })
  expect(outcome.results.between).not.toHaveProperty('unconfirmedCalls')
  expect(['during', 'between', 'before'].map((id) => requestsOf(id).length)).toEqual([2, 2, 1])
  expect(outcome.tokensUsed).toBe(models.billed.tokens)
  expect(models.billed.calls).toBe(4)
})

it('a plan file declares model agents: an address of their own, a recording beside it, and answers of a given form', async () => {
  const text = `
name: inline
agents:
  summary:
    model: openai-compatible/local
    baseUrl: ${models.url}
    instructions: You summarise.
    input: { type: object, required: [text] }
    output: { type: object, properties: { points: { type: array, minItems: 1 } }, required: [points], additionalProperties: false }
    retry: { maximumAttempts: 1 }
  reader:
    model: scripted/answers.json
    instructions: You read.
subtasks:
  - { id: one, agentType: summary, payload: { text: about tides } }
  - { id: two, agentType: reader, payload: { $from: one } }
`
  writeFileSync(
    join(test.directory, 'answers.json'),
    JSON.stringify({
      format: 'troupe-recording',
      version: 1,
      answers: [{ agent: 'reader', content: 'read', usage: { inputTokens: 20, outputTokens: 3 } }],
    }),
  )
  models.next(answer({ points: [] }), answer({ points: ['high', 'low'] }))
  const file = parsePlanText(text, { file: 'plan.yaml', directory: test.directory })
  const { checked } = checkPlanFile(file, { now: Date.now() })
  const worker = await test.serve()
  const run = await test.troupe.start(checked.plan, { team: checked.spec.team })
  const outcome = await run.result()
  await worker.shutdown()
  expect(outcome.results.one!.output).toEqual({ points: ['high', 'low'] })
  expect(outcome.results.two).toMatchObject({ output: 'read', tokensUsed: 23 })
  expect(outcome.tokensUsed).toBe(models.billed.tokens + 23)
  const [first, second] = models.requests
  expect([first!.body.model, first!.prompt, first!.headers.authorization]).toEqual([
    'local',
    JSON.stringify({ text: 'about tides' }, null, 2),
    undefined,
  ])
  expect(first!.system).toMatch(/^You summarise\.\n/)
  expect(second!.prompt).toContain('points: [] must NOT have fewer than 1 items')
})
