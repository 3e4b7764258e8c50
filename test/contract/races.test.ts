// Two things at one moment, in every order that a seed picks: what came first counts, and nothing is lost in between.
import fc from 'fast-check'
import { AGENTS } from './support/defined-nodes'
import { DrivenRun } from './support/driven-run'
import { cancelOne, change, decide, refuse } from './support/people'
import { Picks } from './support/picks'
import type { DefinedPlan, Definition } from './support/defined-plan'

/** Orders of a race; fast-check prints the seed of what fails. */
const ORDERS = 200
const TIMEOUT_MS = 1_000

const define = (more: Partial<Definition> = {}): Definition => ({
  earlier: [],
  runIf: 'all-succeeded',
  conditions: [],
  candidates: [0],
  priority: 'normal',
  n: 1,
  executions: ['succeed'],
  resolutions: [],
  ...more,
})

const planOf = (...subtasks: Definition[]): DefinedPlan => ({ subtasks, reactions: [], maxSubtasks: 100 })

/** Does everything once, in an order of its own, and continues as new where it can. */
function inAnyOrder(run: DrivenRun, picks: Picks, steps: (() => void)[]): void {
  const left = [...steps]
  while (left.length > 0) {
    if (run.inFlight.length === 0 && picks.chance(0.3)) run.carry()
    left.splice(picks.below(left.length), 1)[0]!()
  }
}

/** Whatever is left to do, until nothing is. */
function toEnd(run: DrivenRun): void {
  const step = (): boolean =>
    AGENTS.some((_, agent) => run.start(agent)) ||
    run.look() ||
    run.keep() ||
    (run.inFlight.length > 0 && (run.finish(run.inFlight[0]!), true))
  while (step());
  expect(run.state.finished && run.model.finished).toBe(true)
  expect(run.state.outcome).toBe(run.model.outcome)
}

function race(play: (picks: Picks) => void): void {
  fc.assert(
    fc.property(fc.nat(), (seed) => play(new Picks(seed))),
    { numRuns: ORDERS },
  )
}

test('a decision at its timeout: it counts before, it is refused from that moment on, and one of both decides', () => {
  const seen = new Set<string>()
  race((picks) => {
    const onTimeout = picks.of(['approve', 'reject', 'fail'] as const)
    const person = { reply: 'nothing' as const, onTimeout, timeoutMs: TIMEOUT_MS }
    const run = new DrivenRun(planOf(define({ person }), define({ earlier: [0], runIf: 'all-done' })), false)
    run.look()
    run.finish(run.inFlight[0]!)
    const asked = run.model.at('s0')
    let decided = false
    inAnyOrder(run, picks, [
      () => {
        run.now += picks.of([TIMEOUT_MS - 1, TIMEOUT_MS, TIMEOUT_MS + 1])
        // Nobody has looked at the clock when the decision comes
        if (asked.state === 'asking' && run.now >= asked.expiresAt!) refuse(run, asked, 'its time is over')
        run.act('time passes', () => undefined)
      },
      () => {
        if (asked.state !== 'asking') return refuse(run, asked, 'it is decided')
        decide(run, asked, false)
        decided = true
      },
    ])
    run.now += TIMEOUT_MS
    run.act('more time passes', () => undefined)
    toEnd(run)
    const told = run.events.filter(({ type }) => type === 'person.decided')
    expect(told).toHaveLength(1)
    const code = decided || onTimeout === 'reject' ? 'Rejected' : 'NobodyDecided'
    expect(run.state.rows[0]!.error?.code).toBe(!decided && onTimeout === 'approve' ? undefined : code)
    seen.add(`${onTimeout} ${decided}`)
  })
  expect(seen.size).toBe(6)
})

