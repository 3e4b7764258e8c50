// Model agents that a plan declares: what the manifest says of them, and what is refused.
import { needsLeave, type AgentManifest } from '../../src/contract/agent'
import { definitionHash } from '../../src/definition-hash'
import { checkPlan } from '../../src/contract/schema/check-plan'
import { agentManifestSchema } from '../../src/contract/schema/manifest-schema'
import { NOW, planOf, problemsOf } from './support/checking'

const INSTRUCTIONS = 'You summarise.'

function manifestOf(declared: unknown, baseDirectory = '/plans'): AgentManifest {
  const plan = { ...planOf({ id: 'a', agentType: 'summary' }), agents: { summary: declared } }
  const { checked, problems } = checkPlan(plan, { now: NOW, baseDirectory, hash: definitionHash })
  expect(problems).toEqual([])
  return checked!.spec.team.agents.find(({ name }) => name === 'summary')!
}

test('without more it runs on the model of the run, for as long as answers may take', () => {
  const manifest = manifestOf({ instructions: INSTRUCTIONS })
  expect(manifest).toMatchObject({
    model: 'default',
    timeoutMs: 300_000,
    inline: { kind: 'model', model: { instructions: INSTRUCTIONS } },
  })
  expect(agentManifestSchema.parse(manifest)).toEqual(manifest)
})

test('its settings, schemas and address are kept', () => {
  const output = { type: 'object', properties: { points: { type: 'array' } } }
  const model = 'openai-compatible/qwen'
  const baseUrl = 'http://127.0.0.1:8000/v1'
  const manifest = manifestOf({ instructions: INSTRUCTIONS, model, baseUrl, output, timeoutMs: 5_000 })
  expect(manifest).toMatchObject({ model, output, timeoutMs: 5_000, inline: { model: { baseUrl } } })
  expect(agentManifestSchema.parse(manifest)).toEqual(manifest)
})

test('a recording is found beside the plan, whoever looks for it', () => {
  const declared = { instructions: INSTRUCTIONS, model: 'scripted/answers.json' }
  expect(manifestOf(declared).model).toBe('scripted//plans/answers.json')
  expect(manifestOf({ ...declared, model: 'scripted//elsewhere/a.json' }).model).toBe('scripted//elsewhere/a.json')
})

test('its tools and servers are kept, programs with the plan’s directory, and with changing tools the output names the files', () => {
  const tools = ['read_file', 'edit_file', 'files/list']
  const mcp = { files: { command: 'files-server', args: ['--all'], env: ['TOKEN'] } }
  const output = { type: 'object', properties: { points: { type: 'array' } } }
  const manifest = manifestOf({ instructions: INSTRUCTIONS, tools, mcp, output, maxSteps: 5 })
  expect(manifest.inline).toEqual({
    kind: 'model',
    model: {
      instructions: INSTRUCTIONS,
      tools: tools.map((name) => ({ name })),
      mcp: { files: { ...mcp.files, cwd: '/plans' } },
      maxSteps: 5,
      answer: output,
    },
  })
  expect(manifest.output).toMatchObject({ properties: { output, snapshot: { type: 'string' } } })
  expect(agentManifestSchema.parse(manifest)).toEqual(manifest)
  expect([
    needsLeave(manifest),
    needsLeave(manifestOf({ instructions: INSTRUCTIONS, tools: ['run_command'] })),
  ]).toEqual([true, false])
  expect(manifestOf({ instructions: INSTRUCTIONS, tools: ['read_file'] }).output).toBeUndefined()
})

test('no two definitions share a queue', () => {
  const address = { model: 'openai-compatible/x', baseUrl: 'http://127.0.0.1:1/v1' }
  const queues = [
    manifestOf({ instructions: INSTRUCTIONS }),
    manifestOf({ instructions: 'You expand.' }),
    manifestOf({ instructions: INSTRUCTIONS, model: 'ollama/x' }),
    manifestOf({ instructions: INSTRUCTIONS, ...address }),
    manifestOf({ instructions: INSTRUCTIONS, ...address, baseUrl: 'http://127.0.0.1:2/v1' }),
    manifestOf({ instructions: INSTRUCTIONS, model: 'scripted/a.json' }),
    manifestOf({ instructions: INSTRUCTIONS, model: 'scripted/a.json' }, '/other'),
    manifestOf({ instructions: INSTRUCTIONS, output: { type: 'object' } }),
  ].map(({ taskQueue }) => taskQueue)
  expect(new Set(queues).size).toBe(queues.length)
  expect(manifestOf({ instructions: INSTRUCTIONS }).taskQueue).toBe(queues[0])
})

