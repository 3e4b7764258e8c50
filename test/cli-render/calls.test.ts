// `troupe result --calls`: what nobody recorded is a dash, what nobody knows is unknown, and neither is ever 0.
import { renderCalls } from '../../src/cli/render/calls'
import type { ModelCall } from '../../src/client/model-calls'
import { EVIL, expectHarmless } from './support'

const asked = new Date(2026, 2, 1, 14, 3, 12).toISOString()
const own = { subtask: 'draft', agent: 'writer', attempt: 0, model: 'openai/gpt' }
const tokens = { input: 12_000, output: 300 }
const lines = (calls: ModelCall[], named = false): string[] => renderCalls(calls, { color: false, named })

test('model, tokens, cost and time of each call, and what became of it', () => {
  const calls: ModelCall[] = [
    { ...own, state: 'answered', number: 0, tokens, usd: 0.0125, askedAt: asked, durationMs: 1_500 },
    { ...own, state: 'cut-off', askedAt: asked },
    { ...own, state: 'answered', number: 1, tokens: { ...tokens, estimated: true } },
    { ...own, state: 'waiting', attempt: 1, model: undefined },
  ]
  expect(lines(calls)).toEqual([
    'attempt  call  model       tokens in  out   cost     asked at  took',
    '1        1     openai/gpt  12.0k      300   $0.013   14:03:12  1.5 s',
    '1        –     openai/gpt  –          –     –        14:03:12  –      cut off, and perhaps billed',
    '1        2     openai/gpt  ~12.0k     ~300  unknown  –         –',
    '2        –     –           –          –     –        –         –      no answer yet',
    '4 calls, 24.0k tokens in, 600 out, cost unknown',
  ])
  expect(lines(calls.slice(0, 1)).at(-1)).toBe('1 call, 12.0k tokens in, 300 out, cost $0.013')
})

test('of several subtasks each is named; no call is told; names are harmless', () => {
  const call: ModelCall = { ...own, state: 'answered', number: 0, tokens, usd: 0 }
  expect(lines([call, { ...call, subtask: 'edit' }], true).slice(1, 3)).toEqual([
    expect.stringMatching(/^draft {4}1 .* \$0\.00/),
    expect.stringMatching(/^edit {5}1 /),
  ])
  expect(lines([])).toEqual(['no model was called'])
  expectHarmless(lines([{ ...call, subtask: EVIL, model: EVIL }], true))
})
