// A model's tool calls over several attempts of its execution: what was recorded is not done again, what was not is done once
// more, and the files are those of the newest record.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tool } from 'ai'
import { defineAgent, defineModelAgent } from 'troupe'
import { z } from 'zod'
import type { LedgerCall, LedgerPort } from '../../../src/agents/host-port'
import { TroupeError } from '../../../src/contract/errors'
import { sandboxTest } from '../../support/sandbox'
import { workingCopiesOf } from '../../support/working-copies'
import { toldIn, Toolbench, type Turn } from './support/toolbench'

const write = (path: string, content: string): [string, unknown] => ['write_file', { path, content }]
const agent = defineModelAgent({
  name: 'worker',
  instructions: 'Work.',
  tools: ['write_file', 'edit_file', 'read_file', 'run_command'],
})
const TURNS: Turn[] = [[write('a', '1')], [write('b', '2'), write('a', '3')], [['read_file', { path: 'a' }]], 'done']
const RESULT = { a: '3', b: '2' }

/** A ledger whose process dies at a moment: whatever is asked of it from then on fails. */
function dyingAt(ledger: LedgerPort, moment: (call: LedgerCall, phase: 'before' | 'after') => boolean): LedgerPort {
  let dead = false
  const alive = (): void => {
    if (dead) throw new TroupeError('WorkerShutdown', 'killed', { retryable: true })
  }
  return {
    ...ledger,
    recall: async (call) => (alive(), ledger.recall(call)),
    begin: async (...begun) => (alive(), ledger.begin(...begun)),
    refused: async (call) => (alive(), ledger.refused(call)),
    async record(call, entry) {
      dead ||= moment(call, 'before')
      alive()
      const standing = await ledger.record(call, entry)
      dead ||= moment(call, 'after')
      alive()
      return standing
    },
  }
}

/** The records that an undisturbed execution makes, as `kind name`. */
async function recordsOf(turns: Turn[]): Promise<string[]> {
  const bench = new Toolbench()
  const seen: string[] = []
  bench.ledger = dyingAt(bench.ledger, ({ kind, name }, phase) => {
    if (phase === 'after') seen.push(`${kind} ${name}`)
    return false
  })
  await bench.attempt(agent, {}, turns)
  return seen
}

test('killed before or after any record, an execution ends with the same files, and makes one call again at most', async () => {
  const records = await recordsOf(TURNS)
  expect(records).toHaveLength(8)
  for (let place = 0; place < records.length; place++) {
    for (const phase of ['before', 'after'] as const) {
      const bench = new Toolbench()
      const { ledger } = bench
      let seen = 0
      let live = 0
      bench.ledger = dyingAt(ledger, (_call, at) => {
        if (at === 'before') live++
        return at === phase && seen++ === place
      })
      await expect(bench.attempt(agent, {}, TURNS)).rejects.toThrow('killed')
      bench.ledger = dyingAt(ledger, (_call, at) => (at === 'before' && live++, false))
      const output = (await bench.attempt(agent, {}, TURNS)) as { output: string; snapshot: string }
      expect([place, phase, output.output, await bench.texts(output.snapshot)]).toEqual([place, phase, 'done', RESULT])
      expect(live - records.length).toBeLessThanOrEqual(1)
    }
  }
})

sandboxTest(
  'calls at once that change files are made one at a time, in their order, and readers see what was changed before',
  async () => {
    const bench = new Toolbench()
    const turns: Turn[] = [
      [
        ['run_command', { command: 'sleep 0.3; echo 1 > a' }],
        ['read_file', { path: 'a' }],
        ['edit_file', { path: 'a', old_text: '1', new_text: '2' }],
        ['run_command', { command: 'cat a; echo 3 >> a' }],
        ['read_file', { path: 'a' }],
      ],
      'done',
    ]
    const output = (await bench.attempt(agent, {}, turns)) as { snapshot: string }
    expect(await bench.texts(output.snapshot)).toEqual({ a: '2\n3\n' })
    const told = toldIn(bench.asked[1]!)
    expect(told.map((one) => one.split('\n').at(-2))).toEqual(['', '1', 'edited "a" at line 1', '', '3'])
    // A replay tells the same, and makes nothing live
    const before = bench.asked.length
    expect(await bench.attempt(agent, {}, turns)).toEqual(output)
    expect(bench.asked.length).toBe(before)
  },
)

