// HOST. The tools on an agent's files, by their names.
import type { Tool } from 'ai'
import type { z } from 'zod'
import type { ToolGrant, WorkspaceTool } from '../../../contract/tools'
import type { AgentContext } from '../../context'
import type { GivenTool } from '../given-tool'
import type { AgentFiles } from './agent-files'
import type { FileTool } from './file-tool'
import { listFilesTool } from './list-files'
import { readFileTool } from './read-file'
import { runCommandTool } from './run-command'
import { searchTool } from './search'
import { editFileTool, writeFileTool } from './write-file'

/** Whatever its input is: the schema has checked it before. */
type AnyFileTool = Pick<FileTool<never>, 'description' | 'execute'> & { inputSchema: z.ZodType }

const FILE_TOOLS: { [Name in WorkspaceTool]: AnyFileTool } = {
  read_file: readFileTool,
  list_files: listFilesTool,
  search: searchTool,
  write_file: writeFileTool,
  edit_file: editFileTool,
  run_command: runCommandTool,
}

export function fileTool(
  grant: ToolGrant & { name: WorkspaceTool },
  files: AgentFiles,
  { signal }: Pick<AgentContext, 'signal'>,
): GivenTool {
  const { description, inputSchema, execute } = FILE_TOOLS[grant.name]
  const tool = {
    description: typeof description === 'string' ? description : description(grant),
    inputSchema,
    execute: (input: unknown) => execute(files, input as never, signal, grant),
  } as Tool
  return { grant, tool, usesFiles: true }
}
