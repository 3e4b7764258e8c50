// The rules of docs/semantics.md on a real server: random plans at once, with people, pauses, changes and cancels, against the
// same model of the rules that the pure tests use.
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import type { Run } from '../../src/index'
import { expectedOutcomes, type Ending } from '../contract/support/expected-outcomes'
import { Picks } from '../contract/support/picks'
import { type DefinedPlan } from '../contract/support/defined-plan'
import { definedPlans, type Scope } from '../contract/support/random-plans'
import { useTroupe } from '../support/troupe'
import { fatesTeam } from './support/fates-team'
import { INPUTS, realPlan } from './support/real-plan'
import { playReal, type Case, type Hand, type Played } from './support/real-run'

const test = useTroupe('semantics')

/** More cases, or those of another seed: TROUPE_TEST_RUN_CASES=1000 TROUPE_TEST_SEED=7. */
const cases = Number(process.env.TROUPE_TEST_RUN_CASES ?? 100)
const seed = Number(process.env.TROUPE_TEST_SEED ?? 20_261_122)
/** Runs that are open at once. */
const AT_ONCE = 25
/** A run takes a few seconds, and one that continues as new all the time a second for each link. */
const PATIENCE_MS = 90_000

const scope: Scope = {
  agents: 3,
  failFast: false,
  deadlines: false,
  reactions: 'once',
  limits: false,
  oddities: false,
  maxSize: 6,
}
const HANDS: Hand[] = ['none', 'none', 'pause', 'add', 'change', 'cancel one', 'cancel', 'none']

/** The eighth of each eight may fail fast. */
const isSudden = (place: number): boolean => place % HANDS.length === HANDS.length - 1

function makeCases(): Case[] {
  const plans = fc.sample(definedPlans(scope), { numRuns: cases, seed })
  const sudden = fc.sample(definedPlans({ ...scope, failFast: true }), { numRuns: cases, seed })
  const spare = fc.sample(definedPlans({ ...scope, maxSize: 1 }), { numRuns: cases, seed: seed + 1 })
  return plans.map((plan, place) => ({
    name: `${seed}-${place}`,
    plan: isSudden(place) ? sudden[place]! : plan,
    spare: spare[place]!.subtasks[0]!,
    hand: HANDS[place % HANDS.length]!,
    sudden: isSudden(place),
    picks: new Picks(seed + place),
  }))
}

