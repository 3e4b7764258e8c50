// PURE. Why a run does not do what it is told: what an update's refusal is made of, and what all of them must have.
import type { ErrorCode } from '../errors'
import { isObject, preview } from '../json'
import { MAX_COMMENT_LENGTH, MAX_EVENT_NAME_LENGTH } from '../limits'

export interface Refusal {
  code: ErrorCode
  message: string
  hint?: string | undefined
}

/** Anybody may send an update, of whatever shape: it says who sends it, and keeps its texts short. */
export function toldProblem(input: unknown): Refusal | undefined {
  const refuse = (message: string): Refusal => ({ code: 'InvalidInput', message })
  if (!isObject(input)) return refuse(`what a run is told is an object, this is ${preview(input)}`)
  const { by } = input
  if (typeof by !== 'string' || by === '') return refuse('whoever tells a run something says who they are: "by"')
  for (const key of ['by', 'requestId'])
    if (isLong(input[key], MAX_EVENT_NAME_LENGTH))
      return refuse(`"${key}" has more than ${MAX_EVENT_NAME_LENGTH} characters: ${preview(input[key])}`)
  const { taskId } = input
  if (taskId !== undefined && typeof taskId !== 'string')
    return refuse(`"taskId" is a text, this is ${preview(taskId)}`)
  for (const key of ['comment', 'reason']) {
    const text = input[key]
    if (text !== undefined && typeof text !== 'string') return refuse(`"${key}" is a text, this is ${preview(text)}`)
    if (isLong(text, MAX_COMMENT_LENGTH)) return refuse(`"${key}" has more than ${MAX_COMMENT_LENGTH} characters`)
  }
  return undefined
}

function isLong(value: unknown, limit: number): boolean {
  return typeof value === 'string' && value.length > limit
}
