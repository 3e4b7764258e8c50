// PURE. The rules that bind subtasks to each other: unique ids, known dependencies and references, no cycle.
import { findCycles } from '../cycles'
import type { Problem } from '../errors'
import { pointerSteps, preview, quote, resolvePointer, type JsonObject } from '../json'
import { MAX_NAMED_CYCLES } from '../limits'
import { INPUTS_ID } from '../names'
import { choicesHint, choicesHints } from '../nearest'
import type { Reference } from '../plan'
import { findReferences } from '../references'
import { joinPath } from './path'

/** What is known of a subtask whose shape may be wrong in other places. */
export interface DraftSubTask {
  index: number
  id: string | undefined
  /** As authored, so that places are kept; what is no text is undefined. */
  dependsOn: (string | undefined)[]
  payload: unknown
}

export interface GraphContext {
  /** Path of the list: `subtasks`, or `spawn`. */
  path: string
  /** Ids of subtasks that are not in the list, since it is too long. */
  beyond?: ReadonlySet<string>
  /** The inputs' value, where it is known: references into it are checked against it. */
  inputs?: unknown
  /** JSON Schema of a subtask's output by its id, where one is known. */
  outputSchema(id: string): JsonObject | undefined
}

interface KnownIds {
  places: ReadonlyMap<string, number>
  dependencyHint(id: string): string
  referenceHint(id: string): string
}

/** Dependencies of each subtask as places in the list (explicit ones first, without repetition), and all problems. */
export function checkGraph(drafts: DraftSubTask[], context: GraphContext): { edges: number[][]; problems: Problem[] } {
  const problems: Problem[] = []
  const places = new Map<string, number>()
  for (const { id, index } of drafts) {
    if (id === undefined) continue
    const first = places.get(id)
    if (first === undefined) places.set(id, index)
    else
      problems.push({
        path: `${context.path}[${index}].id`,
        subtask: id,
        message: `duplicate id ${preview(id)}: ${context.path}[${first}] has it already`,
      })
  }
  const choices = [...places.keys()].filter(Boolean)
  const known: KnownIds = {
    places,
    dependencyHint: choicesHints(choices, 'subtasks'),
    referenceHint: choicesHints([...choices, INPUTS_ID], 'subtasks'),
  }
  const edges = drafts.map((draft) => {
    const found = new Set<number>()
    draft.dependsOn.forEach((id, position) => {
      if (id === undefined || context.beyond?.has(id)) return
      const path = `${context.path}[${draft.index}].dependsOn[${position}]`
      const place = places.get(id)
      if (place !== undefined) found.add(place)
      else
        problems.push({
          path,
          ...named(draft),
          message: `missing dependency: there is no subtask ${preview(id)}`,
          hint: known.dependencyHint(id),
        })
    })
    for (const { reference, at } of findReferences(draft.payload)) {
      const path = joinPath(`${context.path}[${draft.index}].payload`, at)
      problems.push(
        ...referenceProblems(reference, path, known, context).map((problem) => ({ ...problem, ...named(draft) })),
      )
      const place = typeof reference.$from === 'string' ? places.get(reference.$from) : undefined
      if (place !== undefined) found.add(place)
    }
    return [...found]
  })
  for (const cycle of findCycles(edges, MAX_NAMED_CYCLES)) problems.push(cycleProblem(cycle, drafts, context.path))
  return { edges, problems }
}

function named(draft: DraftSubTask): { subtask?: string } {
  return draft.id === undefined ? {} : { subtask: draft.id }
}

function cycleProblem(cycle: number[], drafts: DraftSubTask[], path: string): Problem {
  const names = cycle.map((place) => name(drafts[place]!.id ?? `${path}[${place}]`))
  const route = [...names, names[0]].join(' → ')
  const message = cycle.length === 1 ? `cycle: ${names[0]} depends on itself (${route})` : `cycle: ${route}`
  return {
    path: `${path}[${cycle[0]}].dependsOn`,
    ...named(drafts[cycle[0]!]!),
    message,
    hint: 'each depends on the next; take one dependency away',
  }
}

/** An id inside a route: without quotes, but harmless. */
function name(id: string): string {
  return quote(id).slice(1, -1)
}

function referenceProblems(reference: Reference, path: string, known: KnownIds, context: GraphContext): Problem[] {
  const { $from, path: pointer, ...others } = reference as Reference & Record<string, unknown>
  const problems: Problem[] = Object.keys(others).map((key) => ({
    path: joinPath(path, [key]),
    message: `unknown key ${preview(key)} in a reference`,
    hint: 'keys: $from, path',
  }))
  if (pointer !== undefined && (typeof pointer !== 'string' || !pointerSteps(pointer))) {
    problems.push({
      path: `${path}.path`,
      message: `${preview(pointer)} is not a JSON Pointer`,
      hint: 'for example "/points/0", or "" for the whole',
    })
  }
  if (typeof $from === 'string' && context.beyond?.has($from)) return problems
  if (typeof $from !== 'string' || ($from !== INPUTS_ID && !known.places.has($from))) {
    const hint = known.referenceHint(typeof $from === 'string' ? $from : preview($from))
    return [
      ...problems,
      { path: `${path}.$from`, message: `reference to nothing: there is no subtask ${preview($from)}`, hint },
    ]
  }
  if (typeof pointer !== 'string' || problems.length > 0) return problems
  const missing =
    $from === INPUTS_ID ? missingIn(context.inputs, pointer) : missingInSchema(context.outputSchema($from), pointer)
  if (!missing) return problems
  const message = `reference to nothing: ${$from === INPUTS_ID ? 'the inputs have' : `the output of ${preview($from)} has`} no ${preview(pointer)}`
  return [{ path: `${path}.path`, message, hint: choicesHint(missing.key, missing.choices, 'keys') }]
}

function missingIn(value: unknown, pointer: string): { key: string; choices: string[] } | undefined {
  if (value === undefined) return undefined
  const result = resolvePointer(value, pointer)
  return result.found
    ? undefined
    : { key: pointerSteps(pointer)![pointerSteps(result.at)!.length] ?? '', choices: result.choices }
}

/** Follows `properties` of closed objects only: anything else may hold the key. */
function missingInSchema(
  schema: JsonObject | undefined,
  pointer: string,
): { key: string; choices: string[] } | undefined {
  let current: unknown = schema
  for (const step of pointerSteps(pointer)!) {
    if (typeof current !== 'object' || current === null) return undefined
    const { type, properties, additionalProperties } = current as JsonObject
    if (type !== 'object' || typeof properties !== 'object' || properties === null) return undefined
    if (!Object.hasOwn(properties, step)) {
      return additionalProperties === false ? { key: step, choices: Object.keys(properties) } : undefined
    }
    current = (properties as JsonObject)[step]
  }
  return undefined
}
