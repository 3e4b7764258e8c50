// HOST. A tool as an agent is given it: the author's grant, and what carries it out.
import type { Tool } from 'ai'
import type { ToolGrant } from '../../contract/tools'

export interface GivenTool {
  grant: ToolGrant
  /** `execute` is only called by `ToolCalls`. */
  tool: Tool
  /** Whether it is the team's own: what the others return is text of others. */
  isOwn?: true
  /** Whether it works on the agent's files: such calls are made one at a time, in the order in which the model asked for them. */
  usesFiles?: true
}

/** What a tool that changes the agent's files returns; the snapshot is recorded together with the result. */
export class ChangedFiles {
  constructor(
    readonly result: string,
    /** The artifact of the snapshot. */
    readonly snapshot: string,
  ) {}
}
