// PURE. Subtasks and what they spawned: joined before their dependents start, and so many of a map at once.
import type { AgentExecution } from '../activity-messages'
import type { SubtaskRow } from '../run'
import { childrenOf } from './nodes'
import { cancelledError, noOutputError, spawnedError } from './subtask-errors'
import type { Subtasks } from './subtasks'

/** Children that did not succeed, of which a spawner's failure tells. */
const NAMED_CHILDREN = 5

export class Families {
  constructor(private readonly subtasks: Subtasks) {}

  /** A subtask whose execution or evaluation returned further ones: it ends when they have. */
  join(place: number, spawned: NonNullable<AgentExecution['spawned']>, outputFrom?: string): void {
    if (spawned.nodes.length === 0) return this.subtasks.end(place, 'succeeded')
    const { node } = this.subtasks.at(place)
    this.subtasks.move(place, 'joining')
    node.spawned = childrenOf(spawned, outputFrom)
    const first = this.subtasks.rows.length
    const nodes = spawned.nodes.map((one) => ({ ...one, dependsOn: one.dependsOn.map((other) => first + other) }))
    this.subtasks.add({ nodes, fragment: spawned.fragment, spawner: place })
  }

  /** Whether it may start; else it is in its map's line. */
  letIn(place: number): boolean {
    const { row, node } = this.subtasks.at(place)
    const map = row.parent === undefined ? undefined : this.subtasks.at(row.parent).node
    const limit = map?.graph.maxInFlight
    if (limit === undefined || node.admitted) return true
    const children = map!.spawned!
    if (children.underWay < limit) {
      children.underWay++
      node.admitted = true
      return true
    }
    this.subtasks.move(place, 'ready')
    row.heldBack = 'map'
    children.backlog.push(place)
    return false
  }

  /** Its place among those of its map that are under way goes to the next. */
  release(place: number): void {
    const { row, node } = this.subtasks.at(place)
    if (!node.admitted) return
    node.admitted = false
    const children = this.subtasks.at(row.parent!).node.spawned!
    children.underWay--
    for (let next = children.backlog.shift(); next !== undefined; next = children.backlog.shift()) {
      if (this.subtasks.at(next).row.heldBack === undefined) continue
      return this.subtasks.admit(next)
    }
  }

  /** It waits for its dependencies again: neither under way in its map nor in line for that. */
  leaveMap(place: number): void {
    const { row, node } = this.subtasks.at(place)
    if (node.admitted) return this.release(place)
    if (row.heldBack === undefined) return
    delete row.heldBack
    const children = this.subtasks.at(row.parent!).node.spawned!
    children.backlog = children.backlog.filter((one) => one !== place)
  }

  /** One of a spawner's subtasks has ended; with the last one the spawner ends too. */
  childEnded(parent: number, child: SubtaskRow): void {
    const { row, node } = this.subtasks.at(parent)
    const children = node.spawned!
    children.open--
    if (child.state === 'failed' || child.state === 'cancelled') {
      children.unsuccessfulCount++
      if (children.unsuccessful.length < NAMED_CHILDREN) children.unsuccessful.push(`"${child.id}" ${child.state}`)
    }
    if (children.open > 0 || row.state !== 'joining') return
    const { ending, rows } = this.subtasks
    if (children.unsuccessfulCount > 0) {
      if (ending) return this.subtasks.end(parent, 'cancelled', ending)
      return this.subtasks.fail(parent, spawnedError(children.unsuccessful, children.unsuccessfulCount), true)
    }
    const source = children.outputFrom === undefined ? undefined : rows[this.subtasks.placeOf(children.outputFrom)!]
    if (source && source.state !== 'succeeded') return this.subtasks.fail(parent, noOutputError(source.id), true)
    if (node.cancelledBy !== undefined) return this.subtasks.fail(parent, cancelledError(), true)
    this.subtasks.end(parent, 'succeeded')
  }
}
