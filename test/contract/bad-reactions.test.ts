// Rules of people and reactions that a plan can break: the place, what is said, and what to do about it.
import { planOf, problemsOf, TEAM } from './support/checking'

const asking = (payload: unknown): Record<string, unknown> => planOf({ id: 'a', agentType: 'human', payload })
const reacting = (...reactions: unknown[]): Record<string, unknown> => ({ ...planOf({ id: 'a' }), reactions })

test.each<[rule: string, plan: unknown, problem: Record<string, unknown>]>([
  // People
  [
    'a question without a prompt',
    asking({}),
    { path: 'subtasks[0].payload', message: 'the key "prompt" is missing from {}' },
  ],
  [
    'a question with a key that there is not',
    asking({ prompt: 'x', chioces: ['a'] }),
    { path: 'subtasks[0].payload.chioces', hint: 'did you mean "choices"?' },
  ],
  [
    'approval where an answer is asked for',
    asking({ prompt: 'x', choices: ['a'], timeoutMs: 5, onTimeout: 'approve' }),
    {
      path: 'subtasks[0].payload.onTimeout',
      message: '"approve" gives no answer, and "choices" asks for one',
      hint: 'choices: reject, fail; or leave "choices" out',
    },
  ],
  [
    'approval where an answer has a schema',
    asking({ prompt: 'x', output: { type: 'string' }, onTimeout: 'approve' }),
    { path: 'subtasks[0].payload.onTimeout', message: '"approve" gives no answer, and "output" asks for one' },
  ],
  [
    'a schema of the answer that is none',
    asking({ prompt: 'x', output: { type: 'txt' } }),
    { path: 'subtasks[0].payload.output', message: expect.stringContaining('not a valid JSON Schema') },
  ],
  [
    'a question that takes too many bytes',
    asking({ prompt: 'x', choices: ['y'.repeat(9_000)] }),
    { path: 'subtasks[0].payload', message: expect.stringMatching(/ bytes as JSON; at most 8192 are taken$/) },
  ],
  [
    'choices that only the run will know',
    asking({ prompt: { $from: 'inputs', path: '/q' }, choices: { $from: 'inputs', path: '/c' } }),
    { path: 'subtasks[0].payload.choices', hint: 'references may stand in "prompt" and "details"' },
  ],
  [
    'a question that a reaction asks with nothing but the event',
    reacting({ on: 'x', run: { agentType: 'human' } }),
    { path: 'reactions[0].run', message: 'no payload: an event alone is no question to a person' },
  ],
  // Reactions
  ['a reaction to nothing', reacting({ on: '', run: { agentType: 'echo' } }), { path: 'reactions[0].on' }],
  [
    'a reaction that runs nothing',
    reacting({ on: 'x' }),
    { path: 'reactions[0].run', message: 'missing: expected object' },
  ],
  [
    'an unknown agent of a reaction',
    reacting({ on: 'x', run: { agentType: 'ecko' } }),
    { path: 'reactions[0].run.agentType', message: 'unknown agent "ecko"', hint: 'did you mean "echo"?' },
  ],
  [
    'a place in the graph for a reaction',
    reacting({ on: 'x', run: { agentType: 'echo', dependsOn: ['a'] } }),
    { path: 'reactions[0].run.dependsOn', message: 'unknown key "dependsOn"' },
  ],
  [
    'a reaction that refers to a subtask',
    reacting({ on: 'x', run: { agentType: 'echo', payload: { y: { $from: 'a' } } } }),
    {
      path: 'reactions[0].run.payload.y.$from',
      message: 'a reaction cannot refer to the subtask "a"',
      hint: 'a reaction may refer to the inputs only; what happened is in "$event"',
    },
  ],
  [
    'an element in a reaction',
    reacting({ on: 'x', run: { agentType: 'echo', payload: { $element: '' } } }),
    { path: 'reactions[0].run.payload', message: '"$element" outside a map' },
  ],
  [
    'a payload of a reaction that the agent refuses',
    reacting({ on: 'x', run: { agentType: 'wait', payload: { ms: -1 } } }),
    { path: 'reactions[0].run.payload.ms', message: '-1 must be >= 0' },
  ],
  [
    'fields that are no object',
    reacting({ on: 'x', where: ['y'], run: { agentType: 'echo' } }),
    { path: 'reactions[0].where', message: expect.stringContaining('must be an object') },
  ],
  [
    'two reactions of one id',
    reacting({ on: 'a.b', run: { agentType: 'echo' } }, { on: 'a-b', run: { agentType: 'echo' } }),
    {
      path: 'reactions[1].id',
      message: 'duplicate id "on-a-b": reactions[0] has it already',
      hint: 'give one of them an "id" of its own',
    },
  ],
  [
    'a subtask of the same id as a reaction',
    reacting({ id: 'a', on: 'x', run: { agentType: 'echo' } }),
    {
      path: 'subtasks[0].id',
      subtask: 'a',
      message: 'the id "a" belongs to the reaction "a": what it starts is called "a-<n>"',
    },
  ],
  [
    'a subtask of an id that a reaction will give',
    { ...planOf({ id: 'r-2-17' }), reactions: [{ id: 'r-2', on: 'x', run: { agentType: 'echo' } }] },
    { path: 'subtasks[0].id', message: expect.stringContaining('belongs to the reaction "r-2"') },
  ],
  [
    'a long id of a reaction',
    reacting({ id: 'x'.repeat(121), on: 'x', run: { agentType: 'echo' } }),
    { path: 'reactions[0].id', message: expect.stringContaining('at most 120 characters') },
  ],
  [
    'too many reactions',
    reacting(...Array.from({ length: 101 }, (_, n) => ({ id: `r${n}`, on: 'x', run: { agentType: 'echo' } }))),
    { path: 'reactions', message: expect.stringMatching(/^101 reactions.*at most 100$/) },
  ],
])('%s is refused', (_rule, plan, expected) => {
  const problems = problemsOf(plan, { team: TEAM, checkInputs: false })
  expect(problems).toEqual([expect.objectContaining(expected)])
})