test('a cancel at completion: what has completed stays so, and nothing starts any more', () => {
  const seen = new Set<string>()
  race((picks) => {
    const spawn = picks.chance(0.5) ? { list: [define()] } : undefined
    const run = new DrivenRun(planOf(define({ spawn }), define(), define({ earlier: [0], runIf: 'all-done' })), false)
    run.start(0)
    run.start(0)
    const [first, second] = [...run.inFlight]
    const started = run.events.filter(({ type }) => type === 'subtask.started').length
    inAnyOrder(run, picks, [
      () => run.cancel(),
      () => run.finish(first!, picks.of(['succeed', 'cancelled', 'fail'])),
      () => run.finish(second!, picks.of(['succeed', 'cancelled'])),
    ])
    toEnd(run)
    expect(run.events.filter(({ type }) => type === 'subtask.started')).toHaveLength(started)
    seen.add(run.state.rows.map(({ state }) => state).join(' '))
  })
  expect(seen.size).toBeGreaterThan(6)
})

test('a pause during a spawn: what was spawned is there, and waits', () => {
  race((picks) => {
    const run = new DrivenRun(planOf(define({ spawn: { list: [define(), define({ earlier: [0] })] } })), false)
    run.start(0)
    const [spawner] = run.inFlight
    inAnyOrder(run, picks, [() => run.pause(true), () => run.finish(spawner!)])
    expect(run.state.rows).toHaveLength(3)
    expect(AGENTS.some((_, agent) => run.start(agent))).toBe(false)
    run.carry()
    expect(AGENTS.some((_, agent) => run.start(agent))).toBe(false)
    run.pause(false)
    toEnd(run)
    expect(run.state.outcome).toBe('succeeded')
  })
})

test('two changes against one version: exactly one wins, whichever comes first', () => {
  race((picks) => {
    const run = new DrivenRun(planOf(define(), define({ earlier: [0] }), define({ earlier: [1] })), false)
    const { version } = { version: run.state.planVersion }
    let won = 0
    const attempt = (work: () => void) => () => {
      if (run.state.planVersion === version) {
        work()
        won++
      } else {
        const { changes } = run.state
        const input = { version, by: 'eve', taskId: 's2' }
        const problems = [
          changes.changeProblem(input),
          changes.cancelProblem(input),
          changes.addProblem({ ...input, subtasks: [{ id: 'x' }] }),
        ]
        for (const problem of problems) expect(problem?.code).toBe('StalePlanVersion')
      }
    }
    inAnyOrder(run, picks, [
      attempt(() => change(run, new Picks(1), run.model.at('s1'), define({ n: 2 }))),
      attempt(() => cancelOne(run, run.model.at('s2'), false)),
    ])
    expect(won).toBe(1)
    expect(run.state.planVersion).toBe(version + 1)
    toEnd(run)
  })
})

test('an answer that is taken and not yet written down comes through a continue-as-new, also in a pause', () => {
  race((picks) => {
    const person = { reply: 'approve' as const, onTimeout: 'fail' as const, timeoutMs: TIMEOUT_MS }
    const run = new DrivenRun(planOf(define({ person }), define({ earlier: [0] })), false)
    run.look()
    run.finish(run.inFlight[0]!)
    inAnyOrder(run, picks, [() => decide(run, run.model.at('s0'), true), () => run.pause(true)])
    run.carry()
    expect(run.keep()).toBe(true)
    run.finish(run.inFlight[0]!)
    expect(run.state.rows[0]!.state).toBe('succeeded')
    run.pause(false)
    toEnd(run)
    expect(run.state.outcome).toBe('succeeded')
  })
})

test('a run that has told its end takes no change any more', () => {
  const run = new DrivenRun(planOf(define()), false)
  toEnd(run)
  run.state.end()
  const { changes, planVersion } = run.state
  const subtasks = [{ id: 'late', agentType: 'first' }]
  expect(changes.addProblem({ version: planVersion, by: 'ann', subtasks })).toMatchObject({
    code: 'ChangeRefused',
    message: expect.stringContaining('has ended') as string,
  })
})
