// PURE. What a person is asked: all of it that can be known to be wrong, before the run or when they are about to be asked.
import { BUILT_IN_AGENTS } from '../built-in'
import type { Problem } from '../errors'
import { isObject, jsonBytes, preview, type JsonObject, type JsonValue } from '../json'
import { MAX_REQUEST_BYTES } from '../limits'
import { HUMAN } from '../names'
import { holdsReferences } from '../references'
import { checkValue, schemaProblem } from './json-schema'

const SCHEMA = BUILT_IN_AGENTS.find(({ name }) => name === HUMAN)!.input!
/** The keys whose values may come from other subtasks. */
const OPEN_KEYS: readonly string[] = ['prompt', 'details']

/**
 * What is wrong with the payload of a subtask for a person. Before references are resolved, what they stand for is taken
 * to be right; `resolved` says that there are none any more, whatever it looks like.
 */
export function humanPayloadProblems(payload: unknown, path: string, resolved = false): Problem[] {
  if (!isObject(payload)) return checkValue(SCHEMA, payload, path).problems
  if (!resolved && isStandingIn(payload)) return []
  const { details: _anything, ...request } = payload
  const problems: Problem[] = []
  for (const [key, value] of Object.entries(request)) {
    if (resolved || !holdsReferences(value)) continue
    if (OPEN_KEYS.includes(key)) request[key] = '…'
    else {
      problems.push({
        path: `${path}.${key}`,
        message: `${preview(value)}: what may be answered has to be known before the run starts`,
        hint: 'references may stand in "prompt" and "details"',
      })
      delete request[key]
    }
  }
  problems.push(...checkValue(SCHEMA, request, path).problems)
  return problems.length > 0 ? problems : contradictions(request, path)
}

/** The payload as a whole is a reference, an element or an event. */
function isStandingIn(payload: Record<string, unknown>): boolean {
  return ['$from', '$element', '$event'].some((key) => Object.hasOwn(payload, key))
}

/** A regular expression may take for ever on a text that is just wrong enough. */
function usesPatterns(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(usesPatterns)
  if (!isObject(schema)) return false
  return Object.entries(schema).some(
    ([key, value]) =>
      (key === 'pattern' && typeof value === 'string') ||
      (key === 'patternProperties' && isObject(value)) ||
      usesPatterns(value),
  )
}

/** What the shape of each key alone does not tell. */
function contradictions(request: Record<string, unknown>, path: string): Problem[] {
  const { choices, output, onTimeout } = request
  const problems: Problem[] = []
  const wrong = isObject(output) ? schemaProblem(output as JsonObject, `${path}.output`) : undefined
  if (wrong) problems.push(wrong)
  const offered = Array.isArray(choices) && isObject(output) && !wrong ? (choices as JsonValue[]) : []
  for (const [place, choice] of offered.entries())
    if (checkValue(output as JsonObject, choice, '').problems.length > 0)
      problems.push({
        path: `${path}.choices[${place}]`,
        message: `${preview(choice)} is refused by "output": nobody could choose it`,
        hint: 'leave "output" out, or out of the choices what it refuses',
      })
  if (onTimeout === 'approve' && (choices !== undefined || output !== undefined)) {
    const asked = choices === undefined ? 'output' : 'choices'
    problems.push({
      path: `${path}.onTimeout`,
      message: `"approve" gives no answer, and "${asked}" asks for one`,
      hint: `choices: reject, fail; or leave "${asked}" out`,
    })
  }
  if (isObject(output) && !wrong && usesPatterns(output))
    problems.push({
      path: `${path}.output`,
      message: 'a pattern is not taken here: answers are checked in the workflow, which a slow one would stop',
      hint: 'use "enum" or choices, or have the subtask that follows check the text',
    })
  const bytes = jsonBytes({ choices, output })
  if (bytes > MAX_REQUEST_BYTES)
    problems.push({
      path,
      message: `"choices" and "output" have ${bytes} bytes as JSON; at most ${MAX_REQUEST_BYTES} are taken`,
      hint: 'put what explains the choice into "details"',
    })
  return problems
}