sandboxTest('an execution that is aborted in the middle of a command leaves no directory behind', async () => {
  const bench = new Toolbench()
  const abort = new AbortController()
  const turns: Turn[] = [[['run_command', { command: 'sleep 60' }]], 'done']
  const running = bench.attempt(agent, {}, turns, abort.signal)
  while (workingCopiesOf(process.pid).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  abort.abort(new TroupeError('Cancelled', 'enough'))
  await expect(running).rejects.toThrow('enough')
  while (workingCopiesOf(process.pid).length > 0) await new Promise((resolve) => setTimeout(resolve, 20))
})

test('what one call left is what the next builds on, also where one in between has failed', async () => {
  const bench = new Toolbench()
  const turns: Turn[] = [
    [write('a', '1'), ['edit_file', { path: 'a', old_text: 'none', new_text: '' }], write('b', '2')],
    'done',
  ]
  const first = (await bench.attempt(agent, {}, turns)) as { snapshot: string }
  expect(await bench.texts(first.snapshot)).toEqual({ a: '1', b: '2' })
  expect(await bench.attempt(agent, {}, turns)).toEqual(first)
})

test('a store that fails ends the attempt: the model is told nothing, and no further call is begun', async () => {
  const bench = new Toolbench()
  const put = bench.artifacts.put.bind(bench.artifacts)
  let fails = true
  bench.artifacts.put = async (content) => {
    if (fails && Buffer.from(content as string).toString() === '1')
      throw new TroupeError('StoreUnavailable', 'full', { retryable: true })
    return put(content)
  }
  let own = 0
  const counting = { name: 'own', tool: tool({ inputSchema: z.object({}), execute: () => ++own }) }
  const both = defineModelAgent({ name: 'worker', instructions: 'Work.', tools: ['write_file', counting] })
  const turns: Turn[] = [[write('a', '1'), write('b', '2')], [['own', {}]], 'done']
  await expect(bench.attempt(both, {}, turns)).rejects.toMatchObject({ code: 'StoreUnavailable', retryable: true })
  expect([bench.asked.length, own]).toEqual([1, 0])
  fails = false
  const output = (await bench.attempt(both, {}, turns)) as { snapshot: string }
  expect(await bench.texts(output.snapshot)).toEqual({ a: '1', b: '2' })
  expect(own).toBe(1)
})

test('a function takes and hands on files as agents with tools do', async () => {
  const bench = new Toolbench()
  let copied = ''
  const shout = defineAgent({
    name: 'shout',
    input: z.object({ snapshot: z.string() }),
    run: ({ snapshot }, context) =>
      context.snapshot.copy(snapshot, async (directory) => {
        copied = directory
        writeFileSync(join(directory, 'b'), readFileSync(join(directory, 'a'), 'utf8').toUpperCase())
        return context.snapshot.take(directory)
      }),
  })
  const left = await bench.attempt(shout, { snapshot: await bench.files({ a: 'tide' }) }, [])
  expect(await bench.texts(left as string)).toEqual({ a: 'tide', b: 'TIDE' })
  expect(existsSync(copied)).toBe(false)
})

test('tools of one’s own stand in the list beside the others, by whatever name', async () => {
  const bench = new Toolbench()
  const search = tool({ inputSchema: z.object({ query: z.string() }), execute: ({ query }) => `found ${query}` })
  const mixed = defineModelAgent({
    name: 'worker',
    instructions: 'Work.',
    tools: ['read_file', { name: 'search', tool: search }],
  })
  const output = await bench.attempt(mixed, {}, [[['search', { query: 'tides' }]], 'done'])
  expect(output).toBe('done')
  expect(toldIn(bench.asked[1]!)[0]).toContain('found tides')
  // The output's type follows from the tools
  const typed: { answer: Promise<string>; files: Promise<{ output: string; snapshot: string }> } | undefined =
    bench.asked.length > 0 ? undefined : { answer: mixed.execute(null!, null!), files: agent.execute(null!, null!) }
  expect(typed).toBeUndefined()
})

test.each<[what: string, tools: never[] | unknown, message: string]>([
  ['a name that is nearly one', ['read_fiel'], 'unknown tool "read_fiel" (did you mean "read_file"?)'],
  ['a server that is not there', ['files/read'], 'unknown MCP server "files" (there are no servers in "mcp")'],
  ['one twice', ['search', 'search'], 'the tool "search" is given twice'],
  ['an unknown key', [{ name: 'search', aprove: 'always' }], 'unknown key "aprove"'],
  ['no host', [{ name: 'run_command', network: ['http://x'] }], 'must be a host'],
  ['a pattern that is none', [{ name: 'search', approve: 'once', approveWhere: '(' }], 'must be a regular expression'],
  [
    'a secret in the place of its name',
    [{ name: 'run_command', secrets: ['TOKEN=x'] }],
    'must be the name of an environment variable',
  ],
])('refused is %s', (_what, tools, message) => {
  const define = (): unknown => defineModelAgent({ name: 'x', instructions: 'Work.', tools: tools as never[] })
  expect(define).toThrow(
    expect.objectContaining({ code: 'InvalidTeam', message: expect.stringContaining(message) as string }) as Error,
  )
})
