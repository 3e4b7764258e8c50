// TEAM. How the team's agents ask their model: an answer that stays wrong is final, since asking anew would only be paid again.
import type { AgentContext } from '../../agents/context'
import { countTokens, requireTokens } from '../../agents/models/count-tokens'
import { structuredAnswer } from '../../agents/models/structured-answer'
import { asTroupeError, TroupeError } from '../../contract/errors'
import type { z } from 'zod'
import { QUESTION_TOKENS } from '../token-limits'

export interface Question<Value> {
  system: string
  prompt: string
  schema: z.ZodType<Value>
  problems(value: Value): string[]
  repairs: number
}

/** @throws TroupeError `OutputRejected`, not to be retried, `TooManyTokens`, or what the call throws */
export async function ask<Value>(context: AgentContext, question: Question<Value>): Promise<Value> {
  await requireQuestion(question)
  return withFinalRejection(() => structuredAnswer({ ...question, model: context.model(), signal: context.signal }))
}

/** What is rejected stays so: no attempt follows. */
export async function withFinalRejection<Value>(answer: () => Promise<Value>): Promise<Value> {
  try {
    return await answer()
  } catch (error) {
    throw isRejection(error)
      ? new TroupeError('OutputRejected', error.message, { hint: error.hint, cause: error })
      : error
  }
}

/** The last answer that had the right form, where none was without problems; undefined if none had it. */
export async function askForBest<Value>(
  context: AgentContext,
  question: Question<Value>,
): Promise<{ answer?: Value; rejection?: string }> {
  await requireQuestion(question)
  let newest: Value | undefined
  const problems = (value: Value): string[] => question.problems((newest = value))
  try {
    return { answer: await structuredAnswer({ ...question, problems, model: context.model(), signal: context.signal }) }
  } catch (error) {
    if (!isRejection(error)) throw error
    return newest === undefined ? { rejection: error.message } : { answer: newest, rejection: error.message }
  }
}

/** The last gate: whatever a question is made of, it is asked whole or not at all. */
export async function requireQuestion({ system, prompt }: Pick<Question<unknown>, 'system' | 'prompt'>): Promise<void> {
  const tokens = await countTokens(system + prompt)
  const hint = 'ask for less at a time: a shorter request, or fewer files'
  requireTokens('what the model would have to read', { tokens, limit: QUESTION_TOKENS, hint })
}

function isRejection(error: unknown): error is TroupeError {
  return asTroupeError(error)?.code === 'OutputRejected'
}
