// Model agents that work on files, in a window so small that their conversation is compacted more than once; in the worker, and in a
// process of its own.
import { defineModelAgent, defineTeam } from 'troupe'

const settings = {
  instructions: 'You change files.',
  tools: ['write_file', 'run_command', 'edit_file', 'read_file'],
  maxSteps: 40,
  contextWindow: 6_000,
  heartbeatTimeoutMs: 2_000,
  // They are killed far more often than anybody would let an agent fail
  retry: { initialIntervalMs: 50, maximumIntervalMs: 50, maximumAttempts: 1_000 },
  timeoutMs: 600_000,
} as const

export const forgingTeam = defineTeam({
  name: 'forging',
  module: __filename,
  agents: [
    defineModelAgent({ ...settings, name: 'smith' }),
    defineModelAgent({ ...settings, name: 'smith-apart', isolation: 'process' }),
  ],
})
