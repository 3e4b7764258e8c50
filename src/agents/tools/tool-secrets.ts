// HOST. Secrets of tools: each is handed to the one tool whose grant names it, and what any tool returns or throws is free of
// all of them before it is recorded, cut or told.
import type { Tool, ToolExecutionOptions } from 'ai'
import { decisiveError, messageOf, TroupeError } from '../../contract/errors'
import { isObject, quote, type JsonValue } from '../../contract/json'
import { headerVariable, isProgram, type ModelTools, type ToolGrant } from '../../contract/tools'
import type { AgentContext } from '../context'
import type { Environment } from '../models/providers'
import { cleanJson, MIN_SECRET_LENGTH, secretFilter } from '../models/secrets'
import { ChangedFiles, type GivenTool } from './given-tool'

type Clean = (text: string) => string
type ToModelOutput = NonNullable<Tool['toModelOutput']>

/** Where the AI SDK hands on what a tool of the team's code is to know. */
const SECRETS: unique symbol = Symbol.for('troupe.secrets') as never
const CONTEXT: unique symbol = Symbol.for('troupe.context') as never

/**
 * The secrets that the grant of a tool names, for its `execute`: `secretsOf(options).DEPLOY_TOKEN`. They are values of the
 * worker's environment; no model, record or log ever holds them.
 *
 * @example
 * { name: 'deploy', secrets: ['DEPLOY_TOKEN'], tool: tool({ inputSchema, execute: (input, options) => deploy(input, secretsOf(options)) }) }
 */
export function secretsOf({
  experimental_context: context,
}: Pick<ToolExecutionOptions, 'experimental_context'>): Readonly<Record<string, string>> {
  const secrets = isObject(context) ? (context as { [SECRETS]?: Record<string, string> })[SECRETS] : undefined
  return secrets ?? {}
}

/**
 * The context of the agent that calls a tool, for its `execute`: so that a tool of the team's code does what must happen once by
 * `contextOf(options).effect`.
 *
 * @throws TroupeError `Internal` where the tool was not called by a model agent of Troupe
 */
export function contextOf({
  experimental_context: given,
}: Pick<ToolExecutionOptions, 'experimental_context'>): AgentContext {
  const context = isObject(given) ? (given as { [CONTEXT]?: AgentContext })[CONTEXT] : undefined
  if (context) return context
  throw new TroupeError('Internal', 'this tool was not called by a model agent of Troupe: it has no context')
}

/** @throws TroupeError `SecretMissing` naming the variables that are not set, or too short to be told from words */
export function secretValues(
  { name, secrets = [] }: Pick<ToolGrant, 'name' | 'secrets'>,
  env: Environment = process.env,
): Record<string, string> {
  const lacking = secrets.filter((variable) => (env[variable] ?? '') === '')
  const short = secrets.filter((variable) => !lacking.includes(variable) && env[variable]!.length < MIN_SECRET_LENGTH)
  if (lacking.length > 0)
    throw new TroupeError(
      'SecretMissing',
      `the tool ${quote(name)} needs ${lacking.join(', ')}, which the worker's environment lacks`,
      {
        hint: 'set it where the worker is started',
      },
    )
  if (short.length > 0)
    throw new TroupeError(
      'SecretMissing',
      `${short.join(', ')} for the tool ${quote(name)} has a value of less than ${MIN_SECRET_LENGTH} characters`,
      {
        hint: 'so short a value cannot be kept out of texts: it would be found in words',
      },
    )
  return Object.fromEntries(secrets.map((variable) => [variable, env[variable]!]))
}

/** Every variable that the tools of an agent, or their servers, are handed. */
export function secretNames({ tools = [], mcp = {} }: ModelTools): string[] {
  const ofServers = Object.values(mcp).flatMap((server) =>
    isProgram(server) ? (server.env ?? []) : Object.values(server.headers ?? {}).map(headerVariable),
  )
  return [...new Set([...tools.flatMap(({ secrets = [] }) => secrets), ...ofServers])]
}

/** The same tools, which are handed their secrets, and return and throw nothing of anybody's. */
export function withSecretsKept(
  given: readonly GivenTool[],
  named: readonly string[],
  context: AgentContext,
  env: Environment = process.env,
): GivenTool[] {
  let filter: Clean | undefined
  const clean: Clean = (text) => (filter ??= secretFilter(env, named))(text)
  return given.map((one) => ({ ...one, tool: kept(one, clean, context, env) }))
}

function kept({ tool, grant }: GivenTool, clean: Clean, context: AgentContext, env: Environment): Tool {
  const { execute, toModelOutput } = tool
  if (!execute) return tool
  return {
    ...tool,
    execute: async (input: unknown, options: ToolExecutionOptions) => {
      const handed = { [SECRETS]: secretValues(grant, env), [CONTEXT]: context }
      try {
        return cleanResult(await last(await execute(input, { ...options, experimental_context: handed })), clean)
      } catch (error) {
        throw cleanError(error, clean)
      }
    },
    ...(toModelOutput ? { toModelOutput: cleanOutput(toModelOutput, clean) } : {}),
  } as Tool
}

/** A tool may return its results bit by bit: the last one counts. */
async function last(result: unknown): Promise<unknown> {
  if (typeof (result as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] !== 'function') return result
  let value: unknown
  for await (const next of result as AsyncIterable<unknown>) value = next
  return value
}

function cleanResult(result: unknown, clean: Clean): unknown {
  if (result instanceof ChangedFiles) return new ChangedFiles(clean(result.result), result.snapshot)
  let text: string | undefined
  try {
    text = JSON.stringify(result)
  } catch {
    // Refused where it is to be recorded
    return result
  }
  return text === undefined ? undefined : cleanJson(JSON.parse(text) as JsonValue, clean)
}

function cleanOutput(toModelOutput: ToModelOutput, clean: Clean): ToModelOutput {
  return async (call) =>
    cleanJson((await toModelOutput(call)) as JsonValue, clean) as Awaited<ReturnType<ToModelOutput>>
}

/** Without its causes, in whose texts it may stand as well. */
export function cleanError(error: unknown, clean: Clean): Error {
  const known = decisiveError(error)
  const message = clean(messageOf(error))
  if (!known)
    return Object.assign(new Error(message), { name: clean(String((error as Error | null)?.name ?? 'Error')) })
  const { code, hint, retryable, retryAfterMs, problems } = known
  return new TroupeError(code, clean(known.message), {
    retryable,
    ...(hint === undefined ? {} : { hint: clean(hint) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    problems: cleanJson(problems as unknown as JsonValue, clean) as unknown as typeof problems,
  })
}
