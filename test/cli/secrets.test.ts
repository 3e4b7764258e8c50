// A key in the environment, over a whole code run and a refused one: it goes to the provider, and is found nowhere else.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startDemoServer } from '../support/demo-server'
import type { OpenAiServer } from '../support/openai-server'
import { Workplace, type Finished } from './support/command'

const CANARY = 'canary-7f3a9c51e2'
/** Goes through everything that the key must not go through: if it is found, so would the key be. */
const CONTROL = 'control-4b8d20f6aa'

jest.setTimeout(120_000)

let place: Workplace
let server: OpenAiServer

beforeAll(async () => {
  place = await Workplace.open('secrets')
  server = await startDemoServer()
})
afterAll(async () => {
  await run('server', 'stop')
  place.close()
  await server.close()
})

/** On a Temporal server of its own, whose database and log are in the directory that is searched. */
function run(...args: string[]): Promise<Finished> {
  const environment = {
    TEMPORAL_ADDRESS: undefined,
    TEMPORAL_NAMESPACE: undefined,
    OPENAI_BASE_URL: server.url,
    OPENAI_API_KEY: CANARY,
  }
  return place.start(args, { environment }).finished
}

/** The files below the workplace that hold a text, as it is or in base64. */
function holding(text: string): string[] {
  const forms = [text, ...[0, 1, 2].map((shift) => base64Core(text, shift))].map((form) => Buffer.from(form))
  return readdirSync(place.directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file)
      return forms.some((form) => bytes.includes(form))
    })
    .map((file) => file.slice(place.directory.length + 1))
}

/** What of a text's base64 does not depend on what stands around it, if it begins `shift` bytes into a group of three. */
function base64Core(text: string, shift: number): string {
  return Buffer.from('x'.repeat(shift) + text)
    .toString('base64')
    .slice(4, -4)
}

test('neither database, histories, logs, artifacts, reports nor recordings hold it', async () => {
  const code = ['code', `settle expenses ${CONTROL}`, '--model', 'openai/demo', '--allow-unsandboxed']
  const built = await run(...code, '--id', 'built', '--record', 'recording.json')
  expect([built.code, built.stderr]).toEqual([0, expect.any(String)])

  // A provider that returns the key in its refusal
  server.next({ kind: 'status', status: 401, message: 'this key is not valid' })
  const refused = await run(...code, '--id', 'refused')
  expect(refused.code).toBe(4)
  expect(refused.stdout + refused.stderr).toContain('OPENAI_API_KEY')

  const read = await Promise.all(
    [['status'], ['result'], ['events']].map(([command]) => run(command!, 'refused', '--output', 'json')),
  )
  for (const { stdout, stderr } of [built, refused, ...read]) expect(stdout + stderr).not.toContain(CANARY)
  expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${CANARY}`)).toBe(true)

  await run('server', 'stop')
  const control = holding(CONTROL)
  expect(control).toEqual(
    expect.arrayContaining([expect.stringMatching(/\.db(-wal)?$/), expect.stringMatching(/store/)]),
  )
  expect(control).toEqual(expect.arrayContaining(['troupe-out/built/REPORT.md', 'troupe-out/built/run.json']))
  expect(holding(CANARY)).toEqual([])
})
