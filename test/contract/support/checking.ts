// Checking plans as the client and the orchestrator do, at a fixed time.
import type { TeamManifest } from '../../../src/contract/agent'
import type { Problem } from '../../../src/contract/errors'
import { BUILT_IN_AGENTS } from '../../../src/contract/built-in'
import { checkPlan, type CheckedPlan, type CheckPlanOptions } from '../../../src/contract/schema/check-plan'
import { definitionHash } from '../../../src/definition-hash'

export const NOW = Date.parse('2026-11-20T12:00:00Z')

const settings = { now: NOW, baseDirectory: '/plans', hash: definitionHash }

/** A team of an agent with schemas, one that does its work under another type, and one that shares that type. */
export const TEAM: TeamManifest = {
  name: 'docs',
  agents: [
    {
      ...BUILT_IN_AGENTS[0]!,
      name: 'outline',
      capabilities: ['outline'],
      taskQueue: 'agent.docs.outline',
      input: {
        type: 'object',
        properties: { topic: { type: 'string' }, style: { enum: ['short', 'long'] } },
        required: ['topic'],
        additionalProperties: false,
      },
      output: {
        type: 'object',
        properties: { points: { type: 'array' }, title: { type: 'string' } },
        additionalProperties: false,
      },
    },
    { ...BUILT_IN_AGENTS[0]!, name: 'ann', capabilities: ['write'], taskQueue: 'agent.docs.ann' },
    { ...BUILT_IN_AGENTS[0]!, name: 'bob', capabilities: ['write', 'proof-read'], taskQueue: 'agent.docs.bob' },
  ],
}

export function problemsOf(plan: unknown, options: Partial<CheckPlanOptions> = {}): Problem[] {
  return checkPlan(plan, { ...settings, ...options }).problems
}

export function checkedOf(plan: unknown, options: Partial<CheckPlanOptions> = {}): CheckedPlan {
  const { checked, problems } = checkPlan(plan, { ...settings, ...options })
  if (!checked) throw new Error(`refused: ${JSON.stringify(problems)}`)
  return checked
}

/** A plan of subtasks for `echo`. */
export function planOf(...subtasks: Record<string, unknown>[]): Record<string, unknown> {
  return { name: 'p', subtasks: subtasks.map((subtask) => ({ agentType: 'echo', ...subtask })) }
}
