// Agents that do not let go of their worker's event loop: one for ever, one for a while before it goes on as it should.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineAgent, defineTeam } from '../../../src/index'

const spin = defineAgent({
  name: 'spin',
  heartbeatTimeoutMs: 3_000,
  run() {
    for (;;);
  },
})
const stall = defineAgent({
  name: 'stall',
  input: z.object({ blockMs: z.int(), waitMs: z.int() }),
  async run({ blockMs, waitMs }, { signal }) {
    for (const end = Date.now() + blockMs; Date.now() < end;);
    await sleep(waitMs, undefined, { signal })
    return 'went on'
  },
})

export const blockingTeam = defineTeam({ name: 'blocking', agents: [spin, stall] })
