// HOST. An agent that is a program.
import { dirname } from 'node:path'
import type { z } from 'zod'
import type { AgentTask, CommandDefinition } from '../contract/agent'
import { BaseAgentService, type AgentOptions } from './base-agent-service'
import type { AgentContext } from './context'
import { runCommand } from './process/run-command'

export interface CommandOptions extends Omit<AgentOptions, 'isolation' | 'memoryMb' | 'recycleAfter'> {
  /** Program and arguments; `{{key}}` in an argument is replaced from the payload, which is on standard input otherwise. */
  command: string[]
  /** The folder of `module` or of the team file that is loaded, or else the process's, unless given. */
  cwd?: string
  /** Environment variables that pass, besides PATH, HOME, TMPDIR and LANG. */
  env?: string[]
  input?: z.ZodType
  /** With it standard output is parsed as JSON; without it the output is its text. */
  output?: z.ZodType
}

export class CommandAgent extends BaseAgentService {
  constructor(
    options: AgentOptions,
    private readonly definition: CommandDefinition,
    override readonly input?: z.ZodType,
    override readonly output?: z.ZodType,
    /** Set where the output's schema is not zod's: standard output is JSON then. */
    private readonly parsesOutput = output !== undefined,
    /** False where its author named no directory: loading a team file puts it beside that file. */
    readonly placed = true,
  ) {
    super(options)
  }

  override async execute(task: AgentTask, context: AgentContext): Promise<unknown> {
    const { command, cwd, env } = this.definition
    const { signal, log } = context
    const result = await runCommand({
      command,
      cwd,
      env,
      payload: task.payload,
      signal,
      hasOutputSchema: this.parsesOutput,
    })
    if (result.stderrTail) log.debug('standard error', { text: result.stderrTail })
    return result.output
  }
}

/**
 * Defines an agent that is a program.
 *
 * @example
 * const history = defineCommand({ name: 'history', command: ['git', '-C', '{{dir}}', 'log', '--oneline'] })
 */
export function defineCommand(options: CommandOptions): CommandAgent {
  const { command, cwd, env, input, output, ...agent } = options
  const folder = cwd ?? (agent.module === undefined ? process.cwd() : dirname(agent.module))
  const placed = cwd !== undefined || agent.module !== undefined
  return new CommandAgent(agent, { command, cwd: folder, env: env ?? [] }, input, output, output !== undefined, placed)
}
