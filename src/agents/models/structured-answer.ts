// HOST. An answer of a given form: the model is told the form, and what was wrong with an answer that has it not.
import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3GenerateResult,
  LanguageModelV3Prompt,
} from '@ai-sdk/provider'
import type { z } from 'zod'
import { asTroupeError, TroupeError } from '../../contract/errors'
import { parseAnswer, zodForm, type AnswerForm } from './parse-answer'
import { statusOf } from './provider-errors'

/** Calls that may mend an answer: what a model cannot mend at once it seldom mends, and each one is paid. */
export const REPAIRS = 1
/** Characters of an answer that are shown to the model again, and of problems in an error. */
const MAX_SHOWN = 200_000
const MAX_TOLD = 1_000
/** Reasons to end that cut an answer off, and will again. */
const CUT: readonly FinishReason[] = ['length', 'content-filter']

type FinishReason = LanguageModelV3GenerateResult['finishReason']['unified']

/** What a model has said. */
export interface Said {
  text: string
  finishReason: FinishReason
}

/** Whether it had more to say than it may. */
export function isCut({ finishReason }: Said): boolean {
  return CUT.includes(finishReason)
}

/** Whether it broke off for a reason of the moment: a call that the provider could not read, or nothing at all. */
export function isBroken({ text, finishReason }: Said): boolean {
  return finishReason === 'error' || (finishReason === 'other' && text.trim() === '')
}

export interface StructuredQuestion {
  model: LanguageModelV3
  signal?: AbortSignal
  system: string
  prompt: string
  /** How often the model may mend its answer; once unless given. */
  repairs?: number
}

export interface SchemaQuestion<Value> extends StructuredQuestion {
  schema: z.ZodType<Value>
  /** What is wrong with a value beyond its schema; the model is told, as of a schema that is not met. */
  problems?: (value: Value) => string[]
}

/**
 * Asks a model for a value. An answer that does not parse, or is refused, goes back to it once, with what is wrong.
 *
 * @example
 * const { points } = await structuredAnswer({
 *   model: context.model(), signal: context.signal,
 *   system: 'You summarise.', prompt: text, schema: z.object({ points: z.array(z.string()) }),
 * })
 * @throws TroupeError `OutputRejected` if the mended answer is refused as well, or what the model's call throws
 */
export function structuredAnswer<Value>({ schema, problems, ...question }: SchemaQuestion<Value>): Promise<Value> {
  return answerOfForm(question, zodForm(schema, problems))
}

/** The same for a form of any kind. */
export async function answerOfForm<Value>(question: StructuredQuestion, form: AnswerForm<Value>): Promise<Value> {
  const prompt: LanguageModelV3Prompt = [
    { role: 'system', content: withForm(question.system, form) },
    { role: 'user', content: [{ type: 'text', text: question.prompt }] },
  ]
  return mended(question, form, prompt, await ask(question, form, prompt))
}

/** The system message, with the form that the answer must have. */
export function withForm(system: string, { jsonSchema }: AnswerForm<unknown>): string {
  const { $schema: _, ...schema } = jsonSchema
  return `${system}\n\nAnswer with one JSON value and nothing else: no words around it, no code fence. It must be valid under this JSON Schema:\n${JSON.stringify(schema)}`
}

/** The value of `first`, the answer to `prompt`; where it is refused, the model may mend it. */
export async function mended<Value>(
  question: Pick<StructuredQuestion, 'model' | 'signal' | 'repairs'>,
  form: AnswerForm<Value>,
  prompt: LanguageModelV3Prompt,
  first: Said,
): Promise<Value> {
  const { repairs = REPAIRS } = question
  let said = first
  const messages = [...prompt]
  for (let repair = 0; ; repair++) {
    const answer = parseAnswer(said.text, form)
    if ('value' in answer) return answer.value
    const problems = isCut(said)
      ? [...answer.problems, 'it was cut off: at the longest that you may write, or by a filter']
      : answer.problems
    if (repair === repairs) throw rejected(problems, repairs)
    // Providers refuse an empty message
    messages.push({
      role: 'assistant',
      content: [{ type: 'text', text: said.text.slice(0, MAX_SHOWN) || '(nothing)' }],
    })
    messages.push({ role: 'user', content: [{ type: 'text', text: complaint(problems) }] })
    said = await ask(question, form, messages)
  }
}

/** One call. A server that does not know the form, and says so, is asked again without it: the system message has it too. */
async function ask(
  { model, signal }: Pick<StructuredQuestion, 'model' | 'signal'>,
  { jsonSchema }: AnswerForm<unknown>,
  prompt: LanguageModelV3Prompt,
): Promise<Said> {
  const plain: LanguageModelV3CallOptions = { prompt, ...(signal ? { abortSignal: signal } : {}) }
  const schema = jsonSchema as NonNullable<LanguageModelV3CallOptions['responseFormat'] & { type: 'json' }>['schema']
  try {
    return toSaid(await model.doGenerate({ ...plain, responseFormat: { type: 'json', schema, name: 'answer' } }))
  } catch (error) {
    if (!isFormRefused(error)) throw error
    return toSaid(await model.doGenerate(plain))
  }
}

/** The request as such was refused, at no cost: with most models for the keywords of a schema. */
function isFormRefused(error: unknown): boolean {
  return asTroupeError(error)?.code === 'ModelRefused' && [400, 422].includes(statusOf(error) ?? 0)
}

function toSaid({ content, finishReason }: LanguageModelV3GenerateResult): Said {
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return { text, finishReason: finishReason.unified }
}

function complaint(problems: string[]): string {
  const list = problems.map((problem) => `- ${problem}`).join('\n')
  return `That answer cannot be used:\n${list}\n\nAnswer again, whole, with the JSON value alone.`
}

function rejected(problems: string[], repairs: number): TroupeError {
  const said = problems.join('; ')
  const shown = said.length <= MAX_TOLD ? said : `${said.slice(0, MAX_TOLD)}…`
  const again = repairs === 0 ? '' : `, also when it was told what is wrong`
  return new TroupeError('OutputRejected', `the model's answer is refused${again}: ${shown}`, {
    retryable: true,
    hint: 'another model may do better, or a simpler schema',
  })
}
