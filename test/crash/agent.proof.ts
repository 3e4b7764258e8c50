// An agent with ten calls of a model, ten of a tool and three effects, in a worker that is killed at random points again and again:
// before a call, after it and before its record, after; inside and outside a claim. The seed decides: TROUPE_TEST_SEED=7.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../src/index'
import { Picks } from '../contract/support/picks'
import { answer, OpenAiServer } from '../support/openai-server'
import { useTroupe } from '../support/troupe'
import { liveToTheEnd } from './lives'
import { deathsIn } from './mortality'
import { EFFECTS, ROUNDS, toilingTeam as team } from './toiling-team'

const test = useTroupe('toil')
const first = Number(process.env.TROUPE_TEST_SEED ?? 20_261_123)
/** Where something is done or written down. To read is tried in the proof of effects, and each replay does little else. */
const POINTS = 'create .*/(ledger|effects)/|list .*/effects/|(model|tool|effect)$'
/** Workers that die in one run, and the points that one may live through: some 130 are in a run without deaths. */
const MOST_DEATHS = 25
const MOST_POINTS = 16
const TOKENS = { prompt: 7, completion: 3 }

let models: OpenAiServer
beforeAll(async () => {
  models = await OpenAiServer.start(({ prompt }) => answer(`heard ${prompt}`, TOKENS))
})
afterAll(() => models.close())

const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []

/** A person looks at what was done outside, and says so. */
async function resolveUnknown(run: Run, marks: string): Promise<void> {
  const row = (await run.status()).subtasks[0]!
  if (row.state !== 'held') return
  expect(row.error).toMatchObject({ code: 'UnknownOutcome' })
  const key = /\(key "(\d+)"\)/.exec(row.error!.message)![1]!
  const isDone = linesOf(marks).includes(`effect ${key}`)
  await test.troupe.client.retry(run.id, { from: 'toils', assume: isDone ? 'done' : 'not-done' })
}

it.each([first, first + 1])(
  'ends the same, with nothing done or paid twice that need not be (seed %i)',
  async (seed) => {
    models.reset()
    models.answerBy(({ prompt }) => answer(`heard ${prompt}`, TOKENS))
    const picks = new Picks(seed)
    const [marks, deaths] = [join(test.directory, `marks-${seed}`), join(test.directory, `deaths-${seed}`)]
    const subtasks = [{ id: 'toils', agentType: 'toils', payload: { marks } }]
    const run = await test.troupe.start(
      { name: 'toil', subtasks, onFailure: 'hold' },
      { team, model: 'openai/test-model' },
    )
    const outcome = await liveToTheEnd(test, run, {
      module: 'test/crash/toiling-team.ts',
      exported: 'toilingTeam',
      environment: { POINTS, DEATHS: deaths, OPENAI_API_KEY: 'none', OPENAI_BASE_URL: models.url },
      deaths: MOST_DEATHS,
      mostPoints: MOST_POINTS,
      picks,
      between: () => resolveUnknown(run, marks).catch(() => undefined),
    })
    const died = deathsIn(deaths)
    const rounds = Array.from({ length: ROUNDS }, (_, round) => round)
    expect(outcome.results.toils).toMatchObject({
      success: true,
      output: rounds.flatMap((round) => [
        `heard round ${round}`,
        `used ${round}`,
        ...(EFFECTS.includes(round) ? [`paid ${round}`] : []),
      ]),
    })
    const did = linesOf(marks)
    const unrecorded = (kind: string): number => died.filter((death) => death.startsWith(`${kind} done: `)).length
    expect(did.filter((one) => one.startsWith('effect')).sort()).toEqual(EFFECTS.map((round) => `effect ${round}`))
    expect(did.filter((one) => one.startsWith('tool'))).toHaveLength(ROUNDS + unrecorded('tool'))
    expect(models.requests).toHaveLength(ROUNDS + unrecorded('model'))
    expect(outcome.tokensUsed).toBe(ROUNDS * (TOKENS.prompt + TOKENS.completion))
    // Enough of them to have meant something
    expect(died.length).toBeGreaterThan(10)
  },
  900_000,
)
