// Agents in processes of their own: a function and a class that do well, and one that goes wrong in its first attempt.
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { BaseAgentService, defineAgent, defineTeam, type AgentContext, type AgentTask } from 'troupe'
import { z } from 'zod'

/** Fails a test that waits for nothing, instead of hanging. */
const PATIENCE_MS = 20_000
const sink: unknown[] = []

async function misbehave(how: string): Promise<void> {
  if (how === 'exit') process.exit(3)
  if (how === 'killed') process.kill(process.pid, 'SIGKILL')
  if (how === 'loop') for (;;);
  if (how === 'heap') for (;;) sink.push(Array.from({ length: 10_000 }, (_, index) => ({ index })))
  if (how === 'buffers') for (;;) sink.push(Buffer.alloc(20_000_000, 1), await sleep(5))
  await sleep(PATIENCE_MS)
}

const input = z.object({ how: z.string(), pidFile: z.string(), attempts: z.int().default(1_000) })
const settings = { isolation: 'process' as const, memoryMb: 64, maxConcurrency: 3 }

/** Goes wrong as often as it is told, and then says where it runs. */
function wrong(name: string, timeoutMs: number, maximumAttempts: number) {
  return defineAgent({
    ...settings,
    name,
    timeoutMs,
    retry: { maximumAttempts, initialIntervalMs: 50 },
    input,
    async run({ how, pidFile, attempts }, { task, attempt }) {
      appendFileSync(pidFile, `${task.id} ${process.pid}\n`)
      if (attempt <= attempts) await misbehave(how)
      return { pid: process.pid, attempt }
    },
  })
}

/** Does all that a context offers, and waits in the middle for a file, so that it can be looked at. */
const talks = defineAgent({
  ...settings,
  name: 'talks',
  input: z.object({ goFile: z.string(), artifact: z.string() }),
  async run({ goFile, artifact }, context) {
    context.progress({ read: (await context.artifacts.get(artifact)).length })
    while (!existsSync(goFile)) await sleep(50, undefined, { signal: context.signal })
    await context.publish('note.made', { pid: process.pid })
    const kept = await context.artifacts.put('from the child')
    context.spawn([{ id: 'more', agentType: 'echo', payload: { kept } }], { output: 'more' })
  },
})

class Counter extends BaseAgentService {
  private count = 0

  override async execute(task: AgentTask, { runId, attempt, signal }: AgentContext): Promise<unknown> {
    await sleep(10, undefined, { signal })
    return { task: task.id, runId, attempt, count: ++this.count, pid: process.pid }
  }
}

export const isolatedTeam = defineTeam({
  name: 'isolated',
  module: __filename,
  agents: [
    wrong('recovers', 30_000, 2),
    wrong('fails', 30_000, 1),
    wrong('recovers-in-time', 6_000, 2),
    wrong('fails-in-time', 2_000, 1),
    talks,
    new Counter({ ...settings, name: 'counter', maxConcurrency: 1 }),
  ],
})
