// The short examples, as they are, in processes of their own against the real server.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChildProcess } from 'node:child_process'
import wrapped from '../../examples/wrap-function/team'
import { executeAgent } from '../../src/testing'
import { testNamespace } from '../support/server'
import { runTypeScript, startTypeScript } from '../support/typescript-process'

let directory: string

beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'troupe-examples-'))))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function environment(name: string): Promise<NodeJS.ProcessEnv> {
  const { address, namespace } = await testNamespace(name)
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TROUPE_STORE: join(directory, name) }
}

/** What a process says up to a line that matches; fails if it ends before. */
function said(child: ChildProcess, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const hear = (chunk: Buffer): void => {
      text += chunk.toString()
      if (wanted.test(text)) resolve()
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('close', () => reject(new Error(`it ended without ${wanted}: ${text}`)))
  })
}

test('first-run: agents, a typed plan, events, results and a single task', async () => {
  const finished = await runTypeScript('examples/first-run/first-run.ts', {
    environment: await environment('first-run'),
  })
  expect(finished).toMatchObject({ exitCode: 0 })
  expect(finished.stdout).toContain('## what are tides?\\n## why are tides?')
  expect(finished.stdout).toContain('what are waves?')
  expect(finished.stderr).toMatch(/subtask\.completed \{\s+subtask: 'outline'/)
})

test("plain-worker serves Troupe in one's own workers; plain-client starts a plan and reads it without Troupe", async () => {
  const settings = { environment: await environment('plain') }
  const worker = startTypeScript('examples/plain-worker/worker.ts', settings)
  const ended = once(worker, 'close')
  try {
    await said(worker, /serving troupe, agent\.docs\.outline, agent\.docs\.draft/)
    const client = await runTypeScript('examples/plain-client/client.ts', settings)
    expect(client).toMatchObject({ exitCode: 0, stderr: '' })
    const [result, events] = client.stdout.split('\nrun.started')
    expect(result).toBe('succeeded ## what are tides?\n## why tides?')
    expect(events).toMatch(/^ task\.created task\.created subtask\.started subtask\.completed .*run\.completed\n$/)
  } finally {
    worker.kill('SIGTERM')
    await ended
  }
  expect(worker.exitCode).toBe(0)
})

test('the plain client imports nothing of Troupe', () => {
  const imports = readFileSync('examples/plain-client/client.ts', 'utf8').match(/from '.*'/g)
  expect(imports).toEqual(["from '@temporalio/client'"])
})

test('wrap-function: an existing function is an agent in at most ten lines', async () => {
  expect(readFileSync('examples/wrap-function/team.ts', 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(10)
  const { output } = await executeAgent(wrapped.agents[0]!, { title: 'Hello, Wörld 2' })
  expect(output).toBe('hello-wörld-2')
})
