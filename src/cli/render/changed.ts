// HOST, pure. What a change came to, on one line.
import type { ChangeAnswer } from '../../contract/changes'
import { firstOf } from '../../contract/json'
import { clean } from './clean'

/** Subtasks that are named. */
const NAMED = 10

export function changedLine(done: string, runId: string, { subtasks, version }: ChangeAnswer): string {
  return clean(`${done} ${firstOf(subtasks, NAMED)} in ${runId}: its plan has version ${version} now`)
}
