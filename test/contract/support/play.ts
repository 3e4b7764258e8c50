// Plays a defined plan: any possible next thing, as a seed picks them, until nothing is left.
import { AGENTS } from './defined-nodes'
import { personOf } from './expected-outcomes'
import type { Work } from './compared-run'
import { DrivenRun } from './driven-run'
import { add, cancelOne, change, decide, refuse, resolve, tryStale } from './people'
import { Picks } from './picks'
import { type DefinedPlan, type Definition } from './defined-plan'
import { PUBLISHED } from './random-plans'
import { hasEnded, isDue } from './reference-item'

export interface Play {
  seed: number
  /** How many things happen that nobody waits for: pauses, changes, cancels, events, time that passes. */
  moments: number
  open: boolean
  /** Definitions of subtasks that are added, and that changes are like. */
  spare: readonly Definition[]
}

/** Steps after which a run is taken for one that never ends. */
const MOST_STEPS = 20_000

export function play(plan: DefinedPlan, how: Play): DrivenRun {
  const run = new DrivenRun(plan, how.open)
  try {
    playOn(run, how)
  } catch (error) {
    throw new Error(`${(error as Error).message}\nafter:\n  ${run.trace.slice(-60).join('\n  ')}`, { cause: error })
  }
  return run
}

function playOn(run: DrivenRun, { seed, moments, spare }: Play): void {
  const { model } = run
  const picks = new Picks(seed)
  const rate = picks.of([0.05, 0.15, 0.4])
  let left = moments
  let quiet = false
  for (let step = 0; !run.state.finished; step++) {
    if (step > MOST_STEPS) throw new Error('it does not end')
    if (model.finished) throw new Error('the model has finished, the run has not')
    if (run.inFlight.length === 0 && (quiet || picks.chance(0.02))) {
      run.carry()
      quiet = false
    } else if (picks.chance(0.02)) quiet = true
    if (left > 0 && picks.chance(rate)) {
      left--
      moment()
    } else if (!progress()) stuck()
  }
  if (!model.finished) throw new Error(`finished, and the model has not: ${unfinished()}`)
  if (run.state.outcome !== model.outcome)
    throw new Error(`the run is ${run.state.outcome}, and must be ${model.outcome}`)

  /** Something that brings the run nearer to its end. */
  function progress(): boolean {
    if (quiet && finishOne()) return true
    const steps = [
      finishOne,
      startOne,
      startOne,
      () => run.look(),
      () => run.keep(),
      () => run.react(),
      beDecided,
      beResolved,
    ]
    for (let at = picks.below(steps.length), tried = 0; tried < steps.length; tried++)
      if (steps[(at + tried) % steps.length]!()) return true
    return unblock()
  }

  function finishOne(): boolean {
    if (run.inFlight.length === 0) return false
    const work: Work = picks.of(run.inFlight)
    const isTold = work.kind === 'execution' && run.interrupted.has(work.place)
    run.finish(work, isTold && picks.chance(0.6) ? 'cancelled' : undefined)
    return true
  }

  function startOne(): boolean {
    const from = picks.below(AGENTS.length)
    return AGENTS.some((_, agent) => run.start((from + agent) % AGENTS.length))
  }

  function beDecided(): boolean {
    const asking = model
      .all()
      .filter((item) => item.state === 'asking' && (item.asksForTool || personOf(item.definition).reply !== 'nothing'))
    if (asking.length === 0) return false
    const item = picks.of(asking)
    decide(run, item, item.asksForTool ? picks.chance(0.5) : personOf(item.definition).reply === 'approve')
    return true
  }

  function beResolved(): boolean {
    const held = model.all().filter(({ state }) => state === 'held')
    if (held.length > 0) resolve(run, picks.of(held))
    return held.length > 0
  }

  /** What only somebody outside can do, or time. */
  function unblock(): boolean {
    if (model.paused) run.pause(false)
    else if (model.pausedAgents.size > 0) run.pauseAgents([])
    else if (model.all().some(({ state }) => state === 'asking')) pass(2_000)
    else if (model.open && model.all().every(hasEnded)) run.close()
    else return false
    return true
  }

  function moment(): void {
    const item = picks.of(model.all())
    const moments: (() => void)[] = [
      () => run.pause(!model.paused),
      () => run.pauseAgents(picks.some([...AGENTS.keys()], 2)),
      () => run.publish(picks.of(PUBLISHED), { k: picks.below(2) }, picks.chance(0.3) ? item.id : 'somebody'),
      () => pass(picks.below(1_000)),
      () => refuse(run, item, 'nobody asked'),
      () => tryStale(run, item),
      () => add(run, picks, picks.some(spare, 2)),
      () => change(run, picks, item, picks.of(spare)),
      () =>
        change(
          run,
          picks,
          picks.of(
            model
              .all()
              .filter((one) => !hasEnded(one))
              .concat(item),
          ),
          picks.of(spare),
        ),
      () =>
        cancelOne(
          run,
          picks.of(
            model
              .all()
              .filter((one) => !hasEnded(one))
              .concat(item),
          ),
          picks.chance(0.5),
        ),
      () => (picks.chance(0.25) ? run.cancel() : undefined),
    ]
    picks.of(moments)()
  }

  /** Time passes; nobody can decide any more where it is over, though nothing has looked at the clock yet. */
  function pass(milliseconds: number): void {
    run.now += milliseconds
    for (const item of model.all()) if (item.state === 'asking') refuse(run, item, 'its time is over')
    run.act(`${milliseconds} ms pass`, () => undefined)
    const late = model.all().find((one) => isDue(one) && one.deadline !== undefined && one.deadline <= run.now)
    if (late) throw new Error(`${late.id} is late and has not ended`)
  }

  function stuck(): never {
    throw new Error(`nothing can happen any more: ${unfinished()}`)
  }

  function unfinished(): string {
    return run.state.rows
      .filter((row) => row.endedAt === undefined)
      .map(({ id, state }) => `${id} ${state}`)
      .join(', ')
  }
}
