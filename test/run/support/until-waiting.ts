// What a run waits for, asked until it is what a test expects.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run, WaitingKind, WaitingReason } from '../../../src/index'

/** Longer than Temporal remembers the workers that there were. */
export const PATIENCE_MS = 40_000

/** Asks until each subtask (or the run, as '') waits for what is said of it; returns the reasons. */
export async function until(run: Run, wanted: Record<string, WaitingKind>): Promise<Record<string, WaitingReason>> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const { waiting } = await run.status()
    const reasons = Object.fromEntries(waiting.map((reason) => [reason.subtask ?? '', reason]))
    if (Object.entries(wanted).every(([subtask, kind]) => reasons[subtask]?.kind === kind)) return reasons
    if (Date.now() > end) throw new Error(`not ${JSON.stringify(wanted)}: ${JSON.stringify(waiting, undefined, 1)}`)
    await sleep(50)
  }
}

export async function state(run: Run, subtask: string, wanted: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const found = (await run.status()).subtasks.find(({ id }) => id === subtask)?.state
    if (found === wanted) return
    if (Date.now() > end) throw new Error(`${subtask} is ${found}, not ${wanted}`)
    await sleep(50)
  }
}
