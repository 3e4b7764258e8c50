// PURE. What whoever starts a run may say besides the plan, and how large the plan may be.
import type { z } from 'zod'
import { BUDGET_KEYS, defaultBudget, type RunBudget } from '../budget'
import type { Problem } from '../errors'
import { isObject, jsonBytes, preview } from '../json'
import { MAX_PLAN_BYTES, MAX_SUBTASKS } from '../limits'
import type { GraphNode, RunSpec } from '../messages'
import { DEFAULT_MODEL, modelIdProblem } from '../model-id'
import type { Plan } from '../plan'
import { budgetSchema, onBudgetSchema, pricesSchema } from './budget-schema'
import { zodProblems } from './zod-problems'

/** Settings of whatever shape. */
export interface GivenSettings {
  model?: unknown
  maxTokens?: unknown
  budget?: unknown
  onBudget?: unknown
  prices?: unknown
  maxSubtasks?: unknown
}

type RunSettings = Pick<RunSpec, 'model' | 'budget' | 'onBudget' | 'prices' | 'maxSubtasks'>

/** The run's model, its budget and its limit of subtasks; a wrong limit is taken to be none. What the plan says comes after. */
export function checkRunSettings(
  { model = DEFAULT_MODEL, maxTokens, maxSubtasks = MAX_SUBTASKS, ...given }: GivenSettings,
  plan: Pick<Plan, 'budget' | 'onBudget' | 'prices'>,
): { settings: RunSettings; problems: Problem[] } {
  const problems: Problem[] = []
  const named = typeof model === 'string' ? model : ''
  const problem = named === DEFAULT_MODEL ? undefined : modelIdProblem(named)
  if (problem) problems.push({ path: 'model', ...problem, ...(named === '' ? { message: noModel(model) } : {}) })
  if (maxTokens !== undefined && !isCount(maxTokens, Number.MAX_SAFE_INTEGER)) {
    const message = `${preview(maxTokens)} is no number of tokens`
    problems.push({ path: 'maxTokens', message, hint: 'a whole number from 1 on' })
  }
  const limited = isCount(maxSubtasks, MAX_SUBTASKS)
  if (!limited) {
    const message = `${preview(maxSubtasks)} is no limit of subtasks`
    problems.push({ path: 'maxSubtasks', message, hint: `a whole number from 1 to ${MAX_SUBTASKS}` })
  }
  const parse = <Value>(key: 'budget' | 'onBudget' | 'prices', schema: z.ZodType<Value>): Value | undefined => {
    if (given[key] === undefined) return undefined
    const parsed = schema.safeParse(given[key])
    if (!parsed.success)
      problems.push(...zodProblems(parsed.error, given[key], key, key === 'budget' ? BUDGET_KEYS : []))
    return parsed.data
  }
  const tokens = maxTokens === undefined ? {} : { tokens: maxTokens as number }
  const budget = { ...plan.budget, ...tokens, ...parse('budget', budgetSchema) }
  const onBudget = parse('onBudget', onBudgetSchema) ?? plan.onBudget
  const prices = { ...plan.prices, ...parse('prices', pricesSchema) }
  return {
    settings: {
      ...(named === DEFAULT_MODEL ? {} : { model: named }),
      ...(Object.keys(budget).length > 0 ? { budget } : {}),
      ...(onBudget === undefined ? {} : { onBudget }),
      ...(Object.keys(prices).length > 0 ? { prices } : {}),
      maxSubtasks: limited ? (maxSubtasks as number) : MAX_SUBTASKS,
    },
    problems,
  }
}

/** What the orchestrator must know of budgets; nothing where nobody has said anything. */
export function runBudget(
  { budget, onBudget, team }: Pick<RunSpec, 'budget' | 'onBudget' | 'team'>,
  nodes: readonly GraphNode[],
): RunBudget | undefined {
  const agents = Object.fromEntries(team.agents.flatMap((agent) => (agent.budget ? [[agent.name, agent.budget]] : [])))
  const hasAgents = Object.keys(agents).length > 0
  if (!budget && !hasAgents && onBudget !== 'hold' && !nodes.some((node) => node.budget)) return undefined
  return {
    ...defaultBudget(budget),
    ...(hasAgents ? { agents } : {}),
    ...(onBudget === 'hold' ? { onBudget } : {}),
  }
}

/** What is wrong with the number of subtasks and bytes. A plan that only reacts needs none. */
export function sizeProblems(plan: unknown, list: readonly unknown[], limit: number, reacts: boolean): Problem[] {
  const problems: Problem[] = []
  if (list.length === 0 && isObject(plan) && Array.isArray(plan.subtasks) && !reacts)
    problems.push({ path: 'subtasks', message: '0 subtasks: a plan has at least one' })
  if (list.length > limit)
    problems.push({ path: 'subtasks', message: `${list.length} subtasks; a run has at most ${limit}` })
  const bytes = jsonBytes(plan)
  if (bytes > MAX_PLAN_BYTES)
    problems.push({
      path: '',
      message: `the plan has ${bytes} bytes as JSON; at most ${MAX_PLAN_BYTES} are taken`,
      hint: 'put large values into files or artifacts',
    })
  return problems
}

function isCount(value: unknown, maximum: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= maximum
}

function noModel(model: unknown): string {
  return `${preview(model)} is not a model`
}
