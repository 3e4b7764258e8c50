// HOST. An agent that is a model: instructions, perhaps tools, and the form of its answer.
import type { LanguageModelV3Prompt } from '@ai-sdk/provider'
import type { ToolSet } from 'ai'
import { z } from 'zod'
import type { AgentTask } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import { isObject } from '../contract/json'
import { SNAPSHOT_KEY, type McpServer } from '../contract/tools'
import { DEFAULT_MODEL, MODEL_TIMEOUT_MS, parseModelId } from '../contract/model-id'
import { BaseAgentService, type AgentOptions } from './base-agent-service'
import type { AgentContext } from './context'
import { recordedModel } from './ledger/equip'
import { compactingModel } from './models/compacting-model'
import { zodForm, type AnswerForm } from './models/parse-answer'
import { ToolGuard } from './models/tool-guard'
import { DATA_RULE } from './tools/as-data'
import { openTools, returnsFiles, type ToolBox } from './tools/given-tools'
import { sortTools, type AgentTools, type OutputWith, type SortedTools } from './tools/own-tools'
import { ToolCalls } from './tools/tool-calls'
import {
  answerOfForm,
  isBroken,
  isCut,
  mended,
  withForm,
  type Said,
  type StructuredQuestion,
} from './models/structured-answer'

/** Model calls with tools in one execution: an agent that has not finished by then turns in circles, and each turn is paid. */
const MAX_STEPS = 20

export interface ModelAgentOptions<
  Input extends z.ZodType,
  Output,
  Tools extends AgentTools = AgentTools,
> extends AgentOptions {
  /** `<provider>/<model>`; the run's, or else the environment's, unless given. */
  model?: string
  /** The system message. */
  instructions: string
  /** Schema of the payload. Its `prompt`, if that is a text, or else the whole as JSON, is the user's message. */
  input?: Input
  /**
   * Schema of the answer, which the model is told; without it the answer is a text. It is the output; of an agent with a tool
   * that changes files (`write_file`, `edit_file`, `run_command`) the output is `{output: <answer>, snapshot}`.
   */
  output?: z.ZodType<Output>
  /**
   * The tools that it has, and no others: those of the AI SDK by name, or a list of names and grants, where `{name, tool}` is
   * one of the team's own. What they return is recorded: a retry after a crash does not call them again. The same call three
   * times in a row ends the attempt; of a result above 32 KiB the model is told the beginning, and the whole is an artifact.
   */
  tools?: Tools
  /** MCP servers by name; the list of tools names theirs as `<server>/<tool>`. */
  mcp?: Record<string, McpServer>
  /** Model calls in one execution, with tools; 20 unless given. */
  maxSteps?: number
  /**
   * Tokens that the model reads and writes at most in one call; as the price library knows unless given. Shortly before a
   * conversation outgrows it, the model takes notes of the older part, which go on in its place.
   */
  contextWindow?: number
}

/** What a model agent is made of, besides its settings. */
export interface ModelBehaviour {
  instructions: string
  /** Where an `openai-compatible/…` model is served. */
  baseUrl?: string
  tools?: SortedTools
  maxSteps?: number
  /** How often the model may mend an answer that has not its form; once unless given. */
  repairs?: number
  contextWindow?: number
  /** Where the output's schema is not zod's. */
  form?: AnswerForm<unknown>
}

export class ModelAgent<Input = unknown, Output = string, Payload = Input> extends BaseAgentService<Input, Output> {
  /** Only a type: what a typed plan checks payloads against. */
  declare readonly payloadType: Payload

  constructor(
    options: AgentOptions,
    private readonly behaviour: ModelBehaviour,
    override readonly input?: z.ZodType<Input>,
    override readonly output?: z.ZodType<Output>,
  ) {
    super({ ...options, timeoutMs: options.timeoutMs ?? MODEL_TIMEOUT_MS, model: options.model ?? DEFAULT_MODEL })
  }

  override async execute({ payload }: AgentTask<Input>, context: AgentContext): Promise<Output> {
    const { tools } = this.behaviour
    if (!tools) return (await this.answer(payload, context)) as Output
    const box = await openTools(tools, context)
    try {
      const output = await this.answer(box.files ? withoutSnapshot(payload) : payload, context, box)
      return (box.files && box.returnsFiles ? { output, snapshot: box.files.id } : output) as Output
    } finally {
      await box.close()
    }
  }

  private async answer(payload: unknown, context: AgentContext, box?: ToolBox): Promise<unknown> {
    const { instructions, baseUrl, form, repairs } = this.behaviour
    const { model: id } = this.config
    const model = recordedModel(
      context,
      id === DEFAULT_MODEL ? undefined : id,
      baseUrl === undefined ? {} : { baseUrl },
    )
    const system = box ? `${instructions}\n\n${DATA_RULE}` : instructions
    const question = { model, signal: context.signal, system, prompt: userMessage(payload) }
    if (form && !box) return answerOfForm(question, form)
    const whole = form ? withForm(system, form) : system
    const said = await this.generate({ ...question, system: whole }, context, box)
    if (!form) return wholeText(this.name, said)
    const prompt: LanguageModelV3Prompt = [
      { role: 'system', content: whole },
      { role: 'user', content: [{ type: 'text', text: question.prompt }] },
    ]
    return mended({ ...question, ...(repairs === undefined ? {} : { repairs }) }, form, prompt, said)
  }

