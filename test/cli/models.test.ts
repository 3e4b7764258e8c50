// Models on the command line: which one is asked, what it may cost, what is kept of it, and with what exit code it fails.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOutcome } from '../../src/client/outcome'
import { type Finished, NO_MODEL, type Settings, Workplace } from './support/command'

const CANARY = 'sk-canary-4f9d2c71b8e6450a'
const answer = (content: unknown, tokens = 30, more = {}) => ({
  agent: 'summary',
  content,
  usage: { inputTokens: tokens - 10, outputTokens: 10 },
  ...more,
})
const recording = (...answers: unknown[]) => ({ format: 'troupe-recording', version: 1, answers })

const PLAN = `
name: sum
agents:
  summary:
    instructions: Give the points of the text.
    output: { type: object, properties: { points: { type: array, items: { type: string } } }, required: [points] }
    retry: { maximumAttempts: 1 }
subtasks:
  - { id: one, agentType: summary, payload: { text: tides } }
  - { id: two, agentType: summary, payload: { text: moons }, dependsOn: [one] }
`

let place: Workplace
beforeAll(async () => {
  place = await Workplace.open('cli-models')
  place.write('plan.yaml', PLAN)
  place.write('named.yaml', PLAN.replace('instructions:', 'model: anthropic/claude-sonnet-5-5\n    instructions:'))
  place.write(
    'good.json',
    recording(answer({ points: ['high', 'low', CANARY] }), answer({ points: ['new'] }, 30, { subtask: 'two' })),
  )
  place.write('short.json', recording(answer({ points: ['high'] }, 30, { subtask: 'one' })))
})
afterAll(() => place.close())

function start(args: readonly string[], { environment = {}, ...settings }: Settings = {}): Promise<Finished> {
  return place.start(args, { ...settings, environment: { ...NO_MODEL, ...environment } }).finished
}

describe('is refused before anything starts', () => {
  const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' }
  const run = ['run', 'plan.yaml']
  const cases: [what: string, args: string[], code: number, says: RegExp][] = [
    ['no model', run, 3, /error ModelNotConfigured: no model is configured\nhint: .*ANTHROPIC_API_KEY.*--model/],
    [
      'a model without its key',
      [...run, '--model', 'openai/gpt-6.1-terra'],
      3,
      /ModelNotConfigured: .*OPENAI_API_KEY, which is not set/,
    ],
    ['an agent’s own model', ['run', 'named.yaml'], 3, /ModelNotConfigured: the agent "summary": .*ANTHROPIC_API_KEY/],
    ['an unknown provider', [...run, '--model', 'antropic/x'], 2, /error InvalidUsage: unknown provider "antropic"/],
    ['no recording', [...run, '--model', 'scripted/gone.json'], 3, /error ModelNotConfigured: .*gone\.json/],
    ['what is no recording', [...run, '--model', 'scripted/plan.yaml'], 2, /error InvalidUsage: .*plan\.yaml/],
    ['no tokens', [...run, '--max-tokens', '0'], 2, /a whole number from 1 on/],
    ['no money', [...run, '--max-cost', 'much'], 2, /an amount of US dollars above 0/],
    [
      'money for a model of which nobody knows the price',
      [...run, '--model', 'scripted/good.json', '--max-cost', '1'],
      3,
      /error PriceUnknown: .*good\.json" costs\nhint: .*inputPerMillion/,
    ],
    [
      'a recording over another file',
      [...run, '--model', 'scripted/good.json', '--record', 'plan.yaml'],
      2,
      /error InvalidUsage: --record: "plan\.yaml" exists, and is not overwritten/,
    ],
    [
      'a recording of what is not waited for',
      [...run, '--detach', '--record', 'new.json'],
      2,
      /error InvalidUsage: --record: it is written when the run has ended/,
    ],
    [
      'a recording nowhere',
      [...run, '--record', 'no/where.json'],
      2,
      /error InvalidUsage: --record: "no\/where\.json"/,
    ],
  ]
  it.each(cases)('%s', async (_what, args, code, says) => {
    const { stdout, stderr, ...finished } = await start(args, { environment: nowhere })
    expect([finished.code, stdout, stderr]).toEqual([code, '', expect.stringMatching(says)])
  })
})

