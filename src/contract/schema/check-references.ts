// PURE. What stands for something else, and where it points: references, conditions, maps, elements and events.
import type { Problem } from '../errors'
import { pointerSteps, preview, resolvePointer, type JsonObject } from '../json'
import { INPUTS_ID } from '../names'
import { choicesHint } from '../nearest'
import type { Reference } from '../plan'
import { findStandIns, type StandInKey } from '../references'
import { joinPath } from './path'

/** What can be pointed to. */
export interface Scope {
  /** Places of subtasks by id. */
  places: ReadonlyMap<string, number>
  /** Ids of subtasks that are not in the list, since it is too long. */
  beyond?: ReadonlySet<string>
  /** The inputs' value, where it is known. */
  inputs?: unknown
  /** The inputs' JSON Schema, where there is one. */
  inputsSchema?: JsonObject
  /** JSON Schema of a subtask's output by its id, where one is known. */
  outputSchema(id: string): JsonObject | undefined
  /** What may have been meant by an id. */
  hint(id: string): string
}

/** Where a condition or a map takes its value from, if it is a text. */
export interface Source {
  kind: 'condition' | 'map'
  /** Its place in the plan. */
  path: string
  from: unknown
  pointer: unknown
}

export function referenceProblems(reference: Reference, path: string, scope: Scope): Problem[] {
  const { $from, path: pointer, ...others } = reference as Reference & Record<string, unknown>
  const problems: Problem[] = Object.keys(others).map((key) => ({
    path: joinPath(path, [key]),
    message: `unknown key ${preview(key)} in a reference`,
    hint: 'keys: $from, path',
  }))
  if (pointer !== undefined) problems.push(...pointerProblems(pointer, `${path}.path`))
  if (typeof $from === 'string' && scope.beyond?.has($from)) return problems
  if (typeof $from !== 'string' || ($from !== INPUTS_ID && !scope.places.has($from)))
    return [...problems, nothing('reference to nothing', $from, `${path}.$from`, scope)]
  if (typeof pointer !== 'string' || problems.length > 0) return problems
  const missing =
    $from === INPUTS_ID ? missingIn(scope.inputs, pointer) : along(scope.outputSchema($from), pointer)?.missing
  if (!missing) return problems
  return [missingProblem('reference to nothing', $from, pointer, `${path}.path`, missing)]
}

/** A shape that is wrong is told by the schema of subtasks. */
export function sourceProblems({ kind, path, from, pointer = '' }: Source, scope: Scope): Problem[] {
  if (typeof from !== 'string') return []
  const what = kind === 'map' ? 'a map over nothing' : 'condition on nothing'
  const problems = typeof pointer === 'string' ? pointerProblems(pointer, `${path}.path`) : []
  if (scope.beyond?.has(from)) return problems
  if (from !== INPUTS_ID && !scope.places.has(from)) return [...problems, nothing(what, from, `${path}.from`, scope)]
  if (typeof pointer !== 'string' || problems.length > 0) return problems
  // An input that is not there is something that a condition may ask about; a map needs it
  if (from === INPUTS_ID && kind === 'map') return inputListProblems(pointer, path, scope)
  const found = along(from === INPUTS_ID ? scope.inputsSchema : scope.outputSchema(from), pointer)
  if (found?.missing) return [missingProblem(what, from, pointer, `${path}.path`, found.missing)]
  const type = found?.schema?.type
  if (kind === 'condition' || typeof type !== 'string' || type === 'array') return []
  return [{ path, message: `a map needs a list: ${owner(from)} ${type} at ${preview(pointer)}` }]
}

/** What is wrong with the elements or events in a payload, or that there are any. */
export function standInProblems(payload: unknown, key: StandInKey, path: string, isAllowed: boolean): Problem[] {
  return findStandIns(payload, key).flatMap(({ value, at }) => {
    const place = joinPath(path, at)
    if (!isAllowed) return [misplaced(key, place)]
    const others = Object.keys(value).filter((other) => other !== key)
    return [
      ...others.map((other) => ({
        path: joinPath(place, [other]),
        message: `unknown key ${preview(other)} beside "${key}"`,
        hint: `{"${key}": "<JSON Pointer>"}`,
      })),
      ...pointerProblems(value[key], joinPath(place, [key])),
    ]
  })
}

function misplaced(key: StandInKey, path: string): Problem {
  return key === '$element'
    ? { path, message: '"$element" outside a map', hint: 'it stands for one element where a subtask has "forEach"' }
    : { path, message: '"$event" outside a reaction', hint: 'it stands for the event in what "reactions" run' }
}

function pointerProblems(pointer: unknown, path: string): Problem[] {
  if (typeof pointer === 'string' && pointerSteps(pointer)) return []
  const message = `${preview(pointer)} is not a JSON Pointer`
  return [{ path, message, hint: 'for example "/points/0", or "" for the whole' }]
}

function inputListProblems(pointer: string, path: string, { inputs }: Scope): Problem[] {
  if (inputs === undefined) return []
  const missing = missingIn(inputs, pointer)
  if (missing) return [missingProblem('a map over nothing', INPUTS_ID, pointer, `${path}.path`, missing)]
  const found = resolvePointer(inputs, pointer)
  if (!found.found || Array.isArray(found.value)) return []
  return [{ path, message: `a map needs a list: the inputs have ${preview(found.value)} at ${preview(pointer)}` }]
}

function nothing(what: string, id: unknown, path: string, scope: Scope): Problem {
  const hint = scope.hint(typeof id === 'string' ? id : preview(id))
  return { path, message: `${what}: there is no subtask ${preview(id)}`, hint }
}

interface Missing {
  key: string
  choices: string[]
}

function missingProblem(what: string, from: string, pointer: string, path: string, missing: Missing): Problem {
  const message = `${what}: ${owner(from)} no ${preview(pointer)}`
  return { path, message, hint: choicesHint(missing.key, missing.choices, 'keys') }
}

function owner(from: string): string {
  return from === INPUTS_ID ? 'the inputs have' : `the output of ${preview(from)} has`
}

function missingIn(value: unknown, pointer: string): Missing | undefined {
  if (value === undefined) return undefined
  const result = resolvePointer(value, pointer)
  if (result.found) return undefined
  return { key: pointerSteps(pointer)![pointerSteps(result.at)!.length] ?? '', choices: result.choices }
}

/** Follows lists, and `properties` of closed objects only: anything else may hold the key. */
function along(
  schema: JsonObject | undefined,
  pointer: string,
): { missing?: Missing; schema?: JsonObject } | undefined {
  let current: unknown = schema
  for (const step of pointerSteps(pointer)!) {
    if (typeof current !== 'object' || current === null) return undefined
    const { type, properties, items, additionalProperties } = current as JsonObject
    if (type === 'array' && !/^\d+$/.test(step)) return { missing: { key: step, choices: ['0'] } }
    if (type === 'array') {
      current = items
      continue
    }
    if (type !== 'object' || typeof properties !== 'object' || properties === null) return undefined
    if (!Object.hasOwn(properties, step))
      return additionalProperties === false ? { missing: { key: step, choices: Object.keys(properties) } } : undefined
    current = (properties as JsonObject)[step]
  }
  return typeof current === 'object' && current !== null ? { schema: current as JsonObject } : undefined
}
