// PURE. The shapes of subtasks and reactions as zod schemas.
import { z } from 'zod'
import type { JsonObject, JsonValue } from '../json'
import { MAX_CONDITIONS, MAX_EVENT_NAME_LENGTH, MAX_ID_LENGTH, MAX_IN_FLIGHT } from '../limits'
import type { Condition, FailurePolicy, ForEach, Reaction, ReactionTask, SubTask } from '../plan'
import { budgetSchema } from './budget-schema'
import { subtaskIdSchema } from './names-schema'

/** Characters of a reaction's id: what it starts is called `<id>-<n>`, which is an id too. */
export const MAX_REACTION_ID_LENGTH = MAX_ID_LENGTH - 8

export const prioritySchema = z.enum(['low', 'normal', 'high'])

export const RELATIVE_TIME = /^\+(\d{1,9})(ms|s|m|h|d)$/

/** An absolute ISO time with its zone, or `+10m` (ms, s, m, h, d) from the start. */
export const deadlineSchema = z
  .string()
  .refine(
    (text) => RELATIVE_TIME.test(text) || z.iso.datetime({ offset: true }).safeParse(text).success,
    'a deadline is an ISO time with its zone (2026-01-31T12:00:00Z) or relative to the start (+10m; units ms, s, m, h, d)',
  )

export const failurePolicySchema = z.union(
  [z.enum(['skip-dependents', 'fail-fast', 'hold']), z.strictObject({ fallback: z.string() })],
  { error: 'must be skip-dependents, fail-fast, hold, or {"fallback": "<agent>"}' },
) satisfies z.ZodType<FailurePolicy>

const TESTS = ['equals', 'notEquals', 'in', 'exists'] as const

export const conditionSchema = z
  .strictObject({
    from: z.string(),
    path: z.string().optional(),
    equals: z.custom<JsonValue>().optional(),
    notEquals: z.custom<JsonValue>().optional(),
    in: z.array(z.custom<JsonValue>()).min(1, 'a list of values has at least one').optional(),
    exists: z.boolean().optional(),
  })
  .superRefine((condition, context) => {
    const tests = TESTS.filter((test) => condition[test] !== undefined)
    if (tests.length === 1) return
    const found = tests.length === 0 ? 'none' : tests.map((test) => `"${test}"`).join(' and ')
    const message = `a condition has exactly one of ${TESTS.map((test) => `"${test}"`).join(', ')}; this one has ${found}`
    context.addIssue({ code: 'custom', message })
  }) satisfies z.ZodType<Condition>

export const forEachSchema = z.strictObject({
  from: z.string(),
  path: z.string().optional(),
  maxInFlight: z.int().min(1).max(MAX_IN_FLIGHT).optional(),
}) satisfies z.ZodType<ForEach>

/** What a subtask and a reaction's template have in common. */
const taskShape = {
  agentType: z.string().optional(),
  type: z.string().min(1, 'a type must not be empty').optional(),
  payload: z.unknown().optional(),
  priority: prioritySchema.optional(),
  estimateMs: z.number().nonnegative().optional(),
  onFailure: failurePolicySchema.optional(),
  budget: budgetSchema.optional(),
}

export const subTaskSchema = z.strictObject({
  id: subtaskIdSchema,
  ...taskShape,
  deadline: deadlineSchema.optional(),
  dependsOn: z.array(z.string()).optional(),
  runIf: z.enum(['all-succeeded', 'all-done', 'any-succeeded']).optional(),
  when: z.array(conditionSchema).max(MAX_CONDITIONS, `a subtask has at most ${MAX_CONDITIONS} conditions`).optional(),
  forEach: forEachSchema.optional(),
}) satisfies z.ZodType<SubTask>

const reactionTaskSchema = z.strictObject(taskShape) satisfies z.ZodType<ReactionTask>

/** An event's type, where somebody waits for it. */
export const eventTypeSchema = z
  .string()
  .min(1, "an event's type must not be empty")
  .max(MAX_EVENT_NAME_LENGTH, `an event's type has at most ${MAX_EVENT_NAME_LENGTH} characters`)

export const reactionSchema = z.strictObject({
  id: subtaskIdSchema
    .max(MAX_REACTION_ID_LENGTH, `the id of a reaction has at most ${MAX_REACTION_ID_LENGTH} characters`)
    .optional(),
  on: eventTypeSchema,
  where: z
    .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
      error: "must be an object: fields of the event's payload, and what they are to be equal to",
    })
    .optional(),
  run: reactionTaskSchema,
}) satisfies z.ZodType<Reaction>

export const SUBTASK_KEYS = Object.keys(subTaskSchema.shape)
const CONDITION_KEYS = Object.keys(conditionSchema.shape)
const FOR_EACH_KEYS = Object.keys(forEachSchema.shape)
const REACTION_KEYS = Object.keys(reactionSchema.shape)
const REACTION_TASK_KEYS = Object.keys(taskShape)

/** The keys that there are at a place in a subtask. */
export function subtaskKeys([key]: readonly PropertyKey[]): readonly string[] {
  if (key === undefined) return SUBTASK_KEYS
  if (key === 'when') return CONDITION_KEYS
  return key === 'forEach' ? FOR_EACH_KEYS : []
}

/** The keys that there are at a place in a reaction. */
export function reactionKeys([key]: readonly PropertyKey[]): readonly string[] {
  if (key === undefined) return REACTION_KEYS
  return key === 'run' ? REACTION_TASK_KEYS : []
}
