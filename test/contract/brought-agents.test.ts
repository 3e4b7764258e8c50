// Agents that a plan brings along, and questions to people: what is noticed before a run is repeated, or started.
import type { RunSpec } from '../../src/contract/messages'
import { planDifferences } from '../../src/contract/run/repeated-plan'
import { problemsOf } from './support/checking'
import { agent, AGENTS, defined } from './support/past-runs'

const command = (program: string, taskQueue = 'agent.t.tool.1') =>
  agent('tool', { taskQueue, inline: { kind: 'command', command: { command: [program], cwd: '/', env: [] } } })
const spec = (...brought: ReturnType<typeof command>[]): RunSpec => ({
  ...{ name: 'p', team: { name: 'team', agents: [...AGENTS, ...brought] }, inputs: {}, subtasks: [defined('a')] },
  ...{ reactions: [], maxSubtasks: 10 },
})

test('a plan differs where an agent that it brought along does, even if none of its own subtasks needs that', () => {
  expect(planDifferences(spec(command('wc')), spec(command('wc')))).toEqual([])
  expect(planDifferences(spec(), spec(command('wc')))).toEqual([])
  expect(planDifferences(spec(command('wc')), spec())).toEqual(['its agent "tool" is gone'])
  // Whoever starts a run by hand may say of a queue what they like
  expect(planDifferences(spec(command('rm')), spec(command('wc')))).toEqual(['its agent "tool" is another one'])
})

test('a choice that the schema of the answer refuses is no choice', () => {
  const ask = (output: unknown) => ({
    name: 'p',
    subtasks: [{ id: 'ask', agentType: 'human', payload: { prompt: 'Which?', choices: ['red', 'blue'], output } }],
  })
  expect(problemsOf(ask({ type: 'string' }))).toEqual([])
  expect(problemsOf(ask({ enum: ['red', 1] }))).toMatchObject([
    { path: 'subtasks[0].payload.choices[1]', message: '"blue" is refused by "output": nobody could choose it' },
  ])
})
