// PURE. Changes that people make to the plan of a live run: what is refused, and what becomes of the rest.
import type {
  AddInput,
  CancelSubtaskInput,
  ChangeAnswer,
  ChangeInput,
  CheckedAddition,
  CheckedReplacement,
} from '../changes'
import { findCycles } from '../cycles'
import { preview } from '../json'
import type { GraphNode } from '../messages'
import { choicesHint } from '../nearest'
import type { Refusal } from './refusal'
import { cancelledByError } from './subtask-errors'
import { isEnded, type Subtasks } from './subtasks'
import { runEvent } from './transition-events'

type AnyChange = AddInput | ChangeInput | CancelSubtaskInput

/** Subtasks that an event or an answer names. */
const NAMED = 100

export class PlanChanges {
  /** One more with each change. */
  version = 0
  /** The run has ended: what would be changed is in its document already. */
  over = false
  readonly replacedPlaces = new Set<number>()

  constructor(
    private readonly subtasks: Subtasks,
    private readonly maxSubtasks: number,
    /** How many subtasks events are about to start. */
    private readonly coming: () => number,
  ) {}

  /** What every change must have. */
  problem({ version }: AnyChange): Refusal | undefined {
    if (this.over) return refused('the run has ended: its plan is not changed any more')
    if (this.subtasks.ending) return refused('the run is ending: its plan is not changed any more')
    if (version === this.version) return undefined
    const message = `the plan has version ${this.version}, the change was made against ${preview(version)}`
    return { code: 'StalePlanVersion', message, hint: 'look at the run again: somebody has changed its plan' }
  }

  addProblem(input: AddInput): Refusal | undefined {
    const { subtasks } = input
    if (!Array.isArray(subtasks) || subtasks.length === 0)
      return this.problem(input) ?? refused('there is nothing to add: "subtasks" is a list of subtasks')
    return this.problem(input) ?? this.tooMany(subtasks.length)
  }

  /** Of subtasks that were checked: others may have come in the meantime. */
  addedProblem(input: AddInput, { nodes }: CheckedAddition): Refusal | undefined {
    const problem = this.problem(input) ?? this.tooMany(nodes.length)
    const taken = nodes.find(({ id }) => this.subtasks.placeOf(id) !== undefined)
    if (problem || !taken) return problem
    return refused(`there is a subtask ${preview(taken.id)} already`)
  }

  changeProblem(input: ChangeInput): Refusal | undefined {
    const problem = this.problem(input) ?? this.unknown(input.taskId)
    if (problem) return problem
    const { row } = this.subtasks.at(this.subtasks.placeOf(input.taskId)!)
    const isUntouched = (row.state === 'waiting' && !row.settling) || row.state === 'ready'
    if (isUntouched || row.state === 'held') return undefined
    const how = row.state === 'waiting' ? 'being looked at' : row.state
    return refused(`${preview(input.taskId)} is ${how}`, 'what can be changed is waiting, ready or held')
  }

  cancelProblem(input: CancelSubtaskInput): Refusal | undefined {
    const problem = this.problem(input) ?? this.unknown(input.taskId)
    if (problem) return problem
    const { row } = this.subtasks.at(this.subtasks.placeOf(input.taskId)!)
    if (isEnded(row.state)) return refused(`${preview(input.taskId)} has ended: it is ${row.state}`)
    if (row.state === 'running' && row.settling)
      return refused(`the output of ${preview(input.taskId)} is being written down`)
    return undefined
  }

  /** Subtasks that were checked; ids may have been taken in the meantime, and then nothing is added. */
  add({ by }: AddInput, { first, fragment, nodes }: CheckedAddition): ChangeAnswer {
    const shift = this.subtasks.rows.length - first
    const placed = (place: number): number => (place < first ? place : place + shift)
    this.subtasks.add({ nodes: nodes.map((node) => ({ ...node, dependsOn: node.dependsOn.map(placed) })), fragment })
    return this.changed(
      'add',
      by,
      nodes.map(({ id }) => id),
    )
  }

  /** Why a definition that was checked cannot take the place of the present one. */
  replaceProblem({ node }: CheckedReplacement): Refusal | undefined {
    const place = this.subtasks.placeOf(node.id)!
    const [cycle] = findCycles(this.waitsFor(place, node.dependsOn), 1)
    if (!cycle) return undefined
    const names = [...cycle, cycle[0]!].flatMap((at) => this.subtasks.rows[at]?.id ?? [])
    return refused(`a cycle would come of it: ${names.join(' → ')}`)
  }

