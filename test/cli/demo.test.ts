// `troupe demo`: in a pipe and on a terminal, with nothing configured. All but the model's words is real.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NO_MODEL, until, Workplace } from './support/command'
import { startInTerminal } from './support/terminal'

const NOTICE = 'OFFLINE DEMO: no model was called'
/** Promised with a server at hand. */
const LIMIT_MS = 60_000

let place: Workplace
beforeAll(async () => void (place = await Workplace.open('cli-demo')))
afterAll(() => place.close())

function delivered(): string {
  const [name, ...others] = readdirSync(join(place.directory, 'troupe-out')).filter((one) => !one.startsWith('.'))
  expect(others).toEqual([])
  return join(place.directory, 'troupe-out', name!)
}

it('in a pipe: says first and last that no model was called, finds the bug, mends it, and delivers what passes', async () => {
  const { code, stdout, stderr, tookMs } = await place.start(['demo'], { environment: NO_MODEL }).finished
  expect(code).toBe(0)
  expect(tookMs).toBeLessThan(LIMIT_MS)
  const lines = stdout.trimEnd().split('\n')
  expect([lines[0], lines.at(-1)]).toEqual([NOTICE, NOTICE])
  expect(stdout).toMatch(/ {2}tests +\d+ passed, 0 failed · round 2( · without a sandbox)?\n/)
  expect(stderr).toMatch(/subtask\.completed +build\/decide\/check/)
  const folder = delivered()
  const { rounds, architecture } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as {
    rounds: { check: { passed: boolean; tests: { status: string }[] } }[]
    architecture: { modules: { imports: string[] }[] }
  }
  expect(rounds.map(({ check }) => check.passed)).toEqual([false, true])
  expect(rounds[0]!.check.tests.filter(({ status }) => status === 'failed').length).toBeGreaterThan(0)
  expect(architecture.modules.length).toBeGreaterThanOrEqual(3)
  expect(architecture.modules.filter(({ imports }) => imports.length > 0).length).toBeGreaterThan(0)
  expect(readFileSync(join(folder, 'REPORT.md'), 'utf8')).toContain('```mermaid')
  expect(Object.keys(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))).not.toContain('dependencies')
  execFileSync(process.execPath, ['--test'], { cwd: folder, env: { PATH: process.env['PATH'] } })
})

it('on a terminal: the tree grows, a picture is drawn over the last, and the summary stays', async () => {
  const demo = startInTerminal(place, ['demo', '--dir', 'shown'], NO_MODEL)
  await until(() => demo.screen().includes('waits for what it spawned'), undefined, LIMIT_MS)
  const { code, screen } = await demo.finished
  expect(code).toBe(0)
  expect(screen.startsWith(NOTICE)).toBe(true)
  expect(screen.trimEnd().endsWith(NOTICE)).toBe(true)
  // Recorded answers take no time: which subtasks are caught at work is chance
  expect(screen).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] (spec +spec-agent|architect +architect-agent|build +rounds)/)
  expect(screen).toMatch(/✓ spec +spec-agent +.* tokens/)
  expect(screen).toMatch(/\n {6}. code-\w+ +coder-agent/)
  expect(screen).toMatch(/\n {2}\d\d:\d\d:\d\d {2}subtask\.completed +spec/)
  expect(screen).toMatch(/✓ code-\w{4} succeeded in .*\n {2}files +\d+ files in shown\n/)
})

it('as an object: nothing but that on standard output', async () => {
  const args = ['demo', '--dir', 'object', '-o', 'json']
  const { code, stdout, stderr } = await place.start(args, { environment: NO_MODEL }).finished
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { status: 'succeeded', done: true, rounds: 2 }])
  const notices = stderr.split('\n').filter((line) => line === NOTICE)
  expect(notices).toHaveLength(2)
})
