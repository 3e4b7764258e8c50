// HOST, pure. A graph as JSON: nodes, and an edge from each dependency to what depends on it.
import type { GraphReaction, GraphRow } from './graph'

/** JSON leaves these as they are: a terminal may obey the first ones, and a reader does not see the others. */
const UNESCAPED = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu

export function graphJson(rows: readonly GraphRow[], reactions: readonly GraphReaction[]): string {
  const nodes = rows.map(({ id, agent, state, parent, kind, runIf, conditions, onFailure }) => ({
    id,
    agent,
    ...(state === undefined ? {} : { state }),
    ...(parent === undefined ? {} : { spawnedBy: rows[parent]?.id }),
    ...(kind === undefined ? {} : { kind }),
    ...(runIf === undefined ? {} : { runIf }),
    ...(conditions ? { conditions } : {}),
    ...(onFailure === undefined ? {} : { onFailure }),
  }))
  const edges = rows.flatMap(({ id, dependsOn }) => dependsOn.map((place) => ({ from: rows[place]?.id, to: id })))
  const graph = { nodes, edges, ...(reactions.length > 0 ? { reactions } : {}) }
  return JSON.stringify(graph, undefined, 2).replace(UNESCAPED, escaped)
}

/** Unit by unit, as JSON writes what lies beyond 16 bits. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
