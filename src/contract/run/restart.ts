// PURE. A subtask that is held begins again, as if it had not failed.
import type { Subtasks } from './subtasks'

export function restart(subtasks: Subtasks, place: number): void {
  const { row, node } = subtasks.at(place)
  delete row.error
  delete node.evaluation
  subtasks.watchDeadlines([place])
  subtasks.move(place, 'waiting')
  subtasks.consider(place)
}
