// The plan of runs whose processes are killed in the middle, and what must come of it.
import type { Run, SubTask } from '../../src/index'
import type { Killable } from './killable'

/** Three chains of eight and their join. */
export function plan(): { name: string; subtasks: SubTask[] } {
  const chains = ['a', 'b', 'c'].flatMap((chain) =>
    Array.from({ length: 8 }, (_, index) => ({
      id: `${chain}${index}`,
      agentType: 'mark',
      payload: { ms: 250 },
      dependsOn: index === 0 ? [] : [`${chain}${index - 1}`],
    })),
  )
  return {
    name: 'killed',
    subtasks: [
      ...chains,
      {
        id: 'join',
        agentType: 'mark',
        payload: { ms: 10, after: [{ $from: 'a7' }, { $from: 'b7' }, { $from: 'c7' }] },
      },
    ],
  }
}

/** Waits until some have completed, and tells which; the run is then in full swing. */
export async function someCompleted(run: Run): Promise<string[]> {
  const completed: string[] = []
  for await (const event of run.events({ type: 'subtask.completed' }))
    if (completed.push(event.correlationId!) === 8) break
  return completed
}

export async function expectGoodEnd(cast: Killable, run: Run, completed: string[]): Promise<void> {
  const { status, counts } = await run.outcome()
  expect(status).toBe('succeeded')
  expect(counts.succeeded).toBe(25)
  for (const id of completed) expect([id, cast.begun(id)]).toEqual([id, 1])
  for (const { id } of plan().subtasks) expect(cast.begun(id)).toBeGreaterThan(0)
}
