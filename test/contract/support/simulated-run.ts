// A run without Temporal: subtasks with a fate of their own, executed in whatever order is picked, and what must come of it.
import fc from 'fast-check'
import type { AgentSlot, GraphNode } from '../../../src/contract/messages'
import type { SubtaskError, SubtaskOutcome } from '../../../src/contract/run'
import { MAX_SPAWN_DEPTH } from '../../../src/contract/limits'
import { isEnded, RunState, type NewEvent } from '../../../src/contract/run/run-state'

export const AGENTS: AgentSlot[] = ['first', 'second', 'third'].map((name) => ({
  name,
  version: '1.0.0',
  taskQueue: `agent.test.${name}`,
  maxConcurrency: 4,
  timeoutMs: 60_000,
  heartbeatTimeoutMs: 10_000,
  retry: { maximumAttempts: 3, initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 60_000 },
}))

/** What a subtask will do, and what it waits for: places before its own, modulo their number. */
export interface Fate {
  earlier: number[]
  candidates: number[]
  /** How many of its candidates will not have it. */
  refusals: number
  ending: 'succeed' | 'fail' | 'cancelled'
  spawn?: Fate[] | undefined
}

const agents = fc.uniqueArray(fc.nat(AGENTS.length - 1), { minLength: 1, maxLength: AGENTS.length })

/** Graphs that spawn graphs, most of whose subtasks succeed. */
export const fates = fc.letrec<{ fates: Fate[]; fate: Fate }>((tie) => ({
  fates: fc.array(tie('fate'), { minLength: 1, maxLength: 8 }),
  fate: fc.record({
    earlier: fc.array(fc.nat(), { maxLength: 3 }),
    candidates: agents,
    refusals: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
    ending: fc.oneof(
      { weight: 8, arbitrary: fc.constant('succeed' as const) },
      fc.constantFrom('fail' as const, 'cancelled' as const),
    ),
    spawn: fc.oneof(
      { maxDepth: 3 },
      { weight: 5, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: tie('fates') },
    ),
  }),
})).fates

export function dependenciesOf(fate: Fate, place: number): number[] {
  return place === 0 ? [] : [...new Set(fate.earlier.map((pick) => pick % place))]
}

/** The graph of some fates; `prefix` is the spawner's id with a slash, or nothing. */
export function graphOf(list: readonly Fate[], prefix = ''): GraphNode[] {
  return list.map((fate, place) => ({
    id: `${prefix}${place}`,
    agents: fate.candidates,
    type: 'any',
    dependsOn: dependenciesOf(fate, place),
    priority: 'normal',
  }))
}

/** How each subtask ends if nobody cancels the run, whatever the order in which they are executed. */
export function expectedOutcomes(list: readonly Fate[], prefix = '', depth = 0): Map<string, SubtaskOutcome> {
  const outcomes = new Map<string, SubtaskOutcome>()
  for (const [place, fate] of list.entries()) {
    const id = `${prefix}${place}`
    const met = dependenciesOf(fate, place).every((earlier) => outcomes.get(`${prefix}${earlier}`) === 'succeeded')
    outcomes.set(id, met ? endOf(fate, id, depth, outcomes) : 'skipped')
  }
  return outcomes
}

function endOf(fate: Fate, id: string, depth: number, outcomes: Map<string, SubtaskOutcome>): SubtaskOutcome {
  if (fate.refusals >= fate.candidates.length || fate.ending === 'fail') return 'failed'
  if (fate.ending === 'cancelled') return 'cancelled'
  if (!fate.spawn) return 'succeeded'
  if (depth >= MAX_SPAWN_DEPTH) return 'failed'
  const children = expectedOutcomes(fate.spawn, `${id}/`, depth + 1)
  for (const [child, outcome] of children) outcomes.set(child, outcome)
  return [...children.values()].every((outcome) => outcome === 'succeeded') ? 'succeeded' : 'failed'
}

/** A `RunState` and the hands that drive it. */
export class SimulatedRun {
  readonly events: NewEvent[] = []
  readonly state = new RunState(
    AGENTS,
    () => this.time,
    (event) => this.events.push(event),
  )
  readonly inFlight: number[] = []
  time = Date.parse('2026-11-20T12:00:00Z')
  private readonly fateOf = new Map<string, Fate>()
  private readonly refusals = new Map<number, number>()

  constructor(list: readonly Fate[]) {
    this.remember(list, '')
    this.state.begin('plan', 'team', graphOf(list))
  }

  /** Starts a subtask of one agent, if one is ready; returns its place. */
  start(agent: number): number | undefined {
    const place = this.state.next(agent)
    if (place === undefined) return undefined
    this.state.started(place)
    this.inFlight.push(place)
    return place
  }

  /** Ends one that is in flight as its fate says. */
  end(pick: number): void {
    const [place] = this.inFlight.splice(pick % this.inFlight.length, 1)
    if (place === undefined) return
    const { id } = this.state.rows[place]!
    const fate = this.fateOf.get(id)!
    const refused = this.refusals.get(place) ?? 0
    this.refusals.set(place, refused + 1)
    if (refused < fate.refusals) return this.state.refused(place, errorOf('CannotHandle'))
    if (fate.ending === 'fail') return this.state.failed(place, errorOf('AgentFailed'), { attempt: 3, durationMs: 5 })
    if (fate.ending === 'cancelled') return this.state.failed(place, errorOf('Cancelled'))
    const nodes = fate.spawn ? graphOf(fate.spawn, `${id}/`) : []
    this.remember(fate.spawn ?? [], `${id}/`)
    this.state.succeeded(place, {
      output: { inline: id },
      tokensUsed: 0,
      durationMs: 7,
      attempt: 1,
      agent: this.state.agent(place).name,
      agentVersion: '1.0.0',
      ...(fate.spawn ? { spawned: { fragment: `fragment of ${id}`, nodes } } : {}),
    })
  }

  /** Goes on until everything has ended; `picks` decide what comes when, `each` sees the run after every step. */
  toEnd(picks: readonly number[], each: (step: number) => void = () => undefined): void {
    for (let step = 0; !this.state.finished; step++) {
      const pick = picks[step % picks.length]! + step
      const started = pick % 2 === 0 ? this.start(pick % AGENTS.length) : undefined
      if (started === undefined && this.inFlight.length > 0) this.end(pick)
      else if (started === undefined) AGENTS.some((_, agent) => this.start(agent) !== undefined)
      if (
        this.inFlight.length === 0 &&
        !this.state.finished &&
        !AGENTS.some((_, agent) => this.state.queue.size(agent))
      )
        throw new Error(`stuck: ${JSON.stringify(this.state.states)}`)
      each(step)
    }
  }

  outcomes(): Map<string, SubtaskOutcome> {
    return new Map(
      this.state.rows.map(({ id, state }) => {
        if (!isEnded(state)) throw new Error(`"${id}" has not ended, it is ${state}`)
        return [id, state]
      }),
    )
  }

  private remember(list: readonly Fate[], prefix: string): void {
    for (const [place, fate] of list.entries()) this.fateOf.set(`${prefix}${place}`, fate)
  }
}

export function errorOf(code: SubtaskError['code']): SubtaskError {
  return { code, message: `it is ${code}`, retryable: false }
}
