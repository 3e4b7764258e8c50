// Agents that keep others waiting, each in its way.
import { defineAgent, defineTeam } from '../../../src/index'

/** Blocks its event loop only in the process that says so, so that the next attempt may succeed in another one. */
export const SPINNERS = `import { defineAgent, defineTeam } from 'troupe'
const spin = defineAgent({ name: 'spin', heartbeatTimeoutMs: 2_000, retry: { maximumAttempts: 20, maximumIntervalMs: 1_000 }, run() {
  while (process.env.SPIN);
  return 'done'
} })
export default defineTeam({ name: 'spinners', agents: [spin] })`

export interface Opening {
  passed: Promise<void>
  open(): void
}

export function opening(): Opening {
  let open = (): void => undefined
  const passed = new Promise<void>((next) => (open = next))
  return { passed, open }
}

/** `slow` and `part` go on when this is opened. */
let gate = opening()

/** From now on they wait, and `broken` fails once more. */
export function closeGate(): void {
  gate = opening()
  printed = 0
}

export function openGate(): void {
  gate.open()
}

let printed = 0

const gated = (name: string, maxConcurrency: number) =>
  defineAgent({ name, maxConcurrency, run: () => gate.passed.then(() => 'passed') })

export const waitingTeam = defineTeam({
  name: 'waiters',
  agents: [
    gated('slow', 1),
    gated('part', 4),
    defineAgent({
      name: 'broken',
      retry: { maximumAttempts: 1 },
      run: () => (printed++ === 0 ? Promise.reject(new Error('no paper')) : 'printed'),
    }),
    defineAgent({
      name: 'flaky',
      retry: { maximumAttempts: 2, initialIntervalMs: 6_000 },
      run: (_, { attempt }) => (attempt === 1 ? Promise.reject(new Error('no route')) : 'there'),
    }),
    defineAgent({
      name: 'spawner',
      run: (_, context) => context.spawn([{ id: 'child', agentType: 'human', payload: { prompt: 'Child?' } }]),
    }),
  ],
})
