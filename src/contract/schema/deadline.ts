// PURE. Deadlines as people write them: made absolute, and refused where they cannot be met.
import type { Problem } from '../errors'
import { preview } from '../json'
import { MAX_DEADLINE_DAYS } from '../limits'
import { deadlineSchema, RELATIVE_TIME } from './subtask-schema'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The ISO time of a deadline. One of the wrong shape is left to the schema of subtasks. */
export function checkDeadline(given: unknown, path: string, now: number): { deadline?: string; problem?: Problem } {
  if (given === undefined) return {}
  const parsed = deadlineSchema.safeParse(given)
  if (!parsed.success) return {}
  const deadline = absoluteTime(parsed.data, now)
  if (deadline <= now) {
    const message = `the deadline ${preview(given)} is in the past (it is ${new Date(now).toISOString()})`
    return { problem: { path, message, hint: 'a time to come, or one from the start such as "+10m"' } }
  }
  if (deadline > now + MAX_DEADLINE_DAYS * UNIT_MS.d) {
    const message = `the deadline ${preview(given)} is more than ${MAX_DEADLINE_DAYS} days away`
    return { problem: { path, message, hint: 'leave it out where the time does not matter' } }
  }
  return { deadline: new Date(deadline).toISOString() }
}

/** Milliseconds since the epoch: more than a Date can hold, where somebody means "never". */
function absoluteTime(text: string, now: number): number {
  const relative = RELATIVE_TIME.exec(text)
  if (!relative) return Date.parse(text)
  return now + Number(relative[1]) * UNIT_MS[relative[2] as keyof typeof UNIT_MS]
}
