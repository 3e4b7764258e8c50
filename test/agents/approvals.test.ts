// Calls that a person is asked about: what each attempt would have approved is kept whole, and a decision is on that call only.
import { join } from 'node:path'
import { ExecutionApprovals } from '../../activities/approvals'
import type { ApprovalRequest, EffectApproval } from '../../src/agents/host-port'
import { meantApprovalId, shownApprovalId } from '../../src/contract/approval-ids'
import type { JsonValue } from '../../src/contract/json'
import type { HumanRequest, ToolDecision } from '../../src/contract/people'
import { requestsPrefix } from '../../src/contract/records'
import { answerProblem } from '../../src/contract/run/given-answers'
import { answerCommand } from '../../src/contract/run/waiting-people'
import { openFileStore } from '../../src/storage/file-store'
import { temporaryDirectory } from '../storage/support/temporary'
import { digest, outputs, run } from './support/outside'

const directory = temporaryDirectory()

test('two attempts that ask at the same moment leave a question each', async () => {
  const store = await openFileStore({ directory: join(directory, 'moment') })
  const host = { store, outputs, digest, ledger: { logicalAttempt: async () => 0 } }
  const task = { id: 'a', type: 'writer', priority: 'normal' as const }
  const asked = await Promise.all(
    ['alice', 'mallory'].map(async (to) => {
      const approvals = await ExecutionApprovals.begin({ run, task, agent: 'writer' }, host)
      const call = { scope: '', kind: 'tool' as const, name: 'pay', inputHash: to, occurrence: 0 }
      await approvals.ask({ call, tool: 'pay', input: { to }, once: false })
      return (await approvals.suspended())!
    }),
  )
  const kept = await Promise.all(
    (await store.records.list(requestsPrefix(run, 'a'))).map((name) => store.records.read(name)),
  )
  for (const { approvalId, input } of asked) {
    const details = { tool: 'pay', input: (input as { inline: JsonValue }).inline }
    expect(kept).toContainEqual({ approvalId, request: { inline: expect.objectContaining({ details }) as object } })
  }
})

test('a decision on one call is none on another whose id begins alike', async () => {
  const store = await openFileStore({ directory: join(directory, 'alike') })
  // Who chooses the inputs finds two of them in minutes
  const alike = (text: string): string => '0'.repeat(12) + digest(text).slice(12)
  const host = { store, outputs, digest: alike, ledger: { logicalAttempt: async () => 0 } }
  const execution = { run, task: { id: 'a', type: 'writer', priority: 'normal' as const }, agent: 'writer' }
  const tool = (to: string): ApprovalRequest => ({
    ...{ tool: 'pay', input: { to }, once: false },
    call: { scope: '', kind: 'tool', name: 'pay', inputHash: to, occurrence: 0 },
  })
  const effect = (to: string): EffectApproval => ({
    ...{ name: 'pay', key: 'k', inputHash: to, untrusted: 'a page' },
    shown: { name: 'pay', key: 'k', input: { to } },
  })
  const ways: ((approvals: ExecutionApprovals, to: string) => Promise<ToolDecision | undefined>)[] = [
    (approvals, to) => approvals.ask(tool(to)),
    (approvals, to) => approvals.askEffect(effect(to)),
  ]
  for (const ask of ways) {
    const first = await ExecutionApprovals.begin(execution, host)
    expect(await ask(first, 'alice')).toBeUndefined()
    const { approvalId } = (await first.suspended())!
    const decided = { approvalId, approved: true, by: 'ann', at: '2026-01-01T00:00:00.000Z' }
    const next = await ExecutionApprovals.begin({ ...execution, decided }, host)
    expect(await ask(next, 'alice')).toEqual(decided)
    expect(await ask(next, 'mallory')).toBeUndefined()
    expect(await next.suspended()).toMatchObject({ input: { inline: { to: 'mallory' } } })
  }
})

test('a person is shown 12 digits, and means by them, or by more, what is asked about now; the run has the whole', () => {
  const asked = digest('call')
  const shown = asked.slice(0, 12)
  expect(shownApprovalId(asked)).toBe(shown)
  const request = { prompt: 'May it?', approvalId: asked }
  expect(answerCommand('docs', 'a', request)).toBe(`troupe approve docs a --call ${shown}`)
  for (const said of [shown, asked.slice(0, 40), asked]) expect(meantApprovalId(said, asked)).toBe(asked)
  for (const said of ['', asked.slice(0, 11), digest('another').slice(0, 12), `${asked}0`])
    expect(meantApprovalId(said, asked)).toBe(said)
  expect(meantApprovalId(shown, undefined)).toBe(shown)
  // Before ids were kept whole
  expect(meantApprovalId(shown, shown)).toBe(shown)
  const whole: HumanRequest = { prompt: 'May it?', onTimeout: 'fail', tool: { name: 'pay', approvalId: asked } }
  const decision = { taskId: 'a', requestId: '1', approved: true, by: 'ann' }
  expect(answerProblem({ ...decision, approvalId: asked }, whole)).toBeUndefined()
  expect(answerProblem({ ...decision, approvalId: shown }, whole)).toMatchObject({ code: 'DecisionRefused' })
})
