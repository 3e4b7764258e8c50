// PURE. What whoever starts a run may say besides the plan, and how large the plan may be.
import type { Problem } from '../errors'
import { isObject, jsonBytes, preview } from '../json'
import { DEFAULT_MAX_TOKENS, MAX_PLAN_BYTES, MAX_SUBTASKS } from '../limits'
import type { RunSpec } from '../messages'
import { DEFAULT_MODEL, modelIdProblem } from '../model-id'

/** Settings of whatever shape. */
export interface GivenSettings {
  model?: unknown
  maxTokens?: unknown
  maxSubtasks?: unknown
}

/** The run's model, its cap on tokens and its limit of subtasks; a wrong limit is taken to be none. */
export function checkRunSettings({
  model = DEFAULT_MODEL,
  maxTokens = DEFAULT_MAX_TOKENS,
  maxSubtasks = MAX_SUBTASKS,
}: GivenSettings): { settings: Pick<RunSpec, 'model' | 'maxTokens' | 'maxSubtasks'>; problems: Problem[] } {
  const problems: Problem[] = []
  const named = typeof model === 'string' ? model : ''
  const problem = named === DEFAULT_MODEL ? undefined : modelIdProblem(named)
  if (problem) problems.push({ path: 'model', ...problem, ...(named === '' ? { message: noModel(model) } : {}) })
  if (!isCount(maxTokens, Number.MAX_SAFE_INTEGER)) {
    const message = `${preview(maxTokens)} is no number of tokens`
    problems.push({ path: 'maxTokens', message, hint: 'a whole number from 1 on' })
  }
  const limited = isCount(maxSubtasks, MAX_SUBTASKS)
  if (!limited) {
    const message = `${preview(maxSubtasks)} is no limit of subtasks`
    problems.push({ path: 'maxSubtasks', message, hint: `a whole number from 1 to ${MAX_SUBTASKS}` })
  }
  return {
    settings: {
      ...(named === DEFAULT_MODEL ? {} : { model: named }),
      maxTokens: maxTokens as number,
      maxSubtasks: limited ? (maxSubtasks as number) : MAX_SUBTASKS,
    },
    problems,
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
