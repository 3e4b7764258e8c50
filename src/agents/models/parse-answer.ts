// PURE. A model's text as the value that was asked for, and what is wrong with it in words that the model understands.
import type { z } from 'zod'
import { toJSONSchema } from 'zod'
import { messageOf } from '../../contract/errors'
import type { JsonObject } from '../../contract/json'
import { checkValue } from '../../contract/schema/json-schema'
import { zodProblems } from '../../contract/schema/zod-problems'

/** What an answer has to be. */
export interface AnswerForm<Value> {
  /** As the model is told. */
  jsonSchema: JsonObject
  /** The value, or all that is wrong with it, a line each. */
  check(value: unknown): { value: Value } | { problems: string[] }
}

/** Problems that a model is told at once: with more, the answer is wrong as a whole. */
const MAX_PROBLEMS = 20

/** The form that a zod schema asks for; `refuse` may find more that is wrong. */
export function zodForm<Value>(
  schema: z.ZodType<Value>,
  refuse: (value: Value) => string[] = () => [],
): AnswerForm<Value> {
  return {
    // What the model writes goes in: defaults and transformations come after
    jsonSchema: toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonObject,
    check(value) {
      const parsed = schema.safeParse(value)
      if (!parsed.success) return { problems: lines(zodProblems(parsed.error, value, '')) }
      const problems = refuse(parsed.data)
      return problems.length > 0 ? { problems: problems.slice(0, MAX_PROBLEMS) } : { value: parsed.data }
    },
  }
}

/** The form that a JSON Schema asks for. */
export function jsonSchemaForm(jsonSchema: JsonObject): AnswerForm<unknown> {
  return {
    jsonSchema,
    check(value) {
      const { value: completed, problems } = checkValue(jsonSchema, value, '')
      return problems.length > 0 ? { problems: lines(problems) } : { value: completed }
    },
  }
}

/** Reads an answer: JSON, with or without a fence around it or words before and after. */
export function parseAnswer<Value>(text: string, form: AnswerForm<Value>): { value: Value } | { problems: string[] } {
  let reason: string | undefined
  for (const candidate of candidates(text.trim())) {
    let value: unknown
    try {
      value = JSON.parse(candidate)
    } catch (error) {
      reason ??= messageOf(error)
      continue
    }
    return form.check(value)
  }
  return { problems: [reason === undefined ? 'the answer is empty' : `the answer is not JSON: ${reason}`] }
}

/** The texts that may be the JSON, the likeliest first. A program inside a string may hold fences of its own. */
function candidates(text: string): string[] {
  if (text === '') return []
  const fence = /^[[{]/.test(text) ? undefined : /```[a-z]*\s*\n([\s\S]*)\n\s*```/i.exec(text)?.[1]
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  const cut = text.slice(Math.max(0, text.search(/[[{]/)), end + 1)
  return [text, fence, cut].filter((candidate) => candidate !== undefined && candidate !== '') as string[]
}

function lines(problems: { path: string; message: string; hint?: string }[]): string[] {
  return problems
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message, hint }) => `${path || 'the answer'}: ${message}${hint ? `; ${hint}` : ''}`)
}
