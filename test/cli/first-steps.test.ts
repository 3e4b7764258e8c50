// From nothing: init writes what runs, with a server of our own that the commands start, find and stop.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOutcome } from '../../src/client/outcome'
import { Workplace } from './support/command'

let place: Workplace
/** Nothing names a server: Troupe's own is used. */
const environment = { TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, TEMPORAL_CONFIG_FILE: '/nowhere' }
const alone = (...args: string[]) => place.start(args, { environment }).finished
beforeAll(async () => void (place = await Workplace.open('cli-first')))
afterAll(async () => {
  await alone('server', 'stop')
  place.close()
})

it('init writes a team and a plan that run, on a server that run starts', async () => {
  const { code, stdout } = await alone('init')
  expect([code, stdout]).toEqual([0, expect.stringContaining('next: troupe run plan.yaml')])
  const ran = await alone('run', 'plan.yaml', '--input', '{"name": "Ada"}', '-o', 'json')
  expect(ran.code).toBe(0)
  expect((JSON.parse(ran.stdout) as RunOutcome).results).toMatchObject({
    greeting: { output: { text: 'Hello, Ada!' } },
    letters: { output: { letters: 8 } },
  })
  expect(ran.stderr).toContain('starting a Temporal server')
  expect(await alone('task', 'counter', '--team', 'team.ts', '--payload', '{"text": "abc"}')).toMatchObject({ code: 0 })
})

it('init overwrites nothing, not even one of the two', async () => {
  place.write('sub-plan.yaml', '')
  const before = readFileSync(join(place.directory, 'team.ts'), 'utf8')
  const again = await alone('init')
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('team.ts and plan.yaml exist')])
  expect(readFileSync(join(place.directory, 'team.ts'), 'utf8')).toBe(before)
  expect((await alone('init', 'deep/er')).code).toBe(0)
  expect((await alone('validate', 'deep/er/plan.yaml')).code).toBe(0)
})

it('the summary names the run’s page in the Temporal UI', async () => {
  expect((await alone('result')).stdout).toMatch(
    /Temporal UI: http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\//,
  )
})

it('server start finds what runs, status shows it, stop ends it', async () => {
  const started = JSON.parse((await alone('server', 'start', '-o', 'json')).stdout) as { address: string }
  const status = await alone('server', 'status')
  expect(status.stdout).toContain(`running: ${started.address}`)
  expect(await alone('server', 'stop')).toMatchObject({ code: 0, stdout: 'stopped\n' })
  expect(await alone('server', 'stop')).toMatchObject({ code: 0, stdout: 'no server of Troupe runs here\n' })
  expect((await alone('server', 'status')).stdout).toContain('stopped')
})

it('server start leaves a server that the environment names alone, and status says whether it answers', async () => {
  const started = await place.run('server', 'start')
  expect([started.code, started.stderr]).toEqual([2, expect.stringContaining(place.address)])
  expect((await place.run('server', 'status')).stdout).toContain(
    `in use: ${place.address}, namespace ${place.namespace} (answers)`,
  )
})