it('tokens are counted, and a recording plays the same run again, without the secrets of the first', async () => {
  const environment = { ANTHROPIC_API_KEY: CANARY, TROUPE_MODEL: 'scripted/good.json' }
  const args = ['run', 'plan.yaml', '--id', 'first', '--record', 'kept.json', '-o', 'json']
  const first = await start(args, { environment })
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('recorded 2 answers in kept.json')])
  const outcome = JSON.parse(first.stdout) as RunOutcome
  expect([outcome.tokensUsed, outcome.results['one']!.tokensUsed]).toEqual([60, 30])
  const kept = join(place.directory, 'kept.json')
  expect(statSync(kept).mode & 0o777).toBe(0o600)
  expect(readFileSync(kept, 'utf8')).not.toContain(CANARY)

  const again = await start(['run', 'plan.yaml', '--model', 'scripted/kept.json', '-o', 'json'])
  const { results, tokensUsed } = JSON.parse(again.stdout) as RunOutcome
  expect([again.code, tokensUsed]).toEqual([0, 60])
  expect(results['two']!.output).toEqual({ points: ['new'] })

  expect((await start(['result', 'first'])).stdout).toMatch(/^✓ first succeeded in .* · 60 tokens, cost unknown\n/)
  const status = await start(['status', 'first'])
  expect(status.stdout).toMatch(/✓ one {2}summary {2}succeeded .*30 tokens/)
  expect(await place.json('status', 'first')).toMatchObject({ tokensUsed: 60 })
})

it('without an answer it ends with 4, at the cap with 7; what was answered is kept', async () => {
  const model = ['--model', 'scripted/short.json']
  const unanswered = await start(['run', 'plan.yaml', ...model, '--record', 'part.json', '-o', 'json'])
  expect([unanswered.code, JSON.parse(unanswered.stdout)]).toMatchObject([4, { code: 'NoRecordedAnswer' }])
  expect(JSON.parse(readFileSync(join(place.directory, 'part.json'), 'utf8')).answers).toHaveLength(1)

  const capped = await start(['run', 'plan.yaml', '--model', 'scripted/good.json', '--max-tokens', '600'])
  expect([capped.code, capped.stdout]).toEqual([7, expect.stringContaining('BudgetExceeded')])
  expect(capped.stdout).toContain('· 30 tokens')
  expect(capped.stderr).toMatch(/subtask\.completed +one .* 30 tokens/)
})

it('a task is asked of a model too, and without hosting the model is the workers’ matter', async () => {
  place.write(
    'team.mjs',
    `import { generateText } from ${JSON.stringify(require.resolve('ai').replace(/index\.js$/, 'index.mjs'))}
     import { defineAgent } from ${JSON.stringify(join(process.cwd(), 'dist/src/index.js'))}
     export default { name: 'writers', agents: [defineAgent({ name: 'summary', model: 'default', retry: { maximumAttempts: 1 },
       async run(payload, context) { return (await generateText({ model: context.model(), prompt: 'sum up' })).text } })] }`,
  )
  place.write('text.json', recording(answer('high and low')))
  const task = ['task', 'summary', '--team', 'team.mjs']
  expect(await start([...task, '--model', 'scripted/text.json'])).toMatchObject({ code: 0, stdout: 'high and low\n' })
  const refused = await start(task)
  expect([refused.code, refused.stdout]).toEqual([3, ''])

  const detached = await start(['run', 'named.yaml', '--detach', '--id', 'elsewhere'])
  expect(detached.code).toBe(0)
  // Whoever would host it finds that the key is missing, and leaves it to others
  const attached = await place.start(['attach', 'elsewhere', '-o', 'json'], { environment: NO_MODEL }).finished
  expect([attached.code, attached.stdout, attached.stderr]).toEqual([
    3,
    '',
    expect.stringContaining('ModelNotConfigured'),
  ])
  expect(await place.json('status', 'elsewhere')).toMatchObject({ status: 'running' })
  await place.run('cancel', 'elsewhere')
})
