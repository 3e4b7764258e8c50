// PURE. Subtasks that are looked at before they start: their conditions, their elements, the question for a person.
import type { Verdict } from '../activity-messages'
import type { Pauses } from './pauses'
import type { Requests } from './requests'
import { conditionError } from './subtask-errors'
import type { Subtasks } from './subtasks'

export class Evaluations {
  constructor(
    private readonly subtasks: Subtasks,
    private readonly pauses: Pauses,
    private readonly requests: Requests,
    /** Adds the elements of a map, unless the run would have too many subtasks. */
    private readonly join: (place: number, spawned: Extract<Verdict, { verdict: 'map' }>['spawned']) => void,
  ) {}

  /** The next one to be looked at. */
  next(): number | undefined {
    if (this.pauses.run) return undefined
    const { evaluations } = this.subtasks
    for (let at = 0; at < evaluations.length;) {
      const place = evaluations[at]!
      const { row, node } = this.subtasks.at(place)
      // A change puts it into the line again
      const isDue = row.state === 'waiting' && !row.settling && node.evaluation === 'due'
      if (isDue && this.isPaused(place)) {
        at++
        continue
      }
      if (at === 0) evaluations.shift()
      else evaluations.splice(at, 1)
      if (!isDue) continue
      row.settling = true
      return place
    }
    return undefined
  }

  /** This one is being looked at, as a reader of history knows: whatever it takes to be the next. */
  begun(place: number): void {
    const { evaluations } = this.subtasks
    const at = evaluations.indexOf(place)
    if (at !== -1) evaluations.splice(at, 1)
    const { row } = this.subtasks.at(place)
    if (row.state === 'waiting') row.settling = true
  }

  /** What was found; it may have ended in the meantime. */
  ended(place: number, verdict: Verdict): void {
    const { row, node } = this.subtasks.at(place)
    if (row.state !== 'waiting' || !row.settling) return
    delete row.settling
    this.subtasks.watchDeadlines([place])
    // A paused run asks nothing: it is looked at again
    if (verdict.verdict === 'ask' && this.isPaused(place)) return this.subtasks.begin(place)
    node.evaluation = 'done'
    if (verdict.verdict === 'skip') return this.subtasks.end(place, 'skipped', conditionError(verdict.reason))
    if (verdict.verdict === 'ask') return this.requests.ask(place, verdict.request)
    if (verdict.verdict === 'run') return this.subtasks.begin(place)
    row.startedAt ??= this.subtasks.isoNow()
    this.join(place, verdict.spawned)
  }

  private isPaused(place: number): boolean {
    return this.pauses.holds(this.subtasks.agents[this.subtasks.agentPlace(place)]!.name)
  }
}
