// MCP servers of an agent, as programs and behind addresses: only what the agent's list names is given, a server runs while it
// is needed and no longer, and a replay needs none.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { defineModelAgent } from 'troupe'
import { TroupeError } from '../../../src/contract/errors'
import type { McpServer } from '../../../src/contract/tools'
import { McpHttpServer } from '../../support/mcp-server'
import { toldIn, Toolbench, type Turn } from './support/toolbench'

const TOKEN = 'canary+mcp/0123456789'
/** Its name says nothing, and what stands in it means something to those who replace texts by it. */
const PASS = 'canary$&pass$$0123456789'
const ENV = ['MCP_MARKS', 'MCP_TOKEN', 'MCP_CHILD', 'MCP_PASS'] as const
const program: McpServer = {
  command: process.execPath,
  args: [join(__dirname, '../../support/mcp-program.cjs')],
  env: ['MCP_MARKS', 'MCP_TOKEN'],
}
let bench: Toolbench
let directory: string

beforeEach(() => {
  bench = new Toolbench()
  directory = mkdtempSync(join(tmpdir(), 'troupe-mcp-'))
  Object.assign(process.env, { MCP_MARKS: join(directory, 'marks'), MCP_TOKEN: TOKEN, MCP_PASS: PASS })
})
afterEach(() => {
  for (const name of ENV) delete process.env[name]
  rmSync(directory, { recursive: true, force: true })
})

function marks(): string[] {
  try {
    return readFileSync(join(directory, 'marks'), 'utf8').trimEnd().split('\n')
  } catch {
    return []
  }
}
const calls = (): string[] => marks().filter((mark) => mark.startsWith('call'))
const starts = (): number[] => marks().flatMap((mark) => (mark.startsWith('start ') ? Number(mark.slice(6)) : []))
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
/** Those that are not gone within seconds; one that has ended may still be waited for by its parent. */
async function leftRunning(): Promise<number[]> {
  for (let look = 0; look < 100 && starts().some(isRunning); look++) await new Promise((next) => setTimeout(next, 20))
  return starts().filter(isRunning)
}
const agentWith = (server: McpServer, ...tools: string[]) =>
  defineModelAgent({
    name: 'worker',
    instructions: 'Work.',
    tools: tools.map((name) => `tests/${name}`),
    mcp: { tests: server },
  })
const inside = (told: string): string => told.split('\n').slice(1, -1).join('\n')

test.each<[tool: string, input: object, told: string]>([
  ['echo', { text: 'hello\nthere' }, 'hello\nthere'],
  // It has the one that it was granted, and no model is told it
  ['token', {}, '[secret] undefined'],
  ['broken', {}, 'out of order'],
  ['wrong', {}, 'wrong takes no such input'],
  ['picture', {}, '[image/png: 4 characters of base64, not shown]'],
])('of a program the tool %s is called, and what it says is told', async (tool, input, told) => {
  process.env.MCP_OTHER = 'not passed'
  const output = await bench.attempt(agentWith(program, tool), {}, [[[`tests__${tool}`, input]], 'done'])
  delete process.env.MCP_OTHER
  expect(output).toBe('done')
  expect(bench.asked[0]!.tools).toEqual([
    expect.objectContaining({ name: `tests__${tool}`, description: `does ${tool}` }),
  ])
  expect(inside(toldIn(bench.asked[1]!)[0]!)).toBe(told)
  expect([calls(), await leftRunning()]).toEqual([[`call ${tool}`], []])
})

test('a tool that the server has and the list has not is not there', async () => {
  const turns: Turn[] = [[['tests__erase', {}]], [['erase', {}]], [['tests/erase', {}]], 'done']
  await bench.attempt(agentWith(program, 'echo'), {}, turns)
  expect(toldIn(bench.asked[3]!).every((told) => told.includes('unavailable tool'))).toBe(true)
  expect(calls()).toEqual([])
})

test('a replay asks the same, and starts no server', async () => {
  const agent = agentWith(program, 'echo')
  const turns: Turn[] = [[['tests__echo', { text: '1' }]], 'done']
  await bench.attempt(agent, {}, turns)
  expect(await bench.attempt(agent, {}, turns)).toBe('done')
  // A retry that has a live call to make starts it for that one
  const more: Turn[] = [turns[0]!, [['tests__echo', { text: '2' }]], 'done']
  const second = new Toolbench()
  await second.attempt(agent, {}, more.slice(0, 1)).catch(() => undefined)
  expect(starts().length).toBe(2)
  expect([bench.asked.length, calls().length]).toEqual([2, 2])
})

test('a server that dies ends the attempt, and the next one starts it again', async () => {
  const agent = agentWith(program, 'crash', 'echo')
  await expect(bench.attempt(agent, {}, [[['tests__crash', {}]], 'done'])).rejects.toMatchObject({
    code: 'ToolServerUnavailable',
    retryable: true,
    message: expect.stringMatching(
      /^the MCP server "tests" does not serve: .*; it said: the server has begun$/,
    ) as string,
  })
  expect(bench.asked).toHaveLength(1)
  const next = new Toolbench()
  expect(await next.attempt(agent, {}, [[['tests__echo', { text: 'back' }]], 'done'])).toBe('done')
})

