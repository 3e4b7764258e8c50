// PURE. Why a run does not do what it is told: what an update's refusal is made of.
import type { ErrorCode } from '../errors'

export interface Refusal {
  code: ErrorCode
  message: string
  hint?: string | undefined
}
