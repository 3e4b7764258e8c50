// HOST, pure. A graph as Mermaid text. Nodes are named by their places, so that no id can be a keyword; what an id says
// stands in quotes, with everything that has a meaning there written as its code.
import type { SubtaskState } from '../../contract/run'
import { clean } from './clean'
import type { GraphReaction, GraphRow } from './graph'
import { childrenOf } from './tree'

/** Letters and digits of any script, and what Mermaid never reads as anything else. */
const MEANT = /[^\p{L}\p{M}\p{N} _.,/-]/gu

const CLASSES: Record<SubtaskState, string> = {
  waiting: 'fill:#f4f4f5,stroke:#a1a1aa,color:#18181b',
  ready: 'fill:#e4e4e7,stroke:#71717a,color:#18181b',
  running: 'fill:#dbeafe,stroke:#2563eb,color:#18181b',
  joining: 'fill:#e0e7ff,stroke:#4f46e5,color:#18181b',
  asking: 'fill:#fae8ff,stroke:#c026d3,color:#18181b',
  held: 'fill:#ffe4e6,stroke:#e11d48,color:#18181b',
  succeeded: 'fill:#dcfce7,stroke:#16a34a,color:#18181b',
  failed: 'fill:#fee2e2,stroke:#dc2626,color:#18181b',
  skipped: 'fill:#fef9c3,stroke:#ca8a04,color:#18181b',
  cancelled: 'fill:#ffedd5,stroke:#ea580c,color:#18181b',
}

/** The shape of a map is a doubled box, that of a question to a person has round ends. */
const SHAPES: Record<NonNullable<GraphRow['kind']> | 'plain', readonly [open: string, close: string]> = {
  plain: ['["', '"]'],
  map: ['[["', '"]]'],
  person: ['(["', '"])'],
}

/** Spawned subtasks stand in a frame that a dotted line joins to their spawner; so does what an event starts to that event. */
export function graphMermaid(rows: readonly GraphRow[], reactions: readonly GraphReaction[]): string {
  const children = childrenOf(rows)
  const lines = ['flowchart TD', ...nodeLines(undefined, '  ')]
  for (const [place, { dependsOn, runIf }] of rows.entries())
    for (const dependency of dependsOn) lines.push(`  n${dependency} -->${runIf ? `|${runIf}|` : ''} n${place}`)
  for (const place of children.keys()) if (place !== undefined) lines.push(`  n${place} -.-> s${place}`)
  for (const [place, { id, on, agent }] of reactions.entries())
    lines.push(`  e${place}>"${label(on)}"] -.-> r${place}["${label(id)}<br/>${label(agent)}"]`)
  const used = new Set(rows.flatMap(({ state }) => (state === undefined ? [] : [state])))
  for (const state of used) lines.push(`  classDef ${state} ${CLASSES[state]}`)
  return lines.join('\n')

  function nodeLines(parent: number | undefined, indent: string): string[] {
    return (children.get(parent) ?? []).flatMap((place) => {
      const { id, agent, state, kind = 'plain', conditions } = rows[place]!
      const named = agent === id ? label(id) : `${label(id)}<br/>${label(agent)}`
      const [open, close] = SHAPES[kind]
      const text = `${open}${named}${conditions ? '<br/>if …' : ''}${close}`
      const node = `${indent}n${place}${text}${state === undefined ? '' : `:::${state}`}`
      if (!children.has(place)) return [node]
      const frame = `${indent}subgraph s${place}["${label(`spawned by ${id}`)}"]`
      return [node, frame, ...nodeLines(place, `${indent}  `), `${indent}end`]
    })
  }
}

function label(text: string): string {
  const cleaned = clean(text)
  return cleaned.trim() === '' ? '#160;' : cleaned.replace(MEANT, (character) => `#${character.codePointAt(0)};`)
}
