// HOST, pure. A graph as text: subtasks in layers, each with what it waits for, spawned ones below their spawner; and what
// events start.
import { preview } from '../../contract/json'
import { clean } from './clean'
import type { GraphReaction, GraphRow } from './graph'
import { childrenOf } from './tree'

/** Dependencies that a line names. */
const NAMED = 6

export function graphText(rows: readonly GraphRow[], reactions: readonly GraphReaction[]): string {
  const layers = layersOf(rows)
  const children = childrenOf(rows)
  return [...layerLines(undefined, ''), ...reactions.map(reactionText)].join('\n')

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
  const row = rows[place]!
  const { id, agent, state, dependsOn, runIf } = row
  const named = dependsOn.slice(0, NAMED).map((dependency) => rows[dependency]?.id ?? '?')
  const more = dependsOn.length - named.length
  const how = runIf === undefined ? '' : ` (${runIf})`
  const waitsFor = named.length > 0 ? `  ← ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}${how}` : ''
  return clean(
    `${id}${agent === id ? '' : ` (${agent})`}${state === undefined ? '' : ` ${state}`}${traits(row)}${waitsFor}`,
  )
}

function traits({ kind, conditions = 0, onFailure = '' }: GraphRow): string {
  const said = [
    kind === 'map' ? 'for each element' : kind === 'person' ? 'asks a person' : '',
    conditions > 0 ? `if ${conditions === 1 ? 'a condition holds' : `${conditions} conditions hold`}` : '',
    onFailure && `on failure: ${onFailure}`,
  ].filter(Boolean)
  return said.length > 0 ? `, ${said.join(', ')}` : ''
}

function reactionText({ id, on, agent, where = {} }: GraphReaction): string {
  const fields = Object.entries(where).map(([key, value]) => `${key} = ${preview(value)}`)
  return clean(`on ${on}${fields.length > 0 ? ` where ${fields.join(', ')}` : ''}  → ${id} (${agent})`)
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
