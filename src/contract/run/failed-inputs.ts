// PURE. What a subtask is handed in the place of outputs that there are not: of dependencies that did not succeed.
import { FAILED_INPUT_BYTES } from '../limits'
import type { FailedInput } from '../activity-messages'
import type { SubtaskRow } from '../run'

/** Bytes of one beside its message and hint. */
const FRAME_BYTES = 200

/** Messages are shortened so that all of them fit; undefined if every dependency succeeded. */
export function failedInputs(dependencies: readonly SubtaskRow[]): Record<string, FailedInput> | undefined {
  const failed = dependencies.filter(({ state }) => state === 'failed' || state === 'skipped' || state === 'cancelled')
  if (failed.length === 0) return undefined
  const room = Math.max(0, Math.floor(FAILED_INPUT_BYTES / failed.length) - FRAME_BYTES)
  return Object.fromEntries(failed.map((row) => [row.id, failedInput(row, room)]))
}

function failedInput({ id, state, error }: SubtaskRow, room: number): FailedInput {
  const status = state as FailedInput['status']
  if (!error) return { taskId: id, status, success: false }
  const { hint: _hint, message, ...rest } = error
  // At most four bytes a character
  const cut =
    message.length * 4 <= room
      ? message
      : Array.from(message)
          .slice(0, Math.floor(room / 4))
          .join('')
  return { taskId: id, status, success: false, error: { ...rest, message: cut } }
}
