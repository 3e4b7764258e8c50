// Bad input, each kind once: exit 2, the place, the value and the choices, and nothing is started: there is no server here.
import { Workplace, type Finished } from './support/command'

let place: Workplace
beforeAll(async () => void (place = await Workplace.open('cli-refuse')))
afterAll(() => place.close())

/** Without a server, and without any that could be started. */
function alone(args: readonly string[], stdin?: string): Promise<Finished> {
  return place.start(args, {
    environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    ...(stdin === undefined ? {} : { stdin }),
  }).finished
}

const subtask = (text: string): string => `name: p\nsubtasks:\n  - ${text}\n`

describe('a plan that is wrong is refused by run, with FILE:LINE:COLUMN', () => {
  const cases: [what: string, plan: string, says: RegExp[]][] = [
    [
      'a cycle',
      `${subtask('{ id: a, dependsOn: [b], agentType: echo }')}  - { id: b, dependsOn: [a], agentType: echo }\n`,
      [/p\.yaml:3:\d+: .*cycle/, /"?a"?.*"?b"?/],
    ],
    ['a self-dependency', subtask('{ id: a, dependsOn: [a], agentType: echo }'), [/p\.yaml:3:\d+: .*cycle/]],
    [
      'an unknown agent',
      subtask('{ id: a, agentType: ecco }'),
      [/p\.yaml:3:\d+: subtasks\[0\]\.agentType \(subtask "a"\): .*ecco/, /echo/],
    ],
    ['no agent for a type', subtask('{ id: a, type: dance }'), [/p\.yaml:3:\d+: .*dance/]],
    [
      'a duplicate id',
      `${subtask('{ id: a, agentType: echo }')}  - { id: a, agentType: echo }\n`,
      [/p\.yaml:4:\d+: .*duplicate/],
    ],
    [
      'a missing dependency',
      subtask('{ id: a, agentType: echo, dependsOn: [gone] }'),
      [/p\.yaml:3:\d+: subtasks\[0\]\.dependsOn\[0\].*gone/],
    ],
    [
      'a reference to nothing',
      subtask('{ id: a, agentType: echo, payload: { $from: gone } }'),
      [/p\.yaml:3:\d+: subtasks\[0\]\.payload.*gone/],
    ],
    ['an empty id', subtask('{ id: "", agentType: echo }'), [/p\.yaml:3:\d+: subtasks\[0\]\.id.*empty/]],
    ['a reserved id', subtask('{ id: inputs, agentType: echo }'), [/reserved/]],
    ['an id that is too long', subtask(`{ id: ${'a'.repeat(129)}, agentType: echo }`), [/128/]],
    ['an id with control characters', subtask('{ id: "a\\u0007b", agentType: echo }'), [/control characters/]],
    [
      'a payload that the schema refuses',
      subtask('{ id: a, agentType: wait, payload: { ms: soon } }'),
      [/p\.yaml:3:\d+: subtasks\[0\]\.payload\.ms \(subtask "a"\).*"soon"/],
    ],
    ['an unknown key', subtask('{ id: a, agentType: echo, dependOn: [] }'), [/p\.yaml:3:\d+: .*dependOn/, /dependsOn/]],
    [
      'a deadline in the past',
      subtask('{ id: a, agentType: echo, deadline: "2020-01-01T00:00:00Z" }'),
      [/p\.yaml:3:\d+: subtasks\[0\]\.deadline.*past/],
    ],
    ['no subtasks', 'name: p\nsubtasks: []\n', [/p\.yaml:2:\d+: subtasks: 0 subtasks/]],
    ['broken YAML', 'name: p\nsubtasks: [\n', [/p\.yaml:\d+:\d+: /]],
    [
      'a team that is missing',
      'name: p\nteam: ./gone.ts\nsubtasks:\n  - { id: a, agentType: echo }\n',
      [/p\.yaml:2:1: team: .*gone\.ts/],
    ],
  ]

  it.each(cases)('%s', async (_what, plan, says) => {
    place.write('p.yaml', plan)
    const { code, stdout, stderr } = await alone(['run', 'p.yaml'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error Invalid(Plan|Team): /)
    for (const text of says) expect(stderr).toMatch(text)
  })

  it('more subtasks than the run may have', async () => {
    const subtasks = ['a', 'b', 'c'].map((id) => ({ id, agentType: 'echo' }))
    place.write('many.json', { name: 'p', subtasks })
    const { code, stdout, stderr } = await alone(['run', 'many.json', '--max-subtasks', '2'])
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/3 subtasks; a run has at most 2/)])
  })

  it('all problems at once, shape and graph together, on standard input too', async () => {
    const plan = `name: p\nagents: { x: { comand: [ls] } }\nsubtasks:\n  - { id: a, agentType: nobody, dependsOn: [a] }\n`
    const { code, stdout, stderr } = await alone(['run', '-', '-o', 'json'], plan)
    expect([code, stdout]).toEqual([2, ''])
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string; problems: object[] } }
    expect(error.code).toBe('InvalidPlan')
    expect(error.problems.length).toBeGreaterThanOrEqual(3)
    expect(error.message).toMatch(/<stdin>:2:\d+: agents\.x/)
    expect(error.message).toMatch(/cycle/)
  })
})

