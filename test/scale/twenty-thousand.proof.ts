// 20,000 subtasks in one run: it continues as new on the way, and nothing is lost, repeated or started before its time.
import { cpus, totalmem } from 'node:os'
import { Client, Connection } from '@temporalio/client'
import { defineAgent, defineTeam } from '../../src/index'
import { useTroupe } from '../support/troupe'

const SUBTASKS = Number(process.env['TROUPE_TEST_SUBTASKS'] ?? 20_000)
/** Subtasks of a layer, each of which waits for two of the layer before. */
const WIDTH = 500

const test = useTroupe('scale')
const calls = new Map<string, number>()
const work = defineAgent({
  name: 'work',
  maxConcurrency: 200,
  run: (_, { task }) => void calls.set(task.id, (calls.get(task.id) ?? 0) + 1),
})
const team = defineTeam({ name: 'scale', agents: [work] })

const subtasks = Array.from({ length: SUBTASKS }, (_, at) => ({
  id: `s${at}`,
  agentType: 'work',
  dependsOn: at < WIDTH ? [] : [`s${at - WIDTH}`, `s${at - WIDTH + (at % WIDTH === 0 ? 1 : -1)}`],
}))

it(`runs ${SUBTASKS} subtasks, each once`, async () => {
  await test.serve(team)
  const began = Date.now()
  const run = await test.troupe.start({ name: 'many', subtasks }, { team })
  let peak = 0
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 250)
  const { status, counts } = await run.outcome()
  clearInterval(watch)
  const seconds = (Date.now() - began) / 1000
  expect({ status, counts }).toEqual({
    status: 'succeeded',
    counts: { succeeded: SUBTASKS, failed: 0, skipped: 0, cancelled: 0 },
  })
  expect(calls.size).toBe(SUBTASKS)
  expect([...calls.values()].every((count) => count === 1)).toBe(true)

  const events = await run.getEventLog()
  expect(events.map(({ offset }) => offset)).toEqual(events.map((_, at) => at))
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  const ended = new Set<string>()
  const dependsOn = new Map(subtasks.map((one) => [one.id, one.dependsOn]))
  for (const { type, payload } of events) {
    const { subtask } = payload as { subtask: string }
    if (type === 'subtask.started') expect(dependsOn.get(subtask)!.every((id) => ended.has(id))).toBe(true)
    if (type === 'subtask.completed') ended.add(subtask)
  }
  expect(ended.size).toBe(SUBTASKS)
  const links = await linksOf(run.id)
  expect(links.length).toBeGreaterThan(1)
  for (const { events: length } of links) expect(length).toBeLessThan(51_200)
  report({
    subtasks: SUBTASKS,
    seconds,
    perSecond: Math.round(SUBTASKS / seconds),
    links: links.length,
    longestHistory: Math.max(...links.map((link) => link.events)),
    peakRssMb: Math.round(peak / 1e6),
  })
}, 1_800_000)

async function linksOf(workflowId: string): Promise<{ runId: string; events: number }[]> {
  const connection = await Connection.connect({ address: test.address })
  const { workflow } = new Client({ connection, namespace: test.namespace })
  const links: { runId: string; events: number }[] = []
  for await (const { runId, historyLength } of workflow.list({ query: `WorkflowId = '${workflowId}'` }))
    links.push({ runId, events: historyLength ?? 0 })
  await connection.close()
  return links
}

function report(figures: Record<string, number>): void {
  const machine = { cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version }
  process.stderr.write(`${JSON.stringify({ ...figures, ...machine })}\n`)
}
