// PURE. The manifest entries of the agents that every run has: `echo` and `wait`, for trials and tests, which every worker
// serves; and `human`, which none does.
import type { AgentManifest } from './agent'
import { AGENT_DEFAULTS, MAX_DEADLINE_DAYS, MAX_TIMEOUT_MS } from './limits'
import { agentTaskQueue, BUILT_IN_TEAM, HUMAN } from './names'

/** How long a person may be waited for: as far away as any deadline. */
export const MAX_HUMAN_TIMEOUT_MS = MAX_DEADLINE_DAYS * 24 * 60 * 60 * 1000

function builtIn(name: string, settings: Partial<AgentManifest>): AgentManifest {
  return {
    name,
    version: AGENT_DEFAULTS.version,
    capabilities: [name],
    maxConcurrency: AGENT_DEFAULTS.maxConcurrency,
    timeoutMs: AGENT_DEFAULTS.timeoutMs,
    heartbeatTimeoutMs: AGENT_DEFAULTS.heartbeatTimeoutMs,
    retry: { ...AGENT_DEFAULTS.retry },
    taskQueue: agentTaskQueue(BUILT_IN_TEAM, name),
    ...settings,
  }
}

/**
 * `echo` returns its payload; `wait` waits `payload.ms` milliseconds and returns how long it was told to; `human` is a
 * person, who is asked what the payload says (`HumanPayload`) and decides.
 */
export const BUILT_IN_AGENTS: readonly AgentManifest[] = [
  builtIn('echo', {}),
  builtIn('wait', {
    timeoutMs: 60 * 60 * 1000, // an hour: waiting costs nothing, and a trial may be long
    input: {
      type: 'object',
      properties: { ms: { type: 'integer', minimum: 0, maximum: MAX_TIMEOUT_MS } },
      required: ['ms'],
    },
  }),
  builtIn(HUMAN, {
    person: true,
    input: {
      type: 'object',
      properties: {
        prompt: { type: 'string', minLength: 1 },
        choices: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, uniqueItems: true },
        output: { type: 'object' },
        timeoutMs: { type: 'integer', minimum: 1, maximum: MAX_HUMAN_TIMEOUT_MS },
        onTimeout: { enum: ['approve', 'reject', 'fail'] },
        details: {},
      },
      required: ['prompt'],
      additionalProperties: false,
    },
  }),
]
