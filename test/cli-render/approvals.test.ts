// `troupe approvals`: the whole question, what helps to decide it, and how to answer; of a call or an effect, what would be done.
import { renderApprovals } from '../../src/cli/render/approvals'
import type { Approval } from '../../src/client/approvals'
import type { SuspendedCall } from '../../src/contract/activity-messages'
import { callQuestion } from '../../src/contract/asked-calls'
import { agentSlot, beginRun, preparedRun } from '../contract/support/begin-run'
import { EVIL, expectHarmless, NOW } from './support'

const plain = { color: false, now: NOW }

test('approvals show the whole question, what helps to decide, and how to answer', () => {
  const asked = {
    run: 'docs-ab12',
    subtask: 'ship',
    prompt: 'Ship it?\nIt is large.',
    details: { pages: 40 },
    askedAt: '2026-03-01T10:00:00.000Z',
    expiresAt: '2026-03-01T10:00:30.000Z',
    onTimeout: 'reject' as const,
    command: 'troupe approve docs-ab12 ship',
  }
  expect(renderApprovals([asked, { ...asked, choices: ['a', 'b'], expiresAt: undefined } as never], plain)).toEqual([
    '? docs-ab12 ship  asked 10 s ago · in 20 s it counts as rejected',
    '    Ship it?',
    '    It is large.',
    '    {"pages":40}',
    '    → troupe approve docs-ab12 ship',
    '? docs-ab12 ship  asked 10 s ago',
    '    Ship it?',
    '    It is large.',
    '    one of: a | b',
    '    {"pages":40}',
    '    → troupe approve docs-ab12 ship',
  ])
  expect(renderApprovals([], plain)).toEqual(['nobody is asked anything'])
  expectHarmless(renderApprovals([{ ...asked, run: EVIL, prompt: EVIL, details: EVIL, command: EVIL }], plain))
})

describe('approvals of a call or an effect show its input', () => {
  const long = 'x'.repeat(1_000)
  const approvalOf = (details: { effect: { name: string; key: string }; untrusted: string; input: unknown }) =>
    ({ run: 'docs-ab12', subtask: 'pay', prompt: callQuestion('payer', details), command: 'c', details }) as Approval
  const shownOf = (...asked: Parameters<typeof approvalOf>): string[] => renderApprovals([approvalOf(...asked)], plain)

  /** As `troupe status` has it. */
  const promptOf = (suspended: SuspendedCall): string => {
    const nodes = [{ id: 'pay', agents: [0], type: 'payer', dependsOn: [], priority: 'normal' as const }]
    const { state } = beginRun(preparedRun([agentSlot('payer')], nodes))
    state.started(state.next(0)!)
    state.returned(0, { suspended, attempt: 1, durationMs: 1, tokensUsed: 0 })
    return state.rows[0]!.request!.prompt
  }

  test.each([
    { effect: { name: 'pay', key: long }, untrusted: 'a page' },
    { effect: { name: 'pay', key: 'k' }, untrusted: long },
    { effect: { name: long, key: 'k' }, untrusted: 'a page' },
  ])('whatever stands beside it is long', (beside) => {
    const [, question, input, others] = shownOf({ ...beside, input: { to: 'mallory', usd: 9 } })
    expect(input).toBe('    input: {"to":"mallory","usd":9}')
    expect(question!.length).toBeLessThan(300)
    expect(others!.length).toBeLessThan(420)
    // And the run itself tells the beginning of it
    const asked = { approvalId: 'one', effect: beside.effect, untrusted: beside.untrusted }
    expect(promptOf({ ...asked, input: { inline: { to: 'mallory', usd: 9 } } })).toContain('"to":"mallory","usd":9')
  })

  test('and of a long one, how much there is besides', () => {
    const beside = { effect: { name: 'pay', key: 'k' }, untrusted: 'a page' }
    const [, , line] = shownOf({ ...beside, input: { note: 'x'.repeat(5_000), to: 'mallory' } })
    const [, text, more] = /^ {4}input: (.*)… (\d+) more characters: -o json has them$/.exec(line!)!
    expect(text!.length + Number(more)).toBe(JSON.stringify({ note: 'x'.repeat(5_000), to: 'mallory' }).length)
    expect(text!.length).toBeGreaterThan(1_900)
  })
})
