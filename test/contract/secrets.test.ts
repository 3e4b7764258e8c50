// What looks like a secret in a plan is not repeated in what is said about the plan.
import { checkPlan } from '../../src/contract/schema/check-plan'

it.each([
  ['a map', { TOKEN: 'hunter2' }],
  ['assignments', ['TOKEN=hunter2']],
  ['a text', 'TOKEN=hunter2'],
])('refuses environment variables as %s without their values', (_, env) => {
  const plan = { name: 'p', agents: { c: { command: ['env'], env } }, subtasks: [{ id: 'a', agentType: 'c' }] }
  const { problems } = checkPlan(plan, { now: Date.now(), baseDirectory: '/', hash: (text) => String(text.length) })
  expect(problems.length).toBeGreaterThan(0)
  expect(problems[0]?.path).toMatch(/^agents\.c\.env/)
  expect(JSON.stringify(problems)).not.toContain('hunter2')
})