describe('inputs and other arguments', () => {
  beforeAll(() => {
    place.write(
      'in.yaml',
      `name: in\ninputs: { type: object, properties: { dir: { type: string } }, required: [dir] }\n${subtask('{ id: a, agentType: echo }').slice(8)}`,
    )
    place.write(
      'two.mjs',
      `const agent = { config: { name: 'a' }, name: 'a', execute() {}, handleWithTimeout() {} }
      export const red = { name: 'red', agents: [agent] }, blue = { name: 'blue', agents: [agent] }`,
    )
    place.write('none.mjs', 'export const answer = 42')
  })

  const cases: [what: string, args: string[], says: RegExp][] = [
    [
      'an input that the schema refuses',
      ['run', 'in.yaml', '--input', '{"dir": 1}'],
      /error InvalidPlan: [^]*in\.yaml:2:\d+: inputs\.dir/,
    ],
    ['an input that is missing', ['run', 'in.yaml'], /InvalidPlan: [^]*dir/],
    [
      'an input that is no JSON',
      ['run', 'in.yaml', '--input', '{dir}'],
      /error InvalidUsage: --input is no JSON: "{dir}"/,
    ],
    ['an input file that is missing', ['run', 'in.yaml', '--input', '@gone.json'], /gone\.json/],
    [
      'a plan that is missing',
      ['run', 'gone.yaml'],
      /error InvalidUsage: there is no plan file "gone.yaml"[^]*in\.yaml/,
    ],
    [
      'an id that Temporal would not take',
      ['run', 'in.yaml', '--input', '{"dir": "."}', '--id', 'a\u0007b'],
      /error InvalidInput: /,
    ],
    [
      'a team module with two teams',
      ['worker', '--team', 'two.mjs'],
      /error InvalidTeam: .*exports 2 teams: (red, blue|blue, red)/,
    ],
    ['a team module without a team', ['task', 'a', '--team', 'none.mjs'], /error InvalidTeam: .*it exports: answer/],
    [
      'a team module that is missing',
      ['task', 'a', '--team', 'gone.ts'],
      /error InvalidTeam: there is no module .*gone\.ts/,
    ],
    [
      'an unknown option',
      ['status', '--outptu', 'json'],
      /error InvalidUsage: unknown option '--outptu'[^]*--output[^]*hint: troupe status --help/,
    ],
    ['an unknown command', ['stauts'], /unknown command 'stauts'[^]*status/],
    ['an unknown format', ['status', '-o', 'xml'], /text, json, jsonl/],
    ['a missing argument', ['run'], /missing required argument 'plan'/],
    ['a number that is none', ['list', '--limit', 'many'], /whole number/],
    ['a time that is none', ['events', '--since', 'yesterday'], /ISO time/],
    ['an array that grows', ['events', '--follow', '-o', 'json'], /jsonl/],
    ['publish without its run', ['publish', 'note.added'], /missing required argument/],
    ['cancel without its run', ['cancel'], /missing required argument 'run'/],
    ['server without its command', ['server'], /server wants a command of its own/],
  ]

  it.each(cases)('%s', async (_what, args, says) => {
    const { code, stdout, stderr } = await alone(args)
    expect([code, stdout]).toEqual([2, ''])
    if (stderr.startsWith('{')) expect((JSON.parse(stderr) as { error: { hint: string } }).error.hint).toMatch(says)
    else expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

describe('what is right needs no server either', () => {
  it('validate counts, graph draws, help has an example', async () => {
    place.write(
      'ok.yaml',
      subtask('{ id: a, agentType: echo }') + '  - { id: b, agentType: echo, payload: { $from: a } }\n',
    )
    expect(await alone(['validate', 'ok.yaml'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 subtasks, 1 dependency'),
    })
    const valid = await alone(['validate', 'ok.yaml', '-o', 'json'])
    expect(JSON.parse(valid.stdout)).toMatchObject({ valid: true, subtasks: 2, dependencies: 1 })
    const graph = await alone(['graph', 'ok.yaml', '--format', 'json'])
    expect([graph.code, JSON.stringify(JSON.parse(graph.stdout))]).toEqual([0, expect.stringContaining('"b"')])
    expect((await alone(['graph', 'ok.yaml', '-o', 'json'])).stdout).toBe(graph.stdout)
    const reaction = 'reactions:\n  - { on: task.created, run: { agentType: echo } }\n'
    place.write(
      'deep.yaml',
      `${subtask('{ id: a, agentType: echo, forEach: { from: inputs }, onFailure: hold }')}${reaction}`,
    )
    expect((await alone(['validate', 'deep.yaml'])).stdout).toContain('1 subtask, 0 dependencies, 1 agent, 1 reaction')
    expect((await alone(['graph', 'deep.yaml', '-o', 'text'])).stdout).toBe(
      '1   a (echo), for each element, on failure: hold\non task.created  → on-task-created (echo)\n',
    )
    expect((await alone(['validate', 'in.yaml'])).code).toBe(0)
    expect((await alone(['validate', 'in.yaml', '--input', '{}'])).code).toBe(2)
    const help = await alone(['publish', '--help'])
    expect([help.code, help.stderr, help.stdout]).toEqual([
      0,
      '',
      expect.stringMatching(/Example:\n {2}\$ troupe publish/),
    ])
  })
})