it('ends every subtask as the model says, whatever people do meanwhile', async () => {
  await test.serve(fatesTeam)
  const waiting = makeCases()
  const problems: string[] = []
  const playNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        const plan = realPlan(next.plan, next.name)
        const run = await test.troupe.start(plan, { team: fatesTeam, inputs: INPUTS })
        const wrong = judge(next, await inPatience(run, playReal(run, next)))
        if (wrong.length > 0)
          problems.push([`${run.id}, ${next.hand}:`, ...wrong, JSON.stringify(next.plan)].join('\n  '))
      } catch (error) {
        problems.push(`${next.name}, ${next.hand}: ${String((error as Error).stack)}\n  ${JSON.stringify(next.plan)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, playNext))
  if (problems.length > 0)
    throw new Error(`seed ${seed}: ${problems.length} of ${cases}\n${problems.slice(0, 5).join('\n')}`)
}, 600_000)

/** Nothing is forgotten: a run that stands still says what it waits for. */
async function inPatience(run: Run, playing: Promise<Played>): Promise<Played> {
  const over = new AbortController()
  const patience = sleep(PATIENCE_MS, undefined, { signal: over.signal }).then(async () => {
    const { subtasks, status } = await run.status()
    const open = subtasks.filter(({ endedAt }) => endedAt === undefined)
    throw new Error(`${run.id} stands still, ${status}: ${JSON.stringify(open)}`)
  })
  try {
    return await Promise.race([playing, patience])
  } finally {
    over.abort()
    patience.catch(() => undefined)
  }
}

/** What is wrong with it. */
function judge({ plan, spare, hand, sudden }: Case, played: Played): string[] {
  const { outcome, endings } = played
  const counted = Object.values(outcome.counts).reduce((sum, count) => sum + count, 0)
  const problems = [...orderProblems(played), ...pauseProblems(played)]
  if (counted !== endings.size) problems.push(`${counted} are counted, and there are ${endings.size}`)
  const changed: DefinedPlan = hand === 'change' ? withChanges(plan, spare, played) : plan
  const expected = expectedOutcomes(changed, {
    added: played.added,
    observed: (id) => (hand !== 'cancel' && played.touched.has(id) ? endings.get(id) : undefined),
  })
  const isTouched = (id: string): boolean => [...played.touched].some((one) => id === one || id.startsWith(`${one}/`))
  if (hand === 'cancel' || sudden) return [...problems, ...stoppedProblems(endings, expected)]
  for (const id of new Set([...expected.keys(), ...endings.keys()])) {
    if (isTouched(id)) continue
    const [is, must] = [endings.get(id), expected.get(id)]
    if (JSON.stringify(is) !== JSON.stringify(must))
      problems.push(`${id} is ${JSON.stringify(is)}, must be ${JSON.stringify(must)}`)
  }
  const { failed, cancelled } = outcome.counts
  if (outcome.status !== (failed + cancelled > 0 ? 'failed' : 'succeeded'))
    problems.push(`the run is ${outcome.status}`)
  return problems
}

/** A payload that was replaced before anything was done with it counts; else nothing is expected of its subtask. */
function withChanges(plan: DefinedPlan, { n, executions }: Case['spare'], { events, touched }: Played): DefinedPlan {
  const [id] = touched
  const told = events.find(({ type }) => type === 'subtask.changed')
  const isNew = !events.some(
    ({ type, correlationId, offset }) =>
      correlationId === id && (type === 'subtask.started' || type === 'person.asked') && offset < (told?.offset ?? -1),
  )
  if (id === undefined || !isNew) return plan
  touched.delete(id)
  return {
    ...plan,
    subtasks: plan.subtasks.map((one, place) => (`s${place}` === id ? { ...one, n, executions } : one)),
  }
}

/** A run that was stopped has come as far as it had; what ended otherwise than it would have was cancelled, or failed for good. */
function stoppedProblems(endings: Map<string, Ending>, expected: Map<string, Ending>): string[] {
  return [...endings].flatMap(([id, is]) => {
    const must = expected.get(id)
    const isRight = is.state === 'cancelled' || is.state === must?.state || is.state === 'failed'
    return isRight ? [] : [`${id} is ${is.state}, and would have been ${String(must?.state)}`]
  })
}

/** Nothing twice, and nothing after its end. */
function orderProblems({ events, endings }: Played): string[] {
  const ended = new Set<string>()
  const problems: string[] = []
  for (const { type, payload } of events) {
    const { subtask } = (payload ?? {}) as { subtask?: string }
    if (subtask === undefined) continue
    if (ended.has(subtask)) problems.push(`${type} of ${subtask} comes after its end`)
    if (/^subtask\.(completed|failed|skipped|cancelled)$/.test(type)) ended.add(subtask)
  }
  if (ended.size !== endings.size) problems.push(`${ended.size} ends are told of ${endings.size} subtasks`)
  const ids = new Set(events.map(({ id }) => id))
  if (ids.size !== events.length) problems.push('two events have one id')
  return problems
}

/** A pause lets nothing start. */
function pauseProblems({ events }: Played): string[] {
  let paused = false
  return events.flatMap(({ type, correlationId, payload }) => {
    if (type === 'run.paused') paused = true
    if (type === 'run.resumed') paused = false
    // What is in flight goes on, also to its question
    const isNew = type === 'subtask.started' || (type === 'person.asked' && !(payload as { tool?: string }).tool)
    return paused && isNew ? [`${type} of ${correlationId} in a pause`] : []
  })
}
