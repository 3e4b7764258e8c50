// How a failed run is named: by what decided, for whoever branches on the code; and what its tokens went to.
import type { ErrorCode } from '../../src/contract/errors'
import type { SubtaskRow } from '../../src/contract/run'
import { runFailure } from '../../src/contract/run/run-failure'
import { budgetExceeded } from '../../src/contract/run/budget-texts'
import { describeSpending, tokenNumber, totalsOf } from '../../src/contract/run/spending'

function failed(code: ErrorCode, more: Partial<SubtaskRow> = {}): SubtaskRow {
  const error = { code, message: `of ${code}`, retryable: false }
  return { id: code, agent: 'writer', state: 'failed', dependsOn: [], error, ...more }
}

it('names the failure that outranks the others', () => {
  const order: ErrorCode[] = [
    'BudgetExceeded',
    'TestsFailed',
    'ModelNotConfigured',
    'ModelRefused',
    'ModelUnavailable',
    'NoRecordedAnswer',
  ]
  for (const [place, code] of order.entries()) {
    const rows = [
      failed('AgentFailed'),
      ...order
        .slice(place)
        .reverse()
        .map((one) => failed(one)),
    ]
    const failure = runFailure(rows)
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(new RegExp(`failed: "${code}" \\(${code}: of ${code}\\)`))
  }
  expect(runFailure([failed('AgentFailed'), failed('SpawnedSubtaskFailed')]).code).toBe('RunFailed')
})

it('counts only subtasks that failed, and names three of them', () => {
  const rows = ['a', 'b', 'c', 'd'].map((id) => failed('Timeout', { id }))
  const skipped: SubtaskRow = { ...failed('BudgetExceeded'), state: 'skipped' }
  const { code, message } = runFailure([...rows, skipped])
  expect(code).toBe('RunFailed')
  expect(message).toBe(
    '4 of 5 subtasks failed: "a" (Timeout: of Timeout), "b" (Timeout: of Timeout), "c" (Timeout: of Timeout) and 1 more',
  )
})

it('says what was cancelled where nothing failed', () => {
  const error = { code: 'Cancelled' as const, message: '"ann" cancelled it', retryable: false }
  const rows = [failed('Timeout', { state: 'succeeded' }), failed('Cancelled', { id: 'a', state: 'cancelled', error })]
  expect(runFailure(rows)).toEqual({
    code: 'RunFailed',
    message: '1 of 2 subtasks were cancelled: "a" ("ann" cancelled it)',
  })
})

it('says what the tokens of a run at its cap were spent on, those of what succeeded among them', () => {
  const done: SubtaskRow = { id: 'spec', agent: 'reader', state: 'succeeded', dependsOn: [], tokensUsed: 1_200 }
  const { message } = runFailure([done, failed('BudgetExceeded', { tokensUsed: 300 })])
  expect(message).toContain(
    '1,500 tokens were spent: reader 1,200 ("spec" 1,200); writer 300 ("BudgetExceeded" 300); 1 of 2',
  )
})

it('names the largest first, a few of each, and counts the rest', () => {
  const spent = Array.from({ length: 40 }, (_, place) => ({
    subtask: `s${place}`,
    agent: `a${place % 10}`,
    tokens: place,
  }))
  const text = describeSpending(spent)
  expect(text).toMatch(/^a9 96 \("s39" 39, "s29" 29, "s19" 19 and 1 more\); a8 92 /)
  expect(text).toMatch(/; 2 more agents$/)
  expect(text.length).toBeLessThan(1_000)
  expect(describeSpending([{ subtask: 'x', agent: 'free', tokens: 0 }])).toBe('')
  const exceeded = budgetExceeded(
    { level: { level: 'run', limits: { tokens: 10 } }, key: 'tokens' },
    { left: 0, spent },
  )
  expect(exceeded.message).toContain('has used 780')
})

it('writes numbers with their thousands, and adds up', () => {
  expect([0, 999, 1_000, 1_234_567].map(tokenNumber)).toEqual(['0', '999', '1,000', '1,234,567'])
  expect(totalsOf([])).toEqual({ tokensUsed: 0 })
  expect(totalsOf([{ tokensUsed: 3, unconfirmedCalls: 1 }, {}, { tokensUsed: 4 }])).toEqual({
    tokensUsed: 7,
    unconfirmedCalls: 1,
  })
})