test.each<[what: string, server: McpServer, tool: string, message: RegExp, retryable: boolean]>([
  ['a program that is not there', { command: 'no-such-program' }, 'echo', /does not serve: .*ENOENT/, false],
  ['a program that ends at once', { command: 'false' }, 'echo', /does not serve: /, true],
  ['a tool that it has not', program, 'ehco', /has no tool "ehco"$/, false],
  [
    'a variable that is not set',
    { ...program, env: ['MCP_NONE'] },
    'echo',
    /is handed MCP_NONE, which is not set$/,
    false,
  ],
  ['an address where nobody listens', { url: 'http://127.0.0.1:1/mcp' }, 'echo', /does not serve: /, true],
])('%s is told before the model is asked', async (_what, server, tool, message, retryable) => {
  await expect(bench.attempt(agentWith(server, tool), {}, ['done'])).rejects.toMatchObject({
    code: 'ToolServerUnavailable',
    message: expect.stringMatching(message) as string,
    retryable,
  })
  expect(bench.asked).toEqual([])
  expect(await leftRunning()).toEqual([])
})

test.each(['process.env.MCP_PASS', 'Buffer.from(process.env.MCP_PASS).toString("base64")'])(
  'of a program that dies, what it said is told without what it was handed: %s',
  async (what) => {
    const dying: McpServer = {
      command: process.execPath,
      args: ['-e', `console.error("refused", ${what}); process.exit(1)`],
      env: ['MCP_PASS'],
    }
    const error = await bench.attempt(agentWith(dying, 'echo'), {}, ['done']).catch((failure: unknown) => failure)
    expect(error).toMatchObject({ message: expect.stringMatching(/it said: refused \[secret\]$/) as string })
    expect(inspect(error)).not.toMatch(/canary|Y2FuYXJ5/)
  },
)

test('what a server says of its tools is told and kept without what it was handed', async () => {
  const chatty: McpServer = {
    ...program,
    env: ['MCP_MARKS', 'MCP_PASS'],
    args: [...program.args!, '--describe', 'MCP_PASS'],
  }
  await bench.attempt(agentWith(chatty, 'echo'), {}, ['done'])
  expect(bench.asked[0]!.tools).toEqual([expect.objectContaining({ description: 'does echo with [secret]' })])
  expect(inspect(bench, { depth: 20 })).not.toMatch(/canary.*pass/)
})

test('an abort in the middle of a call ends the program', async () => {
  const abort = new AbortController()
  // Its answer to the first question does not come: standard input is read by nobody
  const silent: McpServer = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }
  const running = bench.attempt(agentWith(silent, 'echo'), {}, ['done'], abort.signal)
  setTimeout(() => abort.abort(new TroupeError('Cancelled', 'enough')), 500)
  await expect(running).rejects.toMatchObject({ code: 'Cancelled' })
})

describe('behind an address', () => {
  let server: McpHttpServer
  const address = (variable = 'MCP_TOKEN'): McpServer => ({
    url: server.url,
    headers: { Authorization: `Bearer \${${variable}}` },
  })
  beforeEach(async () => void (server = await McpHttpServer.start({ tide: 'the tide is out', erase: 'erased' })))
  afterEach(() => server.close())

  test('it is called with its header, and nobody else sees what that holds', async () => {
    const output = await bench.attempt(agentWith(address(), 'tide'), {}, [[['tests__tide', {}]], 'done'])
    expect(output).toBe('done')
    expect(inside(toldIn(bench.asked[1]!)[0]!)).toBe('the tide is out')
    expect(server.called).toEqual(['tide'])
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true)
    expect(JSON.stringify(bench.asked)).not.toContain(TOKEN)
    const before = server.requests.length
    expect(await bench.attempt(agentWith(address(), 'tide'), {}, [[['tests__tide', {}]], 'done'])).toBe('done')
    expect(server.requests.length).toBe(before)
  })

  test.each<[status: number, retryable: boolean]>([
    [401, false],
    [503, true],
    [307, true],
  ])('%i is no answer, and the header is not quoted', async (status, retryable) => {
    server.status = status
    for (const [variable, value] of [
      ['MCP_TOKEN', TOKEN],
      ['MCP_PASS', PASS],
    ] as const) {
      const error = await bench
        .attempt(agentWith(address(variable), 'tide'), {}, ['done'])
        .catch((failure: unknown) => failure)
      expect(error).toMatchObject({ code: 'ToolServerUnavailable', retryable })
      expect(server.requests.at(-1)!.headers.authorization).toBe(`Bearer ${value}`)
      expect(inspect(error)).not.toMatch(/canary/)
    }
  })
})

test.each<[what: string, options: object, message: string]>([
  [
    'a server of which no tool is given',
    { tools: ['read_file'], mcp: { tests: program } },
    'no tool of the server "tests" is in "tools"',
  ],
  [
    'a secret in a header',
    { tools: ['t/x'], mcp: { t: { url: 'http://x.test', headers: { Authorization: `Bearer ${TOKEN}` } } } },
    'must name an environment variable',
  ],
  [
    'a value in the environment',
    { tools: ['t/x'], mcp: { t: { command: 'x', env: [`TOKEN=${TOKEN}`] } } },
    'must be the name of an environment variable',
  ],
  [
    'an address with a password',
    { tools: ['t/x'], mcp: { t: { url: `http://ann:${encodeURIComponent(TOKEN)}@x.test` } } },
    'must not hold a user or a password',
  ],
  ['neither program nor address', { tools: ['t/x'], mcp: { t: {} } }, 'agent.mcp.t.command: missing'],
  ['a name that is none', { tools: ['t/x'], mcp: { 'a/b': program } }, '"a/b" is not a name for an MCP server'],
])('refused is %s', (_what, options, message) => {
  const define = (): unknown => defineModelAgent({ name: 'x', instructions: 'Work.', ...options })
  expect(define).toThrow(
    expect.objectContaining({ code: 'InvalidTeam', message: expect.stringContaining(message) as string }) as Error,
  )
  expect(define).not.toThrow(/canary/)
})