  replace({ by }: ChangeInput, { fragment, node: graph }: CheckedReplacement): ChangeAnswer {
    const place = this.subtasks.placeOf(graph.id)!
    const { row, node } = this.subtasks.at(place)
    this.subtasks.queue.remove(place)
    this.put(place, graph, fragment)
    node.met = graph.dependsOn.filter((other) => this.subtasks.rows[other]!.state === 'succeeded').length
    this.subtasks.tell('subtask.changed', place, { by })
    const answer = this.changed('change', by, [graph.id])
    // What is held waits for a person still, and what is held back for its map
    if (row.state === 'held' || (row.heldBack !== undefined && this.subtasks.ruleOf(place) === 'start')) return answer
    if (this.subtasks.ruleOf(place) !== 'start') this.subtasks.families.leaveMap(place)
    delete node.evaluation
    this.subtasks.move(place, 'waiting')
    this.subtasks.consider(place)
    return answer
  }

  /** Whom each subtask waits for: its dependencies, what it spawned, and the elements of its map that are under way. */
  private waitsFor(place: number, dependsOn: readonly number[]): number[][] {
    const { nodes, rows } = this.subtasks
    const edges = nodes.map(({ graph }, at) => [...(at === place ? dependsOn : graph.dependsOn)])
    // A line of each map that bounds what is under way stands between its elements: past the end of the list
    const lines = new Map<number, number>()
    for (const [child, { parent, state }] of rows.entries()) {
      if (parent === undefined) continue
      edges[parent]!.push(child)
      if (nodes[parent]!.graph.maxInFlight === undefined || isEnded(state)) continue
      let line = lines.get(parent)
      if (line === undefined) lines.set(parent, (line = edges.push([]) - 1))
      if (nodes[child]!.admitted) edges[line]!.push(child)
      else edges[child]!.push(line)
    }
    return edges
  }

  /** The definition alone, without what follows from it. */
  put(place: number, graph: GraphNode, fragment: string | undefined): void {
    const { row, node } = this.subtasks.at(place)
    const { queue, agents } = this.subtasks
    this.replacedPlaces.add(place)
    queue.rewire(place, node.graph.dependsOn, graph.dependsOn)
    queue.prioritise(place, graph.priority)
    Object.assign(node, { graph, fragment, candidate: 0 })
    Object.assign(row, { dependsOn: graph.dependsOn, fragment, agent: agents[graph.agents[0]!]!.name })
    this.subtasks.watchDeadlines([place])
  }

  cancel({ taskId, by, dependents }: CancelSubtaskInput): ChangeAnswer {
    const place = this.subtasks.placeOf(taskId)!
    const places = dependents ? this.downstream(place) : [place]
    const ids = places.map((one) => this.subtasks.rows[one]!.id)
    const answer = this.changed('cancel', by, ids)
    const all = this.withSpawned(places)
    // All are marked before the first ends: none is skipped, or started, for the want of another
    for (const one of all) this.subtasks.at(one).node.cancelledBy = by
    for (const one of all) {
      const { row } = this.subtasks.at(one)
      if (row.state === 'running') this.subtasks.surroundings.interrupt(one)
      else if (row.state !== 'joining')
        this.subtasks.end(one, 'cancelled', cancelledByError(by, one === place ? undefined : taskId))
    }
    return answer
  }

  /** Those and what they have spawned, at any depth, without what has ended or is being written down. */
  private withSpawned(places: readonly number[]): number[] {
    const chosen = new Set(places)
    for (const [place, { parent }] of this.subtasks.rows.entries())
      if (parent !== undefined && chosen.has(parent)) chosen.add(place)
    const { rows } = this.subtasks
    return [...chosen].filter(
      (place) => !isEnded(rows[place]!.state) && !(rows[place]!.state === 'running' && rows[place]!.settling),
    )
  }

  /** A subtask and all that depend on it, directly or not, and have not ended. */
  private downstream(place: number): number[] {
    const found = new Set([place])
    for (const one of found)
      for (const next of this.subtasks.queue.dependentsOf(one))
        if (!isEnded(this.subtasks.rows[next]!.state)) found.add(next)
    return [...found]
  }

  private changed(change: string, by: string, ids: string[]): ChangeAnswer {
    const subtasks = ids.slice(0, NAMED)
    this.version++
    const told = { change, by, version: this.version, subtasks, count: ids.length }
    this.subtasks.surroundings.emit(runEvent('plan.changed', told, this.version))
    return { version: this.version, subtasks }
  }

  private tooMany(count: number): Refusal | undefined {
    const sum = this.subtasks.rows.length + this.coming() + count
    if (sum <= this.maxSubtasks) return undefined
    return refused(`the run would have ${sum} subtasks; at most ${this.maxSubtasks} are allowed`)
  }

  private unknown(taskId: string): Refusal | undefined {
    if (this.subtasks.placeOf(taskId) !== undefined) return undefined
    const ids = this.subtasks.rows.filter(({ state }) => !isEnded(state)).map(({ id }) => id)
    const hint = choicesHint(String(taskId), ids, 'subtasks that have not ended')
    return { code: 'SubtaskNotFound', message: `there is no subtask ${preview(taskId)}`, hint }
  }
}

function refused(message: string, hint?: string): Refusal {
  return { code: 'ChangeRefused', message, hint }
}
