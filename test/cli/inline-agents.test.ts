// Inline agents of open runs: found in their manifests, served while a run needs them, and none in the way of another.
import type { AgentManifest } from '../../src/contract/agent'
import type { RunKey } from '../../src/contract/messages'
import { preparedRecord } from '../../src/contract/records'
import { InlineAgents } from '../../src/hosting/inline-agents'
import type { Store } from '../../src/storage/store'

const agent = (name: string): AgentManifest =>
  ({ name, taskQueue: `agent.p.${name}`, inline: { kind: 'use', team: 'troupe', agent: 'echo' } }) as AgentManifest
const run = (id: string): RunKey => ({ workflowId: id, firstRunId: `${id}-first` })

/** Open runs with their agents; undefined where a plan is not prepared, an error where the store fails. */
function setting(runs: Map<string, AgentManifest[] | undefined | Error>, cannot: string[] = []) {
  const said: string[] = []
  const served = new Set<string>()
  const specs = new Map<string, unknown>()
  let reads = 0
  const store = {
    records: {
      read: async (name: string) => {
        reads++
        const found = [...runs].find(([id]) => name === preparedRecord(run(id)))?.[1]
        if (found instanceof Error) throw found
        if (!found) return undefined
        specs.set(name, { team: { agents: found } })
        return { spec: name }
      },
    },
    artifacts: { get: async (name: string) => Buffer.from(JSON.stringify(specs.get(name))) },
  } as unknown as Store
  const inline = new InlineAgents({
    openRuns: async () => [...runs.keys()].map(run),
    store,
    worker: {
      serves: (queue) => served.has(queue),
      servesOnDemand: (agent) => agent.inline !== undefined,
      serveManifest: async ([wanted]) => {
        if (wanted!.name === 'broken') throw new Error('broken cannot be served')
        if (cannot.includes(wanted!.name)) return [wanted!]
        served.add(wanted!.taskQueue)
        return []
      },
      stopServing: async (queue) => void served.delete(queue),
    },
    onChange: (change, { name }) => said.push(`${change} ${name}`),
    onError: (message) => said.push(message),
  })
  return { inline, served, said, reads: () => reads }
}

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())
const look = (): Promise<void> => jest.advanceTimersByTimeAsync(2_500)

it('serves what open runs declare, and ends what none needs any more', async () => {
  const runs = new Map<string, AgentManifest[] | undefined>([
    ['a', [agent('x')]],
    ['b', [agent('x'), agent('y')]],
  ])
  const { inline, served, said } = setting(runs)
  await inline.start()
  expect([...served]).toEqual(['agent.p.x', 'agent.p.y'])
  runs.delete('b')
  await look()
  expect([...served]).toEqual(['agent.p.x'])
  runs.delete('a')
  await look()
  expect(said).toEqual(['served x', 'served y', 'ended y', 'ended x'])
  await inline.stop()
})

it('looks again at a run that was not prepared, and not at one that it knows', async () => {
  const runs = new Map<string, AgentManifest[] | undefined>([['a', undefined]])
  const { inline, said, reads } = setting(runs)
  await inline.start()
  runs.set('a', [agent('x')])
  await look()
  expect(said).toEqual(['served x'])
  const known = reads()
  await look()
  expect(reads()).toBe(known)
  await inline.stop()
})

it('tells once what it cannot serve and what fails, and goes on with the others', async () => {
  const runs = new Map<string, AgentManifest[] | Error>([
    ['a', new Error('the store is away')],
    ['b', [agent('broken'), agent('secret'), agent('x')]],
  ])
  const { inline, served, said } = setting(runs, ['secret'])
  await inline.start()
  await look()
  expect(said).toEqual(['the store is away', 'broken cannot be served', 'missing secret', 'served x'])
  expect([...served]).toEqual(['agent.p.x'])
  await inline.stop()
})

it('leaves agents alone that were served for another reason', async () => {
  const { inline, served, said } = setting(new Map([['a', [agent('x')]]]))
  served.add('agent.p.x')
  await inline.start()
  await look()
  expect([said, [...served]]).toEqual([[], ['agent.p.x']])
  await inline.stop()
})