  private async generate(
    { model, system, prompt }: Pick<StructuredQuestion, 'model' | 'system' | 'prompt'>,
    context: AgentContext,
    box?: ToolBox,
  ): Promise<Said> {
    const { generateText, stepCountIs } = await import('ai')
    const { maxSteps = MAX_STEPS, contextWindow } = this.behaviour
    const calls = new ToolCalls({
      context,
      guard: new ToolGuard(this.name),
      snapshot: () => box?.files?.id,
      onSnapshot: (snapshot) => box?.files?.take(snapshot),
    })
    const id = this.config.model === DEFAULT_MODEL ? undefined : this.config.model
    const { text, finishReason, steps } = await generateText({
      model: box ? compactingModel(model, context, { agent: this.name, id, contextWindow }) : model,
      system,
      prompt,
      abortSignal: context.signal,
      maxRetries: 0,
      onStepFinish: ({ toolCalls }) => calls.countInvalid(toolCalls),
      stopWhen: [stepCountIs(maxSteps), () => calls.isOver],
      ...(box ? { tools: calls.toolSet(box.given) } : {}),
    })
    calls.require()
    // By what it said last, since some servers call it a stop; what the provider itself has called is done
    const isCalling = steps.at(-1)?.toolCalls.some(({ providerExecuted }) => !providerExecuted) === true
    if (!isCalling && finishReason !== 'tool-calls') return { text, finishReason }
    throw new TroupeError('OutputRejected', `"${this.name}" still called tools after ${maxSteps} model calls`, {
      retryable: true,
      hint: 'raise maxSteps, or say in the instructions when to stop',
    })
  }
}

/** How an answer was cut off, and what helps. */
const CUTS = {
  length: [
    'at the longest that it may be',
    'ask for less at a time, or name a model that may answer more; where somebody gave a budget, one that Troupe does not know may answer 16,384 tokens',
  ],
  filter: ['by a filter of its provider', 'ask otherwise, or name another model'],
} as const

/** Half a text would pass for a whole one, and none for an answer; with a form, its end is missed. */
function wholeText(agent: string, said: Said): string {
  if (isCut(said)) {
    const [how, hint] = CUTS[said.finishReason === 'length' ? 'length' : 'filter']
    const message = `the answer of "${agent}" was cut off ${how}`
    throw new TroupeError('OutputRejected', message, { hint })
  }
  if (isBroken(said)) {
    const message = `the answer of "${agent}" broke off: its provider ended it as "${said.finishReason}"`
    throw new TroupeError('OutputRejected', message, { retryable: true, hint: 'another model may do better' })
  }
  return said.text
}

/**
 * Defines an agent that is a model.
 *
 * @example
 * const summary = defineModelAgent({
 *   name: 'summary',
 *   instructions: 'You summarise the text that you are given.',
 *   output: z.object({ points: z.array(z.string()) }),
 * })
 * @throws TroupeError `InvalidTeam` naming every setting that is wrong; `InvalidUsage` for a model that cannot be
 */
export function defineModelAgent<
  Input extends z.ZodType = z.ZodUnknown,
  Output = string,
  const Tools extends AgentTools = ToolSet,
>(
  options: ModelAgentOptions<Input, Output, Tools>,
): ModelAgent<z.output<Input>, OutputWith<Tools, Output>, z.input<Input>> {
  const { instructions, input, output, tools, mcp, maxSteps, contextWindow, ...agent } = options
  if (agent.model !== undefined && agent.model !== DEFAULT_MODEL) parseModelId(agent.model)
  const sorted = sortTools(agent.name, tools, mcp)
  const behaviour: ModelBehaviour = {
    instructions,
    ...(sorted.tools ? { tools: sorted } : {}),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(output ? { form: zodForm(output) } : {}),
  }
  const returned = returnsFiles(sorted)
    ? z.object({ output: output ?? z.string(), snapshot: z.string() })
    : (output as z.ZodType | undefined)
  return new ModelAgent(
    agent,
    behaviour,
    input as z.ZodType<z.output<Input>> | undefined,
    returned as z.ZodType<OutputWith<Tools, Output>> | undefined,
  )
}

function withoutSnapshot(payload: unknown): unknown {
  if (!isObject(payload)) return payload
  const { [SNAPSHOT_KEY]: _, ...told } = payload
  return told
}

function userMessage(payload: unknown): string {
  return isObject(payload) && typeof payload.prompt === 'string'
    ? payload.prompt
    : JSON.stringify(payload ?? {}, null, 2)
}
