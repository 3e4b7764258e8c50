// Commands that try to leave the sandbox: none succeeds, judged by what is there afterwards; and many of the same do
// succeed without it, so that an attempt that fails says something.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { snapshotOfDirectory } from '../../src/workspace/directory-snapshot'
import { readPlainFile } from '../../src/workspace/read-plain-file'
import { runSandboxed } from '../../src/workspace/sandbox'
import type { SandboxOptions, SandboxResult } from '../../src/workspace/sandbox-options'
import { startInSandbox } from '../../src/workspace/sandbox-start'
import { sandboxDescribe, sandboxTest } from '../support/sandbox'
import type { Attempt } from './support/attempt'
import { READING, WRITING } from './support/file-attempts'
import { MemoryArtifacts } from './support/memory-artifacts'
import { startNeighbours, stateOf, type Neighbours } from './support/neighbours'
import { CANARY, playground, removePlaygrounds, type Playground } from './support/playground'
import { NETWORK, POWERS, PROCESSES } from './support/system-attempts'

const KEY = 'TROUPE_TEST_CANARY_KEY'
const ALL = [READING, WRITING, POWERS, PROCESSES, NETWORK].flat()

let place: Playground
let neighbours: Neighbours
beforeEach(async () => {
  process.env[KEY] = CANARY
  place = playground()
  mkdirSync(place.inside)
  mkdirSync(join(place.root, 'given'))
  writeFileSync(join(place.root, 'given', 'reporter.js'), 'reporter')
  neighbours = await startNeighbours(join(place.root, 'socket'))
})
afterEach(async () => {
  delete process.env[KEY]
  await neighbours.close()
  removePlaygrounds()
})

/** Runs an attempt, and says whether it had any effect outside. */
async function cameThrough(
  attempt: Attempt,
  sandbox: SandboxOptions['sandbox'],
  network?: readonly string[],
): Promise<{ escaped: boolean; output: string }> {
  const before = place.surroundings()
  const result = await runSandboxed({
    command: ['sh', '-c', attempt.script({ place, neighbours })],
    directory: place.inside,
    readOnly: [join(place.root, 'given')],
    sandbox,
    network,
    limits: { timeoutMs: 20_000 },
  })
  const { alive, stopped, traced } = await stateOf(neighbours.victim)
  const output = result.output
  const escaped =
    output.includes(CANARY) ||
    output.includes('came-through') ||
    attempt.betrayed?.(output) === true ||
    place.surroundings() !== before ||
    !existsSync(place.inside) ||
    neighbours.visits() > 0 ||
    !alive ||
    stopped ||
    traced
  expect(result.exceeded).toBeUndefined()
  return { escaped, output }
}

test('there are more than sixty attempts', () => expect(ALL.length).toBeGreaterThan(60))

sandboxDescribe.each<[string, Attempt[]]>([
  ['reading', READING],
  ['writing', WRITING],
  ['powers', POWERS],
  ['processes', PROCESSES],
  ['network', NETWORK],
])('%s', (_kind, attempts) => {
  test.each(attempts.map((attempt): [string, Attempt] => [attempt.name, attempt]))('%s', async (_name, attempt) => {
    const { escaped, output } = await cameThrough(attempt, 'required')
    expect({ escaped, output }).toEqual({ escaped: false, output })
    if (!attempt.works) return
    // The same place, as new: the attempt may have left links in the copy.
    rmSync(place.inside, { recursive: true })
    mkdirSync(place.inside)
    expect(await cameThrough(attempt, 'none')).toMatchObject({ escaped: true })
  })
})

sandboxDescribe('network, beside the hosts that were granted', () => {
  test.each(NETWORK.map((attempt): [string, Attempt] => [attempt.name, attempt]))('%s', async (_name, attempt) => {
    // The world is left out: nobody is asked who is really there
    const granted = ['*.granted.test', `*:${neighbours.tcpPort}`]
    const { escaped, output } = await cameThrough(attempt, 'required', granted)
    expect({ escaped, output }).toEqual({ escaped: false, output })
  })
})

sandboxTest('the secrets of our environment are nowhere, also without a sandbox', async () => {
  for (const sandbox of ['required', 'none'] as const) {
    const { output } = await runSandboxed({
      command: ['env'],
      directory: place.inside,
      sandbox,
      env: { GIVEN: 'given' },
    })
    expect(output).toContain('GIVEN=given')
    expect(output).not.toContain(CANARY)
    expect(output).not.toMatch(/TEMPORAL_|API_KEY|NODE_OPTIONS/)
    // Without the sandbox, the watchdog finds processes by these.
    if (sandbox === 'required') expect(output).not.toMatch(/TROUPE_(WORKER|EXECUTION)/)
  }
})