test.each<
  [what: string, declared: Record<string, unknown>, problem: { path?: string; message?: string; hint?: string }]
>([
  [
    'instructions and a command',
    { instructions: 'x', command: ['ls'] },
    { message: 'an agent has exactly one of "command", "instructions" and "use"' },
  ],
  [
    'instructions for another agent',
    { instructions: 'x', use: 'wait' },
    { message: 'an agent has exactly one of "command", "instructions" and "use"' },
  ],
  ['no instructions', { instructions: '' }, { path: '.instructions', message: '"": instructions must not be empty' }],
  ['a directory', { instructions: 'x', cwd: '.' }, { message: '"cwd" belongs to a "command", not to "instructions"' }],
  [
    'an environment',
    { instructions: 'x', env: ['HOME'] },
    { message: '"env" belongs to a "command", not to "instructions"' },
  ],
  [
    'an address of a command',
    { command: ['ls'], baseUrl: 'http://x.test' },
    { message: '"baseUrl" belongs to "instructions", not to "command"' },
  ],
  [
    'an address of a provider that has its own',
    { instructions: 'x', model: 'openai/gpt', baseUrl: 'http://x.test' },
    { message: '"baseUrl" belongs to a model "openai-compatible/…": the others have their own address' },
  ],
  [
    'what is no address',
    { instructions: 'x', model: 'openai-compatible/x', baseUrl: 'file:///etc/passwd' },
    { path: '.baseUrl', message: '"file:///etc/passwd": must be an address that begins with http:// or https://' },
  ],
  [
    'an address with a password',
    { instructions: 'x', model: 'openai-compatible/x', baseUrl: 'http://ann:hunter22@x.test' },
    { path: '.baseUrl', message: 'must not hold a user or a password' },
  ],
  ['a model of nobody', { instructions: 'x', model: 'gpt-6' }, { path: '.model', message: '"gpt-6" is not a model' }],
  [
    'an unknown provider',
    { instructions: 'x', model: 'antropic/claude' },
    {
      path: '.model',
      message: 'unknown provider "antropic" in the model "antropic/claude"',
      hint: 'did you mean "anthropic"?',
    },
  ],
  [
    'tools of a command',
    { command: ['ls'], tools: ['search'] },
    { message: '"tools" belongs to "instructions", not to "command"' },
  ],
  [
    'a tool that is nearly one',
    { instructions: 'x', tools: ['read_file', 'edti_file'] },
    { path: '.tools[1]', message: 'unknown tool "edti_file"', hint: 'did you mean "edit_file"?' },
  ],
  ['what is no tool', { instructions: 'x', tools: [5] }, { path: '.tools[0]', message: '5: expected object' }],
  ['tools that are no list', { instructions: 'x', tools: 'search' }, { path: '.tools', message: 'must be a list' }],
  [
    'a condition that there is not',
    { instructions: 'x', tools: [{ name: 'search', approved: true }] },
    { path: '.tools[0].approved', message: 'unknown key "approved"', hint: 'did you mean "approve"?' },
  ],
  [
    'a secret in the place of its name',
    { instructions: 'x', tools: ['t/x'], mcp: { t: { url: 'http://x.test', headers: { Authorization: 'hunter22' } } } },
    {
      path: '.mcp.t.headers.Authorization',
      message: 'must name an environment variable: "${TOKEN}", or "Bearer ${TOKEN}"',
    },
  ],
  [
    'a tool of a server that is not there',
    { instructions: 'x', tools: ['fiels/x', 'files/y'], mcp: { files: { command: 'x' } } },
    { path: '.tools[0]', message: 'unknown MCP server "fiels"', hint: 'did you mean "files"?' },
  ],
  ['a key', { instructions: 'x', apiKey: 'secret' }, { path: '.apiKey', message: 'unknown key "apiKey"' }],
])('refused is %s', (_what, declared, { path = '', message, hint }) => {
  const [problem, ...others] = problemsOf({
    ...planOf({ id: 'a', agentType: 'summary' }),
    agents: { summary: declared },
  })
  expect(others).toEqual([])
  expect(problem).toMatchObject({ path: `agents.summary${path}`, ...(hint ? { hint } : {}) })
  expect(problem!.message.endsWith(message!)).toBe(true)
  expect(JSON.stringify(problem)).not.toContain('hunter22')
})
