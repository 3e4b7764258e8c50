// PURE. Plans in code: typed while they are written, the same data as a file's when they are done.
import { z } from 'zod'
import { messageOf, type Problem } from '../errors'
import type { JsonObject } from '../json'
import type { Plan } from '../plan'
import { invalidPlan } from './check-plan'
import { PlanDraft } from './plan-draft'
import type { PlanBuilder, PlanDefinition, PolicyOption } from './plan-types'

/** Adds the plan's subtasks. */
export type Build<Inputs> = (plan: PlanBuilder<Inputs>) => void

export interface PlanOptions<Inputs extends z.ZodType> extends Pick<Plan, 'budget' | 'onBudget' | 'prices'> {
  inputs?: Inputs
  /** What follows when a subtask fails that says nothing of its own; `skip-dependents` unless given. */
  onFailure?: PolicyOption
}

/**
 * Defines a plan. What can only be known with the team and the inputs is checked when it is started.
 *
 * @example
 * const plan = definePlan('readme', { inputs: z.object({ topic: z.string() }) }, (p) => {
 *   const o = p.add('outline', outline, { topic: p.inputs.topic })
 *   p.add('draft', draft, { points: o.output.points })
 * })
 * @throws TroupeError `InvalidPlan` naming every mistake that was made in building it
 */
export function definePlan(name: string, build: Build<unknown>): PlanDefinition
export function definePlan<Inputs extends z.ZodType = z.ZodUnknown>(
  name: string,
  options: PlanOptions<Inputs>,
  build: Build<z.output<Inputs>>,
): PlanDefinition<z.input<Inputs>>
export function definePlan(
  name: string,
  ...rest: [build: Build<unknown>] | [options: PlanOptions<z.ZodType>, build: Build<unknown>]
): PlanDefinition {
  const [options, build] = rest.length === 1 ? [{}, rest[0]] : rest
  const draft = new PlanDraft()
  // Bound, since a builder may be taken apart: `({ add, inputs }) => …`
  const { inputs: given, element, event } = draft
  const builder = { add: draft.add.bind(draft), on: draft.on.bind(draft), inputs: given, element, event }
  // The draft knows no types: they are the promise of `add`'s signatures. A build that is async may promise too much
  const returned: unknown = build(builder as unknown as PlanBuilder)
  if (returned instanceof Promise) {
    returned.catch(() => undefined) // the refusal says it all
    const hint = 'wait for what it needs before definePlan'
    draft.problems.push({ path: 'subtasks', message: 'the function that adds them must not be async', hint })
  }
  draft.close()
  const inputs = options.inputs && inputsSchema(options.inputs, draft.problems)
  const onFailure = draft.policy(options.onFailure)
  if (draft.problems.length > 0) throw invalidPlan(name, draft.problems)
  const { subtasks, reactions } = draft
  const { budget, onBudget, prices } = options
  const money = {
    ...(budget ? { budget } : {}),
    ...(onBudget ? { onBudget } : {}),
    ...(prices ? { prices } : {}),
  }
  const plan: Plan = { name, ...(inputs ? { inputs } : {}), subtasks, ...money }
  return { ...plan, ...(onFailure ? { onFailure } : {}), ...(reactions.length > 0 ? { reactions } : {}) }
}

/** As a file would say it: without the dialect's name. What a transformation gives cannot be said, and is refused. */
function inputsSchema(schema: z.ZodType, problems: Problem[]): JsonObject | undefined {
  try {
    z.toJSONSchema(schema, { io: 'output' })
    const { $schema: _dialect, ...inputs } = z.toJSONSchema(schema, { io: 'input' }) as JsonObject
    return inputs
  } catch (error) {
    const hint = 'describe JSON, without transformations, dates and classes'
    problems.push({ path: 'inputs', message: `there is no JSON Schema for this one: ${messageOf(error)}`, hint })
    return undefined
  }
}
