// PURE. The rules that bind subtasks to each other: unique ids, known dependencies and references, no cycle.
import { findCycles } from '../cycles'
import type { Problem } from '../errors'
import { preview, quote } from '../json'
import { MAX_NAMED_CYCLES } from '../limits'
import { INPUTS_ID } from '../names'
import { choicesHints } from '../nearest'
import { findReferences } from '../references'
import { referenceProblems, sourceProblems, type Scope, type Source } from './check-references'
import { joinPath } from './path'

/** Ids of a cycle that are named at each end. */
const NAMED_OF_CYCLE = 10

/** What is known of a subtask whose shape may be wrong in other places. */
export interface DraftSubTask {
  /** Its place in the plan: `subtasks[2]`; empty where it is the whole. */
  path: string
  id: string | undefined
  /** As authored, so that places are kept; what is no text is undefined. */
  dependsOn: (string | undefined)[]
  payload: unknown
  /** Its conditions, and its map. */
  sources: Source[]
}

export interface GraphContext extends Omit<Scope, 'places' | 'hint'> {
  /** Path of the list: `subtasks`, or `spawn`. */
  path: string
  /** Subtasks that are there already, by their places; those of the list come at `first` and after. */
  known?: readonly { id: string }[]
  first?: number
}

/** Scope for what is not a plan as a whole: `places` holds all that may be depended on. */
export interface DependencyScope extends Scope {
  dependencyHint(id: string): string
}

export function dependencyScope(
  places: ReadonlyMap<string, number>,
  rest: Omit<Scope, 'places' | 'hint'>,
): DependencyScope {
  const choices = [...places.keys()].filter(Boolean)
  return {
    ...rest,
    places,
    dependencyHint: choicesHints(choices, 'subtasks'),
    hint: choicesHints([...choices, INPUTS_ID], 'subtasks'),
  }
}

/** Dependencies of each subtask as places (explicit ones first, without repetition), and all problems. */
export function checkGraph(
  drafts: readonly DraftSubTask[],
  context: GraphContext,
): { edges: number[][]; problems: Problem[] } {
  const { known = [], first = 0, path: _path, ...rest } = context
  const places = new Map(known.map(({ id }, place) => [id, place]))
  const problems = addPlaces(places, drafts, context)
  const scope = dependencyScope(places, rest)
  const edges = drafts.map((draft) => {
    const found = dependenciesOf(draft, scope)
    for (const problem of found.problems) problems.push(problem)
    return found.places
  })
  const among = edges.map((targets) => targets.filter((place) => place >= first).map((place) => place - first))
  const pathOf = (place: number): string => drafts[place]!.path
  for (const cycle of findCycles(among, MAX_NAMED_CYCLES))
    problems.push({
      ...cycleProblem(
        cycle.map((place) => drafts[place]!.id ?? pathOf(place)),
        pathOf(cycle[0]!),
      ),
      ...named(drafts[cycle[0]!]!),
    })
  return { edges, problems }
}

/** Those of the list, each id once. */
function addPlaces(places: Map<string, number>, drafts: readonly DraftSubTask[], context: GraphContext): Problem[] {
  const { first = 0 } = context
  const problems: Problem[] = []
  for (const [index, { id, path }] of drafts.entries()) {
    if (id === undefined) continue
    const earlier = places.get(id)
    if (earlier === undefined) {
      places.set(id, first + index)
      continue
    }
    const holder = earlier >= first ? drafts[earlier - first]!.path : 'the run'
    problems.push({
      path: joinPath(path, ['id']),
      subtask: id,
      message: `duplicate id ${preview(id)}: ${holder} has it already`,
    })
  }
  return problems
}

/** What one subtask depends on, by `dependsOn`, references, conditions and its map. */
export function dependenciesOf(draft: DraftSubTask, scope: DependencyScope): { places: number[]; problems: Problem[] } {
  const problems: Problem[] = []
  const found = new Set<number>()
  const add = (id: unknown): void => {
    const place = typeof id === 'string' ? scope.places.get(id) : undefined
    if (place !== undefined) found.add(place)
  }
  const report = (problem: Problem): void => void problems.push({ ...problem, ...named(draft) })
  for (const [position, id] of draft.dependsOn.entries()) {
    add(id)
    if (id === undefined || scope.places.has(id) || scope.beyond?.has(id)) continue
    const message = `missing dependency: there is no subtask ${preview(id)}`
    report({ path: joinPath(draft.path, ['dependsOn', position]), message, hint: scope.dependencyHint(id) })
  }
  for (const { reference, at } of findReferences(draft.payload)) {
    add(reference.$from)
    referenceProblems(reference, joinPath(draft.path, ['payload', ...at]), scope).forEach(report)
  }
  for (const source of draft.sources) {
    add(source.from)
    sourceProblems(source, scope).forEach(report)
  }
  return { places: [...found], problems }
}

function named(draft: DraftSubTask): { subtask?: string } {
  return draft.id === undefined ? {} : { subtask: draft.id }
}

/** Ids in order, each depending on the next and the last on the first. */
export function cycleProblem(ids: readonly string[], path: string): Problem {
  const names = ids.map((id) => quote(id).slice(1, -1)) // without quotes, but harmless
  const left = names.length - 2 * NAMED_OF_CYCLE
  const shown =
    left > 1 ? [...names.slice(0, NAMED_OF_CYCLE), `… (${left} more)`, ...names.slice(-NAMED_OF_CYCLE)] : names
  const route = [...shown, names[0]].join(' → ')
  return {
    path: joinPath(path, ['dependsOn']),
    message: names.length === 1 ? `cycle: ${names[0]} depends on itself (${route})` : `cycle: ${route}`,
    hint: 'each depends on the next; take one dependency away',
  }
}

/** How many dependencies there are between them in all: a run has so many at most. */
export function dependencyCount(nodes: readonly { dependsOn: readonly unknown[] }[]): number {
  return nodes.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0)
}
