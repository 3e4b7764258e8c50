// PURE. The shapes of plans, subtasks and inline agents as zod schemas.
import { z } from 'zod'
import type { InlineAgent, SubTask } from '../plan'
import { MAX_CONCURRENCY, MAX_ID_LENGTH, MAX_TIMEOUT_MS } from '../limits'
import { INPUTS_ID } from '../names'
import type { JsonObject } from '../json'

/** Names of agents and teams: they become parts of task queue names. */
export const agentNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/,
    'a name has 1 to 64 letters, digits, "-" and "_", and does not begin with "-"',
  )

/** Names of plans: run ids begin with them. */
export const planNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/, 'a plan\'s name has 1 to 64 letters, digits, ".", "-" and "_"')

/** Control characters, and lone surrogates, which have no UTF-8 form. */
const UNPRINTABLE =
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** An authored subtask id. */
export const subtaskIdSchema = z.string().superRefine((id, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message })
  if (id === '') refuse('an id must not be empty')
  if (id === INPUTS_ID) refuse(`"${INPUTS_ID}" is reserved: it names the plan's inputs`)
  if (id.length > MAX_ID_LENGTH) refuse(`an id has at most ${MAX_ID_LENGTH} characters, this one has ${id.length}`)
  if (id.includes('/')) refuse('an id must not contain "/": it separates a spawned subtask from its spawner')
  if (UNPRINTABLE.test(id)) refuse('an id must not contain control characters')
})

export const prioritySchema = z.enum(['low', 'normal', 'high'])

/** An absolute ISO time with its zone, or `+10m` (ms, s, m, h, d) from the start. */
export const deadlineSchema = z
  .string()
  .refine(
    (text) => RELATIVE_TIME.test(text) || z.iso.datetime({ offset: true }).safeParse(text).success,
    'a deadline is an ISO time with its zone (2026-01-31T12:00:00Z) or relative to the start (+10m; units ms, s, m, h, d)',
  )

export const RELATIVE_TIME = /^\+(\d{1,9})(ms|s|m|h|d)$/

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
)

export const subTaskSchema = z.strictObject({
  id: subtaskIdSchema,
  agentType: z.string().optional(),
  type: z.string().min(1, 'a type must not be empty').optional(),
  payload: z.unknown().optional(),
  priority: prioritySchema.optional(),
  deadline: deadlineSchema.optional(),
  dependsOn: z.array(z.string()).optional(),
  estimateMs: z.number().nonnegative().optional(),
}) satisfies z.ZodType<SubTask>

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
}

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
    if (agent.baseUrl === undefined) return
    if (kind !== 'instructions') refuse(`"baseUrl" belongs to "instructions", not to "${kind}"`)
    else if (!agent.model?.startsWith('openai-compatible/'))
      refuse('"baseUrl" belongs to a model "openai-compatible/…": the others have their own address')
  }) satisfies z.ZodType<InlineAgent>

export const PLAN_KEYS = ['name', 'inputs', 'subtasks', 'agents'] as const
export const SUBTASK_KEYS = Object.keys(subTaskSchema.shape)
export const INLINE_AGENT_KEYS = [
  ...INLINE_KINDS,
  ...['baseUrl', 'cwd', 'env', 'input', 'output'],
  ...Object.keys(agentSettingsShape),
]

/** A plan without its subtasks and agents, which are checked one by one, so that all problems are found at once. */
export const planHeadSchema = z.strictObject({
  name: planNameSchema,
  inputs: jsonObject.optional(),
  subtasks: z.array(z.unknown()),
  agents: z
    .custom<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    )
    .optional(),
})
