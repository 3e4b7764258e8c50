// PURE. The shapes of plans and inline agents as zod schemas.
import { z } from 'zod'
import type { InlineAgent } from '../plan'
import { MAX_CONCURRENCY, MAX_TIMEOUT_MS } from '../limits'
import { isObject, type JsonObject } from '../json'
import type { McpServer, ToolEntry } from '../tools'
import { budgetSchema, onBudgetSchema, pricesSchema } from './budget-schema'
import { planNameSchema } from './names-schema'
import { eventTypeSchema, failurePolicySchema } from './subtask-schema'

/** Event types that one agent reacts to: each event of a run is held against all of them. */
const MAX_EVENT_TYPES = 32

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
)

/** Their entries are checked one by one, so that all that is wrong is said. */
const toolList = z.custom<ToolEntry[]>(Array.isArray, 'must be a list')
const serverMap = z.custom<Record<string, McpServer>>(isObject, 'must be an object')

const positive = (maximum: number) => z.int().min(1).max(maximum)

export const retrySchema = z.strictObject({
  maximumAttempts: positive(1_000).optional(),
  initialIntervalMs: positive(MAX_TIMEOUT_MS).optional(),
  backoffCoefficient: z.number().min(1).max(100).optional(),
  maximumIntervalMs: positive(MAX_TIMEOUT_MS).optional(),
})

/** What an agent's author may set, in code and in a plan. */
export const agentSettingsShape = {
  version: z.string().min(1).max(64).optional(),
  capabilities: z.array(z.string().min(1).max(128)).min(1).max(64).optional(),
  model: z.string().min(1).max(256).optional(),
  maxConcurrency: positive(MAX_CONCURRENCY).optional(),
  timeoutMs: positive(MAX_TIMEOUT_MS).optional(),
  retry: retrySchema.optional(),
  budget: budgetSchema.optional(),
  on: z.array(eventTypeSchema).max(MAX_EVENT_TYPES).optional(),
}

/** Model calls of one execution: at half a minute each, a day. */
const MAX_STEPS = 3_000
/** Tokens of a model's window: larger ones are not in sight. */
const MAX_WINDOW = 100_000_000
/** The keys of a model, besides its instructions. */
const MODEL_KEYS = ['baseUrl', 'tools', 'mcp', 'maxSteps', 'contextWindow'] as const

/** The keys that say what an inline agent is. */
const INLINE_KINDS = ['command', 'instructions', 'use'] as const

export const inlineAgentSchema = z
  .strictObject({
    ...agentSettingsShape,
    command: z.array(z.string()).min(1, 'a command has at least a program').optional(),
    use: z.string().optional(),
    instructions: z.string().min(1, 'instructions must not be empty').optional(),
    baseUrl: z
      .url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })
      // fetch takes none, and a plan stands in the history for everybody to read
      .refine((address) => !/^https?:\/\/[^/]*@/i.test(address), 'must not hold a user or a password')
      .optional(),
    tools: toolList.optional(),
    mcp: serverMap.optional(),
    maxSteps: positive(MAX_STEPS).optional(),
    contextWindow: positive(MAX_WINDOW).optional(),
    cwd: z.string().min(1).optional(),
    env: z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'))
      .optional(),
    input: jsonObject.optional(),
    output: jsonObject.optional(),
  })
  .superRefine((agent, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message })
    const kinds = INLINE_KINDS.filter((kind) => agent[kind] !== undefined)
    const [kind] = kinds
    if (kind === undefined || kinds.length > 1)
      refuse('an agent has exactly one of "command", "instructions" and "use"')
    if (kind === undefined) return
    for (const key of ['cwd', 'env'] as const)
      if (agent[key] && kind !== 'command') refuse(`"${key}" belongs to a "command", not to "${kind}"`)
    for (const key of MODEL_KEYS)
      if (agent[key] !== undefined && kind !== 'instructions')
        refuse(`"${key}" belongs to "instructions", not to "${kind}"`)
    if (agent.baseUrl !== undefined && kind === 'instructions' && !agent.model?.startsWith('openai-compatible/'))
      refuse('"baseUrl" belongs to a model "openai-compatible/…": the others have their own address')
  }) satisfies z.ZodType<InlineAgent>

/** An inline agent as it was read. */
export type ParsedInlineAgent = z.output<typeof inlineAgentSchema>

export const PLAN_KEYS = [
  'name',
  'inputs',
  'subtasks',
  'onFailure',
  'reactions',
  'agents',
  'budget',
  'onBudget',
  'prices',
] as const
export const INLINE_AGENT_KEYS = [
  ...INLINE_KINDS,
  ...MODEL_KEYS,
  ...['cwd', 'env', 'input', 'output'],
  ...Object.keys(agentSettingsShape),
]

/** A plan without its subtasks, reactions and agents, which are checked one by one, so that all problems are found at once. */
export const planHeadSchema = z.strictObject({
  name: planNameSchema,
  inputs: jsonObject.optional(),
  subtasks: z.array(z.unknown()),
  onFailure: failurePolicySchema.optional(),
  reactions: z.array(z.unknown()).optional(),
  budget: budgetSchema.optional(),
  onBudget: onBudgetSchema.optional(),
  prices: pricesSchema.optional(),
  agents: z
    .custom<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    )
    .optional(),
})
