// The code team's worker killed in the middle of each of its five agents, one after the other, in one run: `attach` delivers
// what an undisturbed run delivers, and no answer that had arrived is asked for again.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Workplace, type Running } from '../cli/support/command'
import type { OpenAiServer } from '../support/openai-server'
import { agentOf, DEMO_CALLS, startDemoServer } from '../support/demo-server'

const AGENTS = ['spec-agent', 'architect-agent', 'coder-agent', 'test-agent', 'reviewer-agent']

jest.setTimeout(240_000)

let place: Workplace
let server: OpenAiServer
/** The agent that gets no answer, nor those after it, until it is released. */
let held: { agent: string; asked: () => void; released: Promise<void> } | undefined

beforeAll(async () => {
  place = await Workplace.open('code-crash')
  server = await startDemoServer(async (request) => {
    const agent = agentOf(request)
    if (!held || AGENTS.indexOf(agent) < AGENTS.indexOf(held.agent)) return
    const { released } = held
    if (agent === held.agent) held.asked()
    await released
  })
})
afterAll(async () => {
  place.close()
  await server.close()
})

function start(...args: string[]): Running {
  const environment = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'key-of-the-crash-test' }
  return place.start(args, { environment })
}

/** Holds back an agent's answers; resolves when one was asked for. */
function hold(agent: string): { asked: Promise<void>; release: () => void } {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const asked = new Promise<void>((resolve) => (held = { agent, asked: resolve, released }))
  const letGo = (): void => {
    held = undefined
    release()
  }
  return { asked, release: letGo }
}

/** Path → content, without what tells of the run itself. */
function delivered(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    files
      .map((file) => [file.slice(directory.length + 1), readFileSync(file, 'utf8')] as const)
      .filter(([name]) => name !== 'REPORT.md' && name !== 'run.json'),
  )
}

test('a worker that is killed in each agent costs one answer each time, and the delivery is the same', async () => {
  const common = ['--model', 'openai/demo', '--allow-unsandboxed']
  const whole = await start('code', 'settle expenses', '--id', 'whole', ...common).finished
  expect([whole.code, whole.stderr]).toEqual([0, expect.any(String)])
  expect(server.requests).toHaveLength(DEMO_CALLS)
  const expected = delivered(join(place.directory, 'troupe-out', 'whole'))
  expect(Object.keys(expected)).toEqual(expect.arrayContaining(['package.json', 'src/money.js', 'test/cli.test.js']))
  server.reset()

  const args = ['code', 'settle expenses', '--id', 'killed', ...common]
  for (const agent of AGENTS) {
    const { asked, release } = hold(agent)
    const running = start(...(agent === AGENTS[0] ? args : ['attach', 'killed', '--allow-unsandboxed']))
    await Promise.race([
      asked,
      running.finished.then((ended) => Promise.reject(new Error(`it ended: ${JSON.stringify(ended)}`))),
    ])
    running.child.kill('SIGKILL')
    await running.finished
    release()
  }
  const last = start('attach', 'killed', '--allow-unsandboxed')
  const { code, stderr } = await last.finished
  expect([code, stderr]).toEqual([0, expect.any(String)])
  expect(delivered(join(place.directory, 'troupe-out', 'killed'))).toEqual(expected)

  // Parallel agents are cut off together with the one that is waited for: each costs at most the answer that was on its way
  const report = JSON.parse(readFileSync(join(place.directory, 'troupe-out', 'killed', 'run.json'), 'utf8')) as {
    tokensUsed: number
    unconfirmedCalls: number
  }
  expect(report.unconfirmedCalls).toBeGreaterThanOrEqual(AGENTS.length)
  expect(server.requests.length).toBeGreaterThanOrEqual(DEMO_CALLS + AGENTS.length)
  expect(server.requests.length).toBeLessThanOrEqual(DEMO_CALLS + report.unconfirmedCalls)
  expect(existsSync(join(place.directory, 'troupe-out', 'killed', 'REPORT.md'))).toBe(true)
})
