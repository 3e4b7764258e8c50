// PURE. Whether a decision, or an output that a person gives, is one that a request or a held subtask can take.
import { isDeeper, jsonBytes, preview } from '../json'
import { MAX_GIVEN_BYTES, MAX_JSON_DEPTH } from '../limits'
import { choicesHint } from '../nearest'
import type { Decision, HumanRequest } from '../people'
import { answerMismatch } from './answer-schema'
import type { Refusal } from './refusal'

/** Why what was decided is no answer to what was asked. */
export function answerProblem(decision: Decision, request: HumanRequest): Refusal | undefined {
  const { approved, output } = decision
  const refuse = (message: string, hint?: string): Refusal => ({ code: 'DecisionRefused', message, hint })
  const { choices, output: schema } = request
  const asked = askedIn(request)
  const other = asked && otherCall(decision, asked)
  if (other) return refuse(other, `${asked.one} that is asked about now: ${asked.approvalId}`)
  if (!approved) return output === undefined ? undefined : refuse('who rejects gives no output')
  const offered = choices && `choices: ${choices.map((one) => preview(one)).join(', ')}`
  if (output === undefined)
    return choices || schema
      ? refuse('an answer is wanted, and there is none', offered ?? 'its schema is in the request')
      : undefined
  if (asked) return refuse(`${asked.words} is approved or rejected, without an output`)
  const wrong = givenProblem(output, refuse)
  if (wrong) return wrong
  if (choices && !choices.includes(output as string)) {
    const hint = typeof output === 'string' ? choicesHint(output, choices, 'choices') : offered
    return refuse(`${preview(output)} is none of the choices`, hint)
  }
  const mismatch = schema && answerMismatch(schema, output)
  return mismatch === undefined ? undefined : refuse(mismatch)
}

interface Asked {
  approvalId: string
  /** `the call`, `the effect`. */
  one: string
  /** With its name. */
  words: string
}

/** What of an agent's execution the request is about, if it is about such a thing. */
export function askedIn({ tool, effect }: HumanRequest): Asked | undefined {
  if (tool) return { ...tool, one: 'the call', words: `a call of the tool ${preview(tool.name)}` }
  return effect && { ...effect, one: 'the effect', words: `the effect ${preview(effect.name)}` }
}

/** Who decides has seen one call; by now another may be asked about. */
function otherCall({ taskId, approvalId }: Decision, { one, words, ...asked }: Asked): string | undefined {
  if (approvalId === asked.approvalId) return undefined
  return approvalId === undefined
    ? `it is not said which one is meant: ${words} is asked about`
    : `${preview(taskId)} does not ask about ${one} ${preview(approvalId)} any more`
}

/** Why nobody can give this as an output. */
export function givenProblem(
  output: unknown,
  refuse: (message: string, hint?: string) => Refusal,
): Refusal | undefined {
  if (output === undefined) return refuse('an output is wanted, and there is none')
  if (isDeeper(output, MAX_JSON_DEPTH)) return refuse(`the output is nested deeper than ${MAX_JSON_DEPTH} levels`)
  const bytes = jsonBytes(output)
  if (bytes <= MAX_GIVEN_BYTES) return undefined
  return refuse(`the output has ${bytes} bytes as JSON; at most ${MAX_GIVEN_BYTES} are taken`)
}
