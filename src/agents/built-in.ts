// HOST. The agents that every worker has: `echo` and `wait`. Their settings are in their manifests; `human` has a manifest only.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { BUILT_IN_TEAM } from '../contract/names'
import { defineAgent } from './define-agent'
import { defineTeam } from './team'

const echo = defineAgent({ name: 'echo', run: (payload) => payload })

const wait = defineAgent({
  name: 'wait',
  input: z.looseObject({ ms: z.int().nonnegative() }),
  async run({ ms }, { signal }) {
    await sleep(ms, undefined, { signal })
    return { waitedMs: ms }
  },
})

export const builtInTeam = defineTeam({ name: BUILT_IN_TEAM, agents: [echo, wait] })
