// Every rule that a plan can break: the place, what is said, and what to do about it.
import { planOf, problemsOf, TEAM } from './support/checking'

const cycleHint = 'each depends on the next; take one dependency away'

describe('one broken rule', () => {
  test.each<[rule: string, plan: unknown, problem: Record<string, unknown>]>([
    ['no object', 5, { path: '', message: '5: expected object' }],
    ['no name', { subtasks: [{ id: 'a', agentType: 'echo' }] }, { path: 'name', message: 'missing: expected string' }],
    [
      'a bad name',
      { ...planOf({ id: 'a' }), name: 'a/b' },
      { path: 'name', message: '"a/b": a plan\'s name has 1 to 64 letters, digits, ".", "-" and "_"' },
    ],
    [
      'an unknown key of the plan',
      { ...planOf({ id: 'a' }), agnets: {} },
      { path: 'agnets', message: 'unknown key "agnets"', hint: 'did you mean "agents"?' },
    ],
    ['0 subtasks', { name: 'p', subtasks: [] }, { path: 'subtasks', message: '0 subtasks: a plan has at least one' }],
    ['no subtasks', { name: 'p' }, { path: 'subtasks', message: 'missing: expected array' }],
    [
      'a subtask that is a text',
      { name: 'p', subtasks: ['a'] },
      { path: 'subtasks[0]', message: '"a": expected object' },
    ],
    ['no id', planOf({}), { path: 'subtasks[0].id', message: 'missing: expected string' }],
    [
      'an empty id',
      planOf({ id: '' }),
      { path: 'subtasks[0].id', subtask: '', message: '"": an id must not be empty' },
    ],
    [
      'a reserved id',
      planOf({ id: 'inputs' }),
      {
        path: 'subtasks[0].id',
        subtask: 'inputs',
        message: `"inputs": "inputs" is reserved: it names the plan's inputs`,
      },
    ],
    [
      'an id that is too long',
      planOf({ id: 'x'.repeat(129) }),
      {
        path: 'subtasks[0].id',
        subtask: 'x'.repeat(129),
        message: expect.stringContaining('an id has at most 128 characters, this one has 129'),
      },
    ],
    [
      'an id with a slash',
      planOf({ id: 'a/b' }),
      { path: 'subtasks[0].id', subtask: 'a/b', message: expect.stringContaining('must not contain "/"') },
    ],
    [
      'an id with a control character',
      planOf({ id: 'a\u009bb' }),
      { path: 'subtasks[0].id', message: '"a\\u009bb": an id must not contain control characters' },
    ],
    [
      'an id with half a character',
      planOf({ id: 'a\ud800' }),
      { path: 'subtasks[0].id', message: '"a\\ud800": an id must not contain control characters' },
    ],
    [
      'a duplicate id',
      planOf({ id: 'a' }, { id: 'a' }),
      { path: 'subtasks[1].id', subtask: 'a', message: 'duplicate id "a": subtasks[0] has it already' },
    ],
    [
      'an unknown key of a subtask',
      planOf({ id: 'a', dependOn: [] }),
      { path: 'subtasks[0].dependOn', message: 'unknown key "dependOn"', hint: 'did you mean "dependsOn"?' },
    ],
    [
      'an unknown agent',
      planOf({ id: 'a', agentType: 'outlin' }),
      { path: 'subtasks[0].agentType', message: 'unknown agent "outlin"', hint: 'did you mean "outline"?' },
    ],
    [
      'an unknown agent that is like no other',
      planOf({ id: 'a', agentType: 'zzz' }),
      { message: 'unknown agent "zzz"', hint: 'agents: outline, ann, bob, echo, wait, human' },
    ],
    [
      'no agent for a type',
      planOf({ id: 'a', agentType: undefined, type: 'proofread' }),
      {
        path: 'subtasks[0].type',
        subtask: 'a',
        message: 'no agent for type "proofread"',
        hint: 'did you mean "proof-read"?',
      },
    ],
    [
      'an agent that does not take the type',
      planOf({ id: 'a', agentType: 'ann', type: 'proof-read' }),
      { message: 'the agent "ann" does not take tasks of type "proof-read"', hint: 'capabilities: write' },
    ],
    [
      'neither agent nor type',
      { name: 'p', subtasks: [{ id: 'a' }] },
      {
        path: 'subtasks[0]',
        message: 'no agent: a subtask names its agent ("agentType") or a type ("type")',
        hint: 'agents: outline, ann, bob, echo, wait, human',
      },
    ],
    [
      'a missing dependency',
      planOf({ id: 'alpha' }, { id: 'b', dependsOn: ['alpha', 'alpah'] }),
      {
        path: 'subtasks[1].dependsOn[1]',
        subtask: 'b',
        message: 'missing dependency: there is no subtask "alpah"',
        hint: 'did you mean "alpha"?',
      },
    ],
    [
      'a self-dependency',
      planOf({ id: 'a', dependsOn: ['a'] }),
      { path: 'subtasks[0].dependsOn', subtask: 'a', message: 'cycle: a depends on itself (a → a)', hint: cycleHint },
    ],
    [
      'a reference of a subtask to itself',
      planOf({ id: 'a', payload: { x: { $from: 'a' } } }),
      { path: 'subtasks[0].dependsOn', message: 'cycle: a depends on itself (a → a)' },
    ],
    [
      'a cycle through dependencies and references',
      planOf({ id: 'a', dependsOn: ['c'] }, { id: 'b', payload: [{ $from: 'a' }] }, { id: 'c', dependsOn: ['b'] }),
      { path: 'subtasks[0].dependsOn', subtask: 'a', message: 'cycle: a → c → b → a', hint: cycleHint },
    ],
    [
      'a reference to no subtask',
      planOf({ id: 'alpha' }, { id: 'b', payload: { x: [{ $from: 'alhpa' }] } }),
      {
        path: 'subtasks[1].payload.x[0].$from',
        subtask: 'b',
        message: 'reference to nothing: there is no subtask "alhpa"',
        hint: 'did you mean "alpha"?',
      },
    ],
    [
      'a reference that names nothing',
      planOf({ id: 'a', payload: { $from: 5 } }),
      { path: 'subtasks[0].payload.$from', message: 'reference to nothing: there is no subtask 5' },
    ],
    [
      'a reference to an object that has no text',
      planOf({ id: 'a', payload: { $from: { toString: 1, valueOf: 1 } } }),
      { message: 'reference to nothing: there is no subtask {"toString":1,"valueOf":1}' },
    ],
    [
      'a reference to nothing in an output that is known',
      planOf(
        { id: 'o', agentType: 'outline', payload: { topic: 'x' } },
        { id: 'b', payload: { $from: 'o', path: '/point' } },
      ),
      {
        path: 'subtasks[1].payload.path',
        message: 'reference to nothing: the output of "o" has no "/point"',
        hint: 'did you mean "points"?',
      },
    ],
    [
      'a reference with a path that is none',
      planOf({ id: 'a' }, { id: 'b', payload: { $from: 'a', path: 'points' } }),
      { path: 'subtasks[1].payload.path', message: '"points" is not a JSON Pointer' },
    ],
    [
      'a reference with another key',
      planOf({ id: 'a' }, { id: 'b', payload: { $from: 'a', pth: '/x' } }),
      { path: 'subtasks[1].payload.pth', message: 'unknown key "pth" in a reference', hint: 'keys: $from, path' },
    ],
    [
      'a payload of the wrong type',
      planOf({ id: 'a', agentType: 'outline', payload: { topic: 5 } }),
      { path: 'subtasks[0].payload.topic', subtask: 'a', message: '5 must be string' },
    ],
    [
      'a payload without a key',
      planOf({ id: 'a', agentType: 'outline' }),
      { path: 'subtasks[0].payload', message: 'the key "topic" is missing from {}' },
    ],
    [
      'a payload with an unknown key',
      planOf({ id: 'a', agentType: 'outline', payload: { topic: '', stile: 'short' } }),
      { path: 'subtasks[0].payload.stile', message: 'unknown key "stile"', hint: 'did you mean "style"?' },
    ],
    [
      'a payload with none of the choices',
      planOf({ id: 'a', agentType: 'outline', payload: { topic: '', style: 'tall' } }),
      {
        path: 'subtasks[0].payload.style',
        message: '"tall" is not one of the choices',
        hint: 'choices: "short", "long"',
      },
    ],
    [
      'a payload of null where an object is wanted',
      planOf({ id: 'a', agentType: 'outline', payload: null }),
      { path: 'subtasks[0].payload', message: 'null must be object' },
    ],
    [
      'a deadline in the past',
      planOf({ id: 'a', deadline: '2026-11-20T12:59:59+01:00' }),
      {
        path: 'subtasks[0].deadline',
        subtask: 'a',
        message: 'the deadline "2026-11-20T12:59:59+01:00" is in the past (it is 2026-11-20T12:00:00.000Z)',
        hint: 'a time to come, or one from the start such as "+10m"',
      },
    ],
    [
      'a deadline at once',
      planOf({ id: 'a', deadline: '+0s' }),
      { message: expect.stringContaining('is in the past') },
    ],
    [
      'a deadline that is no time',
      planOf({ id: 'a', deadline: 'tomorrow' }),
      {
        path: 'subtasks[0].deadline',
        message: expect.stringMatching(/^"tomorrow": a deadline is an ISO time with its zone/),
      },
    ],
    [
      'a deadline without a zone',
      planOf({ id: 'a', deadline: '2026-12-01T00:00:00' }),
      { path: 'subtasks[0].deadline' },
    ],
    [
      'a deadline beyond all calendars',
      planOf({ id: 'a', deadline: '+999999999d' }),
      { path: 'subtasks[0].deadline', message: 'the deadline "+999999999d" is more than 3650 days away' },
    ],
    ['an unknown priority', planOf({ id: 'a', priority: 'hi' }), { hint: 'choices: low, normal, high' }],
    ['a negative estimate', planOf({ id: 'a', estimateMs: -1 }), { path: 'subtasks[0].estimateMs' }],
    ['dependencies that are no list', planOf({ id: 'a', dependsOn: 'b' }), { path: 'subtasks[0].dependsOn' }],
    [
      'an input schema that is none',
      { ...planOf({ id: 'a' }), inputs: { type: 'objekt' } },
      { path: 'inputs', message: expect.stringContaining('not a valid JSON Schema') },
    ],
    [
      'an input schema whose verdict would be a promise',
      { ...planOf({ id: 'a' }), inputs: { $async: true, type: 'object' } },
      { path: 'inputs', message: expect.stringContaining('"$async" is not supported') },
    ],
    [
      'an inline agent that is nothing',
      { ...planOf({ id: 'a' }), agents: { lint: {} } },
      { path: 'agents.lint', message: '{}: an agent has exactly one of "command", "instructions" and "use"' },
    ],
    [
      'an inline agent that uses an unknown one',
      { ...planOf({ id: 'a' }), agents: { nap: { use: 'wiat' } } },
      { path: 'agents.nap.use', message: 'unknown agent "wiat"', hint: 'did you mean "wait"?' },
    ],
    [
      'an inline agent of a name that the team has',
      { ...planOf({ id: 'a' }), agents: { ann: { use: 'wait' } } },
      { path: 'agents.ann', message: 'duplicate agent "ann": the team "docs" has one of that name' },
    ],
    [
      'an inline agent with a bad name',
      { ...planOf({ id: 'a' }), agents: { 'a b': { use: 'wait' } } },
      { path: 'agents["a b"]', message: '"a b" is not a name for an agent' },
    ],
    [
      'an inline agent with an unknown key',
      { ...planOf({ id: 'a' }), agents: { nap: { use: 'wait', timeout: 5 } } },
      { path: 'agents.nap.timeout', message: 'unknown key "timeout"', hint: 'did you mean "timeoutMs"?' },
    ],
    [
      'an inline agent with no slots',
      { ...planOf({ id: 'a' }), agents: { nap: { use: 'wait', maxConcurrency: 0 } } },
      { path: 'agents.nap.maxConcurrency' },
    ],
    [
      'a value that is no JSON',
      planOf({ id: 'a', payload: { when: new Date(0) } }),
      { path: 'subtasks[0].payload.when', message: 'an object of the class "Date" is no JSON value' },
    ],
    [
      'a payload that is too deep',
      planOf({ id: 'a', payload: JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as unknown }),
      { path: 'subtasks[0].payload', message: 'nested deeper than 100 levels, or in a circle' },
    ],
  ])('%s', (_rule, plan, expected) => {
    const problems = problemsOf(plan, { team: TEAM })
    expect(problems).toEqual([expect.objectContaining(expected)])
  })
})
