// Model agents with tools on files, for tests on a real server; the loss of its worker is noticed after the shortest time.
import { defineModelAgent, defineTeam } from 'troupe'

export const toolsTeam = defineTeam({
  name: 'tools',
  agents: [
    defineModelAgent({
      name: 'smith',
      instructions: 'You change files.',
      tools: ['write_file', 'run_command', 'read_file'],
      heartbeatTimeoutMs: 2_000,
      retry: { initialIntervalMs: 50, maximumIntervalMs: 100 },
    }),
    defineModelAgent({ name: 'reader', instructions: 'You read.', tools: ['read_file'] }),
  ],
})
