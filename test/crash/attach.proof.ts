// The command killed in the middle of a run of inline agents: none of its processes lives on, and `attach` sees the run through.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { testNamespace } from '../support/server'

const run = promisify(execFile)
const directory = mkdtempSync(join(tmpdir(), 'troupe-attach-'))
const marks = join(directory, 'marks')
const main = resolve('dist/src/cli/main.js')
let environment: NodeJS.ProcessEnv

jest.setTimeout(120_000)

beforeAll(async () => {
  const { address, namespace } = await testNamespace('attach')
  environment = {
    ...process.env,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TROUPE_DIR: join(directory, '.troupe'),
    MARKS: marks,
  }
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Each step writes that it began and ended, and leaves a child of its own behind while it works. */
function writePlan(): string {
  const step =
    'echo "begin $STEP" >> "$MARKS"; setsid sleep 61.25 & sleep "$1"; echo "end $STEP" >> "$MARKS"; kill $! 2>/dev/null; echo ok'
  const subtasks = Array.from({ length: 6 }, (_, index) => ({
    id: `s${index}`,
    agentType: 'step',
    payload: { step: `s${index}`, seconds: index < 2 ? 0.2 : 1.5 },
    dependsOn: index === 0 ? [] : [`s${index - 1}`],
  }))
  const agents = { step: { command: ['sh', '-c', `STEP={{step}}; ${step}`, 'sh', '{{seconds}}'], env: ['MARKS'] } }
  const file = join(directory, 'plan.json')
  writeFileSync(file, JSON.stringify({ name: 'killed', agents, subtasks }))
  return file
}

function lines(): string[] {
  return existsSync(marks) ? readFileSync(marks, 'utf8').trim().split('\n') : []
}

/** Processes of this test's commands, by what their environment holds. */
function descendants(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false
    try {
      return (
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MARKS=${marks}`) &&
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] !== 'Z'
      )
    } catch {
      return false
    }
  })
}

const linux = process.platform === 'linux' ? it : it.skip

linux('ends well after SIGKILL and attach, with nothing left behind and nothing completed done again', async () => {
  const child: ChildProcess = spawn(process.execPath, [main, 'run', writePlan(), '--id', 'killed-run'], {
    env: environment,
    stdio: 'ignore',
  })
  while (!lines().includes('begin s3')) await sleep(50)
  expect(descendants().length).toBeGreaterThan(1)
  child.kill('SIGKILL')
  await sleep(5_000)
  expect(descendants()).toEqual([])

  const status = await run(process.execPath, [main, 'status', 'killed-run', '--output', 'json'], { env: environment })
  expect(JSON.parse(status.stdout)).toMatchObject({ status: 'running', source: 'history' })

  const { stdout } = await run(
    process.execPath,
    [main, 'attach', 'killed-run', '--allow-commands', '--output', 'json'],
    { env: environment },
  )
  expect(JSON.parse(stdout)).toMatchObject({ runId: 'killed-run', status: 'succeeded', counts: { succeeded: 6 } })
  const begun = (id: string) => lines().filter((line) => line === `begin ${id}`).length
  expect(['s0', 's1', 's2'].map(begun)).toEqual([1, 1, 1])
  expect(['s3', 's4', 's5'].map((id) => lines().filter((line) => line === `end ${id}`).length)).toEqual([1, 1, 1])
  expect(descendants()).toEqual([])
})

linux('names the commands that it may not run, and takes nothing over', async () => {
  const file = writePlan()
  const started = await run(process.execPath, [main, 'run', file, '--id', 'not-allowed', '--detach'], {
    env: environment,
  })
  expect(started.stdout).toContain('not-allowed')
  const attached = spawn(process.execPath, [main, 'attach', 'not-allowed'], { env: environment })
  let said = ''
  attached.stderr.on('data', (text: Buffer) => (said += text.toString()))
  attached.stdout.on('data', (text: Buffer) => (said += text.toString()))
  while (!said.includes('--allow-commands')) await sleep(50)
  expect(said).toContain('step')
  attached.kill('SIGINT')
  await new Promise((done) => attached.once('exit', done))
  expect(attached.exitCode).toBe(130)
  await run(process.execPath, [main, 'cancel', 'not-allowed'], { env: environment })
})
