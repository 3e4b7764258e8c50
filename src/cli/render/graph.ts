// HOST, pure. A plan or a run as a graph: Mermaid for pages, text for people, JSON for programs.
import type { SubtaskState } from '../../contract/run'
import { graphJson } from './graph-json'
import { graphMermaid } from './graph-mermaid'
import { graphText } from './graph-text'

export interface GraphRow {
  id: string
  agent: string
  /** Absent for a plan that does not run. */
  state?: SubtaskState
  /** Places in the list. */
  dependsOn: number[]
  /** The place of the subtask that spawned it. */
  parent?: number
}

export type GraphFormat = 'mermaid' | 'text' | 'json'

/** Without a line end behind it. */
export function renderGraph(rows: readonly GraphRow[], format: GraphFormat): string {
  if (format === 'mermaid') return graphMermaid(rows)
  return format === 'text' ? graphText(rows) : graphJson(rows)
}
