// PURE. Which results a run takes over from the run that it repeats, and what runs again, with the reason.
import type { AgentExecution } from '../activity-messages'
import type { CheckedSubTask } from '../messages'
import type { SubtaskError, SubtaskState } from '../run'
import { candidates, dependenciesOf, differences, inOrder, inputHashes, type HashContext } from './input-hash'

/** A subtask of the run that is repeated, as that run left it. */
export interface PastSubtask {
  /** As it stood at the end, after all changes. */
  definition: CheckedSubTask
  state: SubtaskState
  error?: SubtaskError
  /** Ids of all that it waited for. */
  dependsOn: string[]
  /** Id of the subtask that spawned it. */
  parent?: string
  /** The record that its execution left. */
  execution?: AgentExecution
}

/** By id, in the order of the run's places. */
export type Past = ReadonlyMap<string, PastSubtask>

export interface RepeatedRun {
  past: Past
  context: HashContext
}

/** What is to run now: the plan's subtasks, checked. */
export interface NewRun {
  subtasks: readonly CheckedSubTask[]
  context: HashContext
  /** It runs again, whatever it left. */
  from?: string
  /** `from` as it is to be, where it was spawned: the plan does not hold it. */
  replaced?: CheckedSubTask
}

export interface Again {
  id: string
  /** As a clause: `it failed`. */
  because: string
}

/** Both in the order of the old run, new subtasks last. */
export interface Judgement {
  /** Ids of those whose executions are taken over, spawned ones included. */
  reused: string[]
  again: Again[]
}

/**
 * A result is taken over when its subtask succeeded, its input hash is the same, it is not `from`, and nothing that it
 * depends on runs again. A spawner or map has left a result as soon as what it spawned was part of the run, however that
 * ended: it is not executed again, and below it each subtask is judged on its own; what depends on it runs again if
 * anything below it does. Who was skipped by a condition, or for want of a dependency, is skipped again for the same reason.
 */
export function judgeReuse(was: RepeatedRun, is: NewRun): Judgement {
  return new Judge(was, is).judge()
}

/** Spawned subtasks by their spawner, in order. */
export function childrenOf(past: Past): Map<string, string[]> {
  const children = new Map<string, string[]>()
  for (const [id, { parent }] of past) {
    if (parent === undefined) continue
    const siblings = children.get(parent)
    if (siblings) siblings.push(id)
    else children.set(parent, [id])
  }
  return children
}

class Judge {
  private readonly children: Map<string, string[]>
  private readonly before: Map<string, string>
  private readonly now: Map<string, string>
  private readonly definitions: Map<string, CheckedSubTask>
  private readonly reused = new Set<string>()
  private readonly again = new Map<string, string>()
  /** Those of whom something runs again: they themselves, or something below them. */
  private readonly moved = new Set<string>()
  private readonly judged = new Set<string>()

  constructor(
    private readonly was: RepeatedRun,
    private readonly is: NewRun,
  ) {
    const { past, context } = was
    this.children = childrenOf(past)
    const spawned = [...past.values()].filter(({ parent }) => parent !== undefined)
    const planned = is.subtasks.map((definition) => ({ definition }))
    this.before = inputHashes([...past.values()], context)
    this.now = inputHashes([...planned, ...spawned], is.context)
    this.definitions = new Map([...planned, ...spawned].map(({ definition }) => [definition.id, definition]))
    if (is.replaced) this.definitions.set(is.replaced.id, is.replaced)
  }

  judge(): Judgement {
    this.judgeAll(this.is.subtasks.map(({ id }) => id))
    const order = [...new Set([...this.was.past.keys(), ...this.is.subtasks.map(({ id }) => id)])]
    return {
      reused: order.filter((id) => this.reused.has(id)),
      again: order.flatMap((id) => (this.again.has(id) ? [{ id, because: this.again.get(id)! }] : [])),
    }
  }

  /** Subtasks of one list: of the plan, or of one spawn. */
  private judgeAll(ids: readonly string[]): void {
    const nodes = ids.map((id) => ({ id, needs: dependenciesOf(this.definitions.get(id)!) }))
    for (const id of inOrder(nodes)) {
      const because = this.because(id)
      if (because !== undefined) this.runAgain(id, because)
      else if (this.stands(id)) this.takeOver(id)
      this.judged.add(id)
    }
  }

  private because(id: string): string | undefined {
    const past = this.was.past.get(id)
    if (!past) return 'it is new'
    if (id === this.is.from) return 'it was named'
    const { state, error } = past
    const definition = this.definitions.get(id)!
    if (this.before.get(id) !== this.now.get(id)) {
      const was = { definition: past.definition, context: this.was.context }
      const parts = differences(was, { definition, context: this.is.context })
      if (parts.length > 0) return `${parts.join(', ')} changed`
    }
    const standing = this.stands(id)
    if (!standing && state !== 'skipped') return HOW_IT_ENDED[state] ?? 'it had not ended'
    // What a person made it depend on while it ran may lie outside of its list, and is not known yet
    const needs = [...dependenciesOf(definition), ...past.dependsOn]
    const need = needs.find((one) => this.moved.has(one) || !this.judged.has(one))
    if (need !== undefined) return `it depends on "${need}"`
    return standing || (error && SKIPPED_AGAIN.has(error.code)) ? undefined : 'it was skipped'
  }

  private stands(id: string): boolean {
    const { execution, state } = this.was.past.get(id)!
    return execution !== undefined && (state === 'succeeded' || this.children.has(id))
  }

  private takeOver(id: string): void {
    this.reused.add(id)
    const spawned = this.children.get(id) ?? []
    this.judgeAll(spawned)
    const siblings = new Set(spawned)
    const stray = spawned.find((child) => this.again.has(child) && !this.canRunBelow(child, id, siblings))
    if (stray !== undefined) this.runAgain(id, `what it spawned cannot run as it stands: "${stray}"`)
    else if (spawned.some((child) => this.moved.has(child))) this.moved.add(id)
  }

  /** A spawn holds its own subtasks only: one that was changed to need another, or whose agent is gone, cannot be made again. */
  private canRunBelow(id: string, spawner: string, siblings: ReadonlySet<string>): boolean {
    const past = this.was.past.get(id)!
    const definition = this.definitions.get(id)!
    const { agents } = this.is.context
    const { onFailure } = definition
    const fallback = typeof onFailure === 'object' ? onFailure.fallback : undefined
    // A map's elements may name what the map depends on: that has ended before
    const inherited = this.was.past.get(spawner)!.dependsOn
    const needs = definition === past.definition ? past.dependsOn : dependenciesOf(definition)
    return (
      needs.every((need) => siblings.has(need) || inherited.includes(need)) &&
      candidates(definition, agents).length > 0 &&
      (fallback === undefined || agents.some(({ name }) => name === fallback))
    )
  }

  private runAgain(id: string, because: string): void {
    this.reused.delete(id)
    this.again.set(id, because)
    this.moved.add(id)
    for (const child of this.children.get(id) ?? []) this.runAgain(child, `it is spawned by "${id}"`)
  }
}

const HOW_IT_ENDED: Partial<Record<SubtaskState, string>> = {
  failed: 'it failed',
  cancelled: 'it was cancelled',
  succeeded: 'it left no result',
}
/** Why a subtask is skipped that is skipped again as long as nothing before it changes. */
const SKIPPED_AGAIN: ReadonlySet<string> = new Set(['ConditionNotMet', 'DependencyFailed'])
