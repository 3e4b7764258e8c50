// PURE. The manifest entries of the agents that every worker has: `echo` and `wait`, for trials and tests.
import type { AgentManifest } from './agent'
import { AGENT_DEFAULTS, MAX_TIMEOUT_MS } from './limits'
import { agentTaskQueue, BUILT_IN_TEAM } from './names'

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

/** `echo` returns its payload; `wait` waits `payload.ms` milliseconds and returns how long it was told to. */
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
]
