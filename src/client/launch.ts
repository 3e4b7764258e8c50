// HOST. Starts the workflow of a run, under an id that nobody has had.
import { randomInt } from 'node:crypto'
import { TroupeError } from '../contract/errors'
import type { OrchestrateInput } from '../contract/messages'
import { ORCHESTRATE, ORCHESTRATOR_TASK_QUEUE, PLAN_FILE_MEMO } from '../contract/names'
import type { CheckedPlan } from '../contract/schema/check-plan'
import { explained } from './errors'
import { CALL_TIMEOUT_MS, errorContext, withTimeout, type ClientScope } from './scope'

/** The characters of generated ids, without those that look alike. */
const ID_CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
/** Generated ids that turn out to be taken before we give up: 31^4 are close to a million. */
const ID_ATTEMPTS = 5
/** Bytes that Temporal allows for a workflow id. */
const MAX_RUN_ID_BYTES = 1_000

export interface LaunchOptions {
  /** `<plan>-<4 characters>` unless given. */
  id?: string | undefined
  /** Absolute path of the file that the plan came from; the run remembers it. */
  planFile?: string | undefined
}

/** What a checked plan is started with. */
export function startInput({ plan, spec }: CheckedPlan): OrchestrateInput {
  const { team, inputs, model, budget, onBudget, prices, maxSubtasks } = spec
  return {
    ...{ plan, team, inputs, maxSubtasks },
    ...(model === undefined ? {} : { model }),
    ...(budget ? { budget } : {}),
    ...(onBudget ? { onBudget } : {}),
    ...(prices ? { prices } : {}),
  }
}

/**
 * The new run's id.
 *
 * @throws TroupeError `RunAlreadyExists`, `InvalidInput`, `ConnectionFailed`
 */
export async function launch(
  scope: ClientScope,
  input: OrchestrateInput,
  { id, planFile }: LaunchOptions,
): Promise<string> {
  if (id !== undefined) checkRunId(id)
  for (let attempt = 1; ; attempt++) {
    const workflowId = id ?? `${input.plan.name}-${randomCharacters(4)}`
    try {
      await explained(errorContext(scope, workflowId), () => start(scope, workflowId, input, planFile))
      return workflowId
    } catch (error) {
      const taken = error instanceof TroupeError && error.code === 'RunAlreadyExists'
      if (id !== undefined || !taken || attempt === ID_ATTEMPTS) throw error
    }
  }
}

async function start(
  scope: ClientScope,
  workflowId: string,
  input: OrchestrateInput,
  planFile: string | undefined,
): Promise<void> {
  const { name, subtasks } = input.plan
  await withTimeout(scope, CALL_TIMEOUT_MS, () =>
    scope.client.workflow.start(ORCHESTRATE, {
      taskQueue: ORCHESTRATOR_TASK_QUEUE,
      workflowId,
      args: [input],
      // An id names one run: what was done under it can always be found again
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: `${name}: ${subtasks.length} subtask${subtasks.length === 1 ? '' : 's'}`,
      ...(planFile === undefined ? {} : { memo: { [PLAN_FILE_MEMO]: planFile } }),
    }),
  )
}

/** @throws TroupeError `InvalidInput` if Temporal would not take it for a workflow id */
export function checkRunId(id: string): void {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (id !== '' && Buffer.byteLength(id) <= MAX_RUN_ID_BYTES && !/[\u0000-\u001f\u007f]/.test(id)) return
  throw new TroupeError('InvalidInput', `${JSON.stringify(id)} is not an id for a run`, {
    hint: '1 to 1,000 bytes without control characters',
  })
}

function randomCharacters(count: number): string {
  return Array.from({ length: count }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join('')
}
