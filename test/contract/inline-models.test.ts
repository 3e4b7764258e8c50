// Model agents that a plan declares: what the manifest says of them, and what is refused.
import type { AgentManifest } from '../../src/contract/agent'
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
  ['a key', { instructions: 'x', apiKey: 'secret' }, { path: '.apiKey', message: 'unknown key "apiKey"' }],
])('refused is %s', (_what, declared, { path = '', message, hint }) => {
  const [problem, ...others] = problemsOf({
    ...planOf({ id: 'a', agentType: 'summary' }),
    agents: { summary: declared },
  })
  expect(others).toEqual([])
  expect(problem).toMatchObject({ path: `agents.summary${path}`, ...(hint ? { hint } : {}) })
  expect(problem!.message.endsWith(message!)).toBe(true)
})