sandboxTest('an older bubblewrap cannot forbid further user namespaces: the filter of system calls does', async () => {
  const script =
    'unshare -Ur true && echo came-through; bwrap --unshare-user --ro-bind / / true && echo came-through; echo end'
  const started = startInSandbox({ command: ['sh', '-c', script], directory: place.inside, disableUserns: false })
  let output = ''
  started.process.child?.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await started.process.ended
  await started.end()
  expect(output).toMatch(/Operation not permitted[\s\S]*end\n$/)
  expect(output).not.toContain('came-through')
})

sandboxTest('nothing outlives the command, however it hides', async () => {
  const late = (name: string) => `sleep 1; echo late > ${name}.txt`
  const script = [
    `sh -c "${late('background')}" &`,
    `setsid sh -c "${late('session')}" &`,
    `nohup sh -c "trap : TERM HUP INT; ${late('deaf')}" >/dev/null 2>&1 &`,
    `(setsid env -i /bin/sh -c "PATH=/bin:/usr/bin; ${late('orphan')}" &)`,
    'sleep 0.2',
  ].join('\n')
  const latecomers = async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    return readdirSync(place.inside).sort()
  }
  const result = await runSandboxed({ command: ['sh', '-c', script], directory: place.inside, sandbox: 'required' })
  expect(result.exitCode).toBe(0)
  expect(await latecomers()).toEqual([])
  // Started by itself, all of it does come late.
  await once(spawn('sh', ['-c', script], { cwd: place.inside, stdio: 'ignore' }), 'exit')
  expect(await latecomers()).toEqual(['background.txt', 'deaf.txt', 'orphan.txt', 'session.txt'])
})

sandboxTest('what a command leaves in its directories is not followed afterwards', async () => {
  const report = join(place.root, 'report')
  mkdirSync(report)
  const script = `ln -s ${place.outside}/secret.txt $TROUPE_REPORT/report.json; ln -s ${place.outside} tree; mkfifo $TROUPE_REPORT/pipe; echo ok > $TROUPE_REPORT/good.json`
  const result = await runSandboxed({
    command: ['sh', '-c', script],
    directory: place.inside,
    report,
    sandbox: 'required',
  })
  expect(result).toMatchObject({ exitCode: 0, sandboxed: true })
  const artifacts = new MemoryArtifacts()
  await expect(readPlainFile(report, 'report.json', 1_000)).rejects.toMatchObject({ code: 'PathRefused' })
  await expect(readPlainFile(report, 'pipe', 1_000)).rejects.toMatchObject({ code: 'PathRefused' })
  await expect(snapshotOfDirectory(artifacts, place.inside)).rejects.toMatchObject({ code: 'PathRefused' })
  expect(String(Buffer.from((await readPlainFile(report, 'good.json', 1_000))!))).toBe('ok\n')
  expect(await readPlainFile(report, 'none.json', 1_000)).toBeUndefined()
  expect(artifacts.holds(CANARY)).toBe(false)
})

sandboxTest('a file that our parent left open is not handed on', async () => {
  // Above what Node itself closes: sixteen is the first that it passes on.
  const secret = openSync(join(place.outside, 'secret.txt'), 'r')
  const stdio: ('ignore' | 'pipe' | number)[] = [
    'ignore',
    'pipe',
    'inherit' as 'pipe',
    ...Array<'ignore'>(17).fill('ignore'),
    secret,
  ]
  const args = ['node_modules/jiti/lib/jiti-cli.mjs', resolve('test/workspace/support/inherited.ts'), place.inside]
  const child = spawn(process.execPath, args, { stdio })
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await once(child, 'close')
  closeSync(secret)
  const [inside, outside] = JSON.parse(printed) as SandboxResult[]
  expect(inside?.output).not.toContain(CANARY)
  expect(outside?.output).toContain(CANARY)
})

sandboxTest(
  'what it is meant to do, it can: files, Node, npm, a server of its own, and names that it knows',
  async () => {
    const report = join(place.root, 'report')
    mkdirSync(report)
    writeFileSync(join(place.inside, 'a.test.js'), 'require("node:test")("works", () => {})')
    const serve = `const s = require("http").createServer((q, r) => r.end("served")).listen(0, () => fetch("http://localhost:" + s.address().port).then((r) => r.text()).then((t) => { console.log(t); process.exit() }))`
    const script = `node --test && npm --version && node -e '${serve}' && cat ${place.root}/given/reporter.js && echo out && echo err >&2 && touch $TMPDIR/x $HOME/y made.txt && echo report > $TROUPE_REPORT/r && whoami`
    for (const sandbox of ['required', 'none'] as const) {
      const result = await runSandboxed({
        command: ['sh', '-c', script],
        directory: place.inside,
        readOnly: [join(place.root, 'given')],
        report,
        sandbox,
      })
      expect(result).toMatchObject({ exitCode: 0, signal: null, sandboxed: sandbox === 'required' })
      expect(result.output).toMatch(/pass 1[\s\S]*\d+\.\d+\.\d+\nserved\nreporterout\nerr\n/)
      expect(existsSync(join(place.inside, 'made.txt'))).toBe(true)
      expect(readFileSync(join(report, 'r'), 'utf8')).toBe('report\n')
    }
  },
)
