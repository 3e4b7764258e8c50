// A model agent that writes, edits, runs commands that append, and reads, while its conversation outgrows its window, in a worker
// that is killed at one point of each kind and at random ones: around each call and record, while a command runs, while the model
// takes notes and before they are kept. The seed decides: TROUPE_TEST_SEED=7.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOutcome } from '../../src/index'
import { loadSnapshot, readText } from '../../src/workspace/snapshots'
import { Picks } from '../contract/support/picks'
import { answer, OpenAiServer, type Behaviour, type ChatRequest } from '../support/openai-server'
import { sandboxTest } from '../support/sandbox'
import { useTroupe } from '../support/troupe'
import { forgingTeam as team } from './forging-team'
import { liveToTheEnd } from './lives'
import { deathsIn, kindOf } from './mortality'

const test = useTroupe('forge')
const first = Number(process.env.TROUPE_TEST_SEED ?? 20_261_123)
/** Where something is done or written down. */
const POINTS = 'create .*/ledger/|(put|model|command)'
const MOST_POINTS = 30
const MOST_DEATHS = 8
const ROUNDS = 5

const around = (...names: string[]): string[] => names.flatMap((name) => [`before ${name}`, `after ${name}`])
/** What there is to die of once: in the worker, */
const IN_WORKER = [
  ...around('create ledger/model', 'create ledger/tool', 'create ledger/step', 'put an artifact'),
  'during a command',
]
/** and in the process of the agent. */
const IN_AGENT = around('model', 'notes of the model')

/** Some 400 tokens, others in each round. */
const part = (round: number): string => `${Array.from({ length: 100 }, (_, place) => `w${round}x${place}`).join(' ')}\n`
/** What the model says, call by call. */
const SCRIPT: Extract<Behaviour, { kind: 'tool' }>[] = Array.from({ length: ROUNDS }, (_, round) => [
  call('write_file', { path: `part-${round}.txt`, content: part(round) }),
  // A part of it that is done twice on one copy would show
  call('run_command', { command: `cat part-*.txt >> all-${round}.txt; echo ${round} >> log.txt; sleep 0.2` }),
  call('edit_file', { path: 'log.txt', old_text: `${round}\n`, new_text: `after round ${round + 10}\n` }),
  call('read_file', { path: `all-${round}.txt` }),
]).flat()

function call(name: string, input: unknown): Extract<Behaviour, { kind: 'tool' }> {
  return { kind: 'tool', name, input }
}

interface Said {
  tool_calls?: { function: { arguments: string } }[]
}

const isForNotes = ({ system }: ChatRequest): boolean => system.includes('Write the notes')
const tokensOf = ({ body }: ChatRequest) => ({
  prompt: Math.ceil(JSON.stringify(body.messages).length / 3),
  completion: 20,
})

/** It goes on after its newest call, which no notes ever stand for. */
function nextOf(request: ChatRequest): Behaviour {
  const tokens = tokensOf(request)
  const { messages } = request.body
  if (isForNotes(request)) return answer(`Notes of ${messages.length} messages: go on.`, tokens)
  const newest = (messages as Said[]).flatMap(({ tool_calls: calls = [] }) => calls).at(-1)?.function.arguments
  const place = SCRIPT.findIndex(({ input }) => JSON.stringify(input) === newest)
  return { ...(SCRIPT[place + 1] ?? answer('all forged')), tokens } as Behaviour
}

let models: OpenAiServer
beforeAll(async () => {
  models = await OpenAiServer.start(nextOf)
})
afterAll(() => models.close())
beforeEach(() => models.reset())

/** One run of an agent, and what its workers died of. */
async function forge(name: string, agentType: string, picks: Picks, each: string | undefined, deaths: number) {
  const [DEATHS, TMPDIR] = [join(test.directory, `deaths-${name}`), join(test.directory, `copies-${name}`)]
  mkdirSync(TMPDIR)
  const subtasks = [{ id: 'forge', agentType, payload: { prompt: 'Forge.' } }]
  const run = await test.troupe.start({ name, subtasks }, { team, model: 'openai/test-model' })
  const outcome = await liveToTheEnd(test, run, {
    module: 'test/crash/forging-team.ts',
    exported: 'forgingTeam',
    environment: {
      ...{ POINTS, DEATHS, TMPDIR, WATCH_COPIES: 'yes', OPENAI_API_KEY: 'none', OPENAI_BASE_URL: models.url },
      ...(each === undefined ? {} : { EACH: each }),
    },
    deaths,
    mostPoints: MOST_POINTS,
    picks,
  })
  expect(readdirSync(TMPDIR).filter((entry) => entry.startsWith('troupe-copy_'))).toEqual([])
  return { outcome, died: deathsIn(DEATHS), asked: new Set(models.requests.map(({ body }) => JSON.stringify(body))) }
}

/** Of a run without deaths: its files, and how often the model is asked. */
let undisturbed: { output: unknown; asked: number }

beforeAll(async () => {
  const { outcome, asked } = await forge('undisturbed', 'smith', new Picks(0), undefined, 0)
  undisturbed = { output: outputOf(outcome), asked: asked.size }
  expect(models.requests).toHaveLength(asked.size)
  expect(models.requests.filter(isForNotes).length).toBeGreaterThanOrEqual(2)
  const { output, snapshot } = undisturbed.output as { output: string; snapshot: string }
  const tree = await loadSnapshot(test.troupe.store.artifacts, snapshot)
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round)
  const read = (path: string) => readText(test.troupe.store.artifacts, tree, path)
  expect(output).toBe('all forged')
  expect(await read('log.txt')).toBe(rounds.map((round) => `after round ${round + 10}\n`).join(''))
  expect(await read(`all-${ROUNDS - 1}.txt`)).toBe(rounds.map(part).join(''))
}, 120_000)

function outputOf({ results }: RunOutcome): unknown {
  expect(results.forge!.error).toBeUndefined()
  return results.forge!.output
}

sandboxTest.each([
  ['in the worker', 'smith', first, [...IN_WORKER, ...IN_AGENT], MOST_DEATHS],
  ['in the worker', 'smith', first + 1, [...IN_WORKER, ...IN_AGENT], MOST_DEATHS],
  ['in a process of its own', 'smith-apart', first + 2, IN_WORKER, MOST_DEATHS / 2],
])(
  'an agent %s (%s) leaves the same files, with nothing paid twice that need not be (seed %i)',
  async (_where, agent, seed, kinds, deaths) => {
    const each = `^(${kinds.map((kind) => kind.replace(' ledger', ' .*/ledger')).join('|')})`
    const { outcome, died, asked } = await forge(`${agent}-${seed}`, agent, new Picks(seed), each, deaths)
    expect(outputOf(outcome)).toEqual(undisturbed.output)
    expect([...new Set(died.map(kindOf))]).toEqual(expect.arrayContaining(kinds))
    // Between a request and the record of its answer: that window nobody can close
    const unrecorded = died.filter((death) => /^model done: |^before create .*\/ledger\/model\//.test(death)).length
    expect(asked.size).toBe(undisturbed.asked)
    expect(models.requests.length - asked.size).toBeLessThanOrEqual(unrecorded)
    const paid = new Map(models.requests.map((request) => [JSON.stringify(request.body), tokensOf(request)]))
    const once = [...paid.values()].reduce((sum, { prompt, completion }) => sum + prompt + completion, 0)
    expect(outcome.tokensUsed).toBe(once)
  },
  600_000,
)
