// The orchestrator's activities over a store of their own, without a server; plans are checked at a fixed time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApplicationFailure } from '@temporalio/common'
import type { JsonValue } from '../../../src/contract/json'
import type { CheckChangeInput, CheckedChange, EvaluateInput, Verdict } from '../../../src/contract/activity-messages'
import type { SpawnFragment } from '../../../src/contract/messages'
import { checkPlan } from '../../../src/contract/schema/check-plan'
import { definitionHash } from '../../../src/definition-hash'
import { createActivities, openFileStore, type Plan, type SubTask } from '../../../src/index'
import type { Store } from '../../../src/storage/store'

export const NOW = '2026-11-20T12:00:00.000Z'
export const RUN = { workflowId: 'run-abcd', firstRunId: 'first' }

export const echo = (id: string, rest: Partial<SubTask> = {}): SubTask => ({ id, agentType: 'echo', ...rest })

/** Made anew before each test, and removed after it. */
export class InnerActivities {
  store!: Store
  all!: ReturnType<typeof createActivities>

  constructor() {
    let directory: string
    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'troupe-activities-'))
      this.store = await openFileStore({ directory })
      this.over(this.store)
    })
    afterEach(() => rmSync(directory, { recursive: true, force: true }))
  }

  /** From now on with this view of the store. */
  over(store: Store): void {
    this.all = createActivities({ teams: [], store })
  }

  /** The artifact of a checked plan. */
  async specOf(
    subtasks: SubTask[],
    rest: Partial<Plan> = {},
    inputs: JsonValue = {},
    maxSubtasks = 1_000,
  ): Promise<string> {
    const options = { inputs, maxSubtasks, now: Date.parse(NOW), baseDirectory: '/', hash: definitionHash }
    const { checked, problems } = checkPlan({ name: 'plan', subtasks, ...rest }, options)
    expect(problems).toEqual([])
    return this.store.artifacts.put(JSON.stringify(checked!.spec))
  }

  keep(subtask: string, output: JsonValue) {
    return this.all.keepOutput({ run: RUN, store: this.store.identity, subtask, agent: 'echo', output })
  }

  evaluate(spec: string, subtask: string, rest: Partial<EvaluateInput> = {}): Promise<Verdict> {
    const { identity } = this.store
    return this.all.evaluateSubtask({ run: RUN, store: identity, spec, subtask, agent: 'echo', ...rest })
  }

  change(spec: string, known: CheckChangeInput['known'], wanted: CheckChangeInput['change']): Promise<CheckedChange> {
    return this.all.checkChange({ run: RUN, store: this.store.identity, spec, now: NOW, known, change: wanted })
  }

  async subtasksOf(fragment: string): Promise<SpawnFragment['subtasks']> {
    return (JSON.parse((await this.store.artifacts.get(fragment)).toString()) as SpawnFragment).subtasks
  }
}

/** The coded failure of an activity; `final` if Temporal will not try again. */
export async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string; final: boolean }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApplicationFailure)) throw new Error(`no refusal: ${String(error)}`)
  return { code: error.type ?? '', message: error.message, final: error.nonRetryable === true }
}
