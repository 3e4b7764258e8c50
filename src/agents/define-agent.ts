// HOST. An agent as a function.
import type { z } from 'zod'
import type { AgentTask } from '../contract/agent'
import { BaseAgentService, type AgentOptions } from './base-agent-service'
import type { AgentContext } from './context'

export interface AgentDefinition<Input extends z.ZodType, Output> extends AgentOptions {
  /** Schema of the payload. */
  input?: Input
  /** Schema of the output. */
  output?: z.ZodType<Output>
  run(input: z.output<Input>, context: AgentContext): Promise<Output> | Output
}

/** A function agent; `Payload` is what a plan has to hand in, before the schema's defaults and transformations. */
export class FunctionAgent<Input, Output, Payload = Input> extends BaseAgentService<Input, Output> {
  /** Only a type: what a typed plan checks payloads against. */
  declare readonly payloadType: Payload

  constructor(
    options: AgentOptions,
    override readonly input: z.ZodType<Input> | undefined,
    override readonly output: z.ZodType<Output> | undefined,
    private readonly run: (input: Input, context: AgentContext) => Promise<Output> | Output,
  ) {
    super(options)
  }

  override execute(task: AgentTask<Input>, context: AgentContext): Promise<Output> | Output {
    return this.run(task.payload, context)
  }
}

/**
 * Defines an agent by a function.
 *
 * @example
 * const outline = defineAgent({
 *   name: 'outline',
 *   input: z.object({ topic: z.string() }),
 *   output: z.object({ points: z.array(z.string()) }),
 *   run: ({ topic }) => ({ points: [topic] }),
 * })
 * @throws TroupeError `InvalidTeam` naming every setting that is wrong
 */
export function defineAgent<Input extends z.ZodType = z.ZodUnknown, Output = unknown>(
  definition: AgentDefinition<Input, Output>,
): FunctionAgent<z.output<Input>, Output, z.input<Input>> {
  const { input, output, run, ...options } = definition
  return new FunctionAgent(options, input as z.ZodType<z.output<Input>> | undefined, output, run)
}
