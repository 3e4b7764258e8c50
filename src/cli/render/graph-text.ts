// HOST, pure. A graph as text: subtasks in layers, each with what it waits for, spawned ones below their spawner.
import { clean } from './clean'
import type { GraphRow } from './graph'
import { childrenOf } from './tree'

/** Dependencies that a line names. */
const NAMED = 6

export function graphText(rows: readonly GraphRow[]): string {
  const layers = layersOf(rows)
  const children = childrenOf(rows)
  return layerLines(undefined, '').join('\n')

  /** The subtasks of one plan or spawn: layer by layer, since a layer waits only for those above it. */
  function layerLines(parent: number | undefined, indent: string): string[] {
    const places = [...(children.get(parent) ?? [])].sort((a, b) => layers[a]! - layers[b]! || a - b)
    let shown = -1
    return places.flatMap((place) => {
      const layer = layers[place]!
      const number = layer === shown ? '' : String(layer + 1)
      shown = layer
      const line = `${indent}${number.padEnd(3)} ${nodeText(rows, place)}`
      return [line, ...layerLines(place, `${indent}    │ `)]
    })
  }
}

function nodeText(rows: readonly GraphRow[], place: number): string {
  const { id, agent, state, dependsOn } = rows[place]!
  const named = dependsOn.slice(0, NAMED).map((dependency) => rows[dependency]?.id ?? '?')
  const more = dependsOn.length - named.length
  const waitsFor = named.length > 0 ? `  ← ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}` : ''
  return clean(`${id}${agent === id ? '' : ` (${agent})`}${state === undefined ? '' : ` ${state}`}${waitsFor}`)
}

/** The longest way from a subtask that waits for nothing, without recursion: chains may be thousands long. */
function layersOf(rows: readonly GraphRow[]): number[] {
  const layers = rows.map(() => 0)
  const open = rows.map(({ dependsOn }) => dependsOn.length)
  const dependents = rows.map((): number[] => [])
  rows.forEach(({ dependsOn }, place) => dependsOn.forEach((dependency) => dependents[dependency]?.push(place)))
  const free = rows.flatMap((_, place) => (open[place] === 0 ? [place] : []))
  for (const place of free) {
    for (const next of dependents[place]!) {
      layers[next] = Math.max(layers[next]!, layers[place]! + 1)
      if (--open[next]! === 0) free.push(next)
    }
  }
  return layers
}
