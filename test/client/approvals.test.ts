// What people are asked over all runs, where there are more runs than are asked.
import { openApprovals } from '../../src/client/approvals'
import type { ClientScope } from '../../src/client/scope'

test('that not all open runs were asked is said', async () => {
  const scope = {} as ClientScope // no run is asked
  const openRuns = (open: number) => (limit: number) =>
    Promise.resolve(Array.from({ length: Math.min(open, limit) }, () => ({ workflowId: 'r', firstRunId: 'f' })))
  const notesWith = async (open: number): Promise<string[]> => {
    const notes: string[] = []
    expect(await openApprovals(scope, openRuns(open), (note) => notes.push(note), 0)).toEqual([])
    return notes
  }
  expect(await notesWith(0)).toEqual([])
  expect(await notesWith(7)).toEqual([
    'more than 0 runs are open, and only that many were asked: troupe status RUN tells what another one asks',
  ])
})
