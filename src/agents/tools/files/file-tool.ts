// HOST. A tool that works on the agent's files.
import type { z } from 'zod'
import type { ToolGrant } from '../../../contract/tools'
import type { ChangedFiles } from '../given-tool'
import type { AgentFiles } from './agent-files'

export interface FileTool<Input> {
  /** As the model reads it. */
  description: string | ((grant: ToolGrant) => string)
  inputSchema: z.ZodType<Input>
  /** What it throws is told to the model, unless it is a failure of the surroundings. */
  execute(files: AgentFiles, input: Input, signal: AbortSignal, grant: ToolGrant): Promise<string | ChangedFiles>
}
