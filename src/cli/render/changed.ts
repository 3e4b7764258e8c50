// HOST, pure. What a change came to, on one line.
import type { ChangeAnswer } from '../../contract/changes'
import { clean } from './clean'

/** Subtasks that are named. */
const NAMED = 10

export function changedLine(done: string, runId: string, { subtasks, version }: ChangeAnswer): string {
  const named = subtasks.slice(0, NAMED).join(', ')
  const more = subtasks.length > NAMED ? ` and ${subtasks.length - NAMED} more` : ''
  return clean(`${done} ${named}${more} in ${runId}: its plan has version ${version} now`)
}
