// HOST, pure. A plan or a run as a graph: Mermaid for pages, text for people, JSON for programs.
import type { JsonValue } from '../../contract/json'
import type { RunIf } from '../../contract/plan'
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
  /** One subtask for each element of a list; a question to a person. */
  kind?: 'map' | 'person'
  /** How its dependencies must have ended, unless all must have succeeded. */
  runIf?: Exclude<RunIf, 'all-succeeded'>
  /** How many conditions it has. */
  conditions?: number
  /** What follows when it has failed, unless its dependents are skipped: `echo, then hold`. */
  onFailure?: string
}

/** What a plan does when an event comes. */
export interface GraphReaction {
  id: string
  on: string
  where?: Record<string, JsonValue>
  agent: string
}

export type GraphFormat = 'mermaid' | 'text' | 'json'

/** Without a line end behind it. */
export function renderGraph(
  rows: readonly GraphRow[],
  format: GraphFormat,
  reactions: readonly GraphReaction[] = [],
): string {
  if (format === 'mermaid') return graphMermaid(rows, reactions)
  return format === 'text' ? graphText(rows, reactions) : graphJson(rows, reactions)
}
