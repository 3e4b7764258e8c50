// What a command may take, inside and outside of the sandbox: it is ended for what it exceeded, and that is said.
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runSandboxed } from '../../src/workspace/sandbox'
import type { Exceeded, SandboxLimits } from '../../src/workspace/sandbox-options'
import { namespaceUsage } from '../../src/workspace/sandbox-usage'
import { probeSandbox } from '../../src/workspace/sandbox-probe'
import { SANDBOX, sandboxTest } from '../support/sandbox'
import { runTypeScript, startTypeScript } from '../support/typescript-process'
import { playground, removePlaygrounds, type Playground } from './support/playground'

let place: Playground
beforeEach(() => {
  place = playground()
  mkdirSync(place.inside)
})
afterEach(removePlaygrounds)

const hog = 'const all = []; setInterval(() => all.push(Buffer.alloc(4e6, 1)), 5)'

describe.each([...new Set([SANDBOX, 'none'] as const)])('sandbox: %s', (sandbox) => {
  const run = (script: string, limits: Partial<SandboxLimits> = {}, signal?: AbortSignal) =>
    runSandboxed({
      command: ['sh', '-c', script],
      directory: place.inside,
      sandbox,
      limits: { timeoutMs: 30_000, ...limits },
      signal,
    })

  test.each<[string, Exceeded, string, Partial<SandboxLimits>]>([
    ['a hang', 'time', 'echo begun; sleep 100', { timeoutMs: 500 }],
    ['a loop', 'time', 'echo begun; while :; do :; done', { timeoutMs: 500 }],
    [
      'one that is deaf to signals',
      'time',
      'echo begun; trap "" TERM INT HUP; while :; do sleep 1; done',
      { timeoutMs: 500 },
    ],
    ['endless output', 'output', 'echo begun; yes', { outputBytes: 1e6 }],
    ['endless output without a line end', 'output', 'echo begun; cat /dev/zero', { outputBytes: 1e6 }],
    ['endless errors', 'output', 'yes >&2', { outputBytes: 1e6 }],
    ['memory of one process', 'memory', `echo begun; node -e '${hog}'`, { memoryMb: 200 }],
    [
      'memory of several processes',
      'memory',
      `echo begun; for i in 1 2 3 4; do node --max-old-space-size=100 -e 'globalThis.a = Buffer.alloc(7e7, 1); setInterval(() => {}, 1e6)' & done; wait`,
      { memoryMb: 200 },
    ],
    ['many processes', 'processes', 'echo begun; for i in $(seq 40); do sleep 100 & done; wait', { processes: 20 }],
    ['a large file', 'disk', 'echo begun; dd if=/dev/zero of=big bs=1M count=64', { fileBytes: 5e6 }],
    [
      'many files',
      'disk',
      'echo begun; i=0; while :; do i=$((i+1)); dd if=/dev/zero of=big$i bs=1M count=4 2>/dev/null; done',
      { diskMb: 60 },
    ],
    [
      'files written at the last moment',
      'disk',
      'for i in $(seq 20); do dd if=/dev/zero of=big$i bs=1M count=4 2>/dev/null; done',
      { diskMb: 60 },
    ],
  ])('%s exceeds: %s', async (_what, exceeded, script, limits) => {
    const result = await run(script, limits)
    expect(result).toMatchObject({ exceeded, sandboxed: sandbox === 'required' })
    expect(result.timedOut).toBe(exceeded === 'time' ? true : undefined)
    if (exceeded !== 'output' && script.startsWith('echo begun')) expect(result.output).toContain('begun')
    expect(result.output.length).toBeLessThan(70_000)
    expect(result.durationMs).toBeLessThan(20_000)
  })

  test('what it printed last is kept, and how much is missing is said', async () => {
    const { output, exitCode } = await run('seq 100000; echo the end')
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^\[[\d,]+ bytes before this are left out\]\n/)
    expect(output.endsWith('100000\nthe end\n')).toBe(true)
  })

  test('exit codes, signals, and a program that is not there', async () => {
    expect(await run('exit 7')).toMatchObject({ exitCode: 7, signal: null })
    expect(await run('kill -SEGV $$')).toMatchObject({ exitCode: null, signal: 'SIGSEGV' })
    const missing = await runSandboxed({ command: ['no-such-program'], directory: place.inside, sandbox })
    // 126 where a directory of PATH may not be searched.
    expect([126, 127]).toContain(missing.exitCode)
    expect(missing).toMatchObject({ output: expect.stringContaining('no-such-program') as string })
  })

  test('an abort ends it, with its reason, and all of it', async () => {
    const abort = new AbortController()
    const work = run(
      '(setsid sh -c "while :; do echo x >> alive.txt; sleep 0.05; done" &); sleep 100',
      {},
      abort.signal,
    )
    while (!existsSync(join(place.inside, 'alive.txt'))) await new Promise((resolve) => setTimeout(resolve, 20))
    abort.abort(new Error('enough'))
    await expect(work).rejects.toThrow('enough')
    const size = statSync(join(place.inside, 'alive.txt')).size
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(statSync(join(place.inside, 'alive.txt')).size).toBe(size)
    await expect(run('touch never.txt', {}, abort.signal)).rejects.toThrow('enough')
    expect(existsSync(join(place.inside, 'never.txt'))).toBe(false)
  })

  test('no core dump is left', async () => {
    await run('ulimit -c; sleep 10 & kill -SEGV $!; wait $!')
    expect(readdirSync(place.inside)).toEqual([])
  })

  test('it dies with the process that started it', async () => {
    const child = startTypeScript('test/workspace/support/endless.ts', { args: [place.inside, sandbox] })
    const alive = join(place.inside, 'alive.txt')
    while (!existsSync(alive)) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGKILL')
    await once(child, 'exit')
    // The watchdog looks again and again; the sandbox goes at once.
    let size = -1
    for (let looks = 0; looks < 50 && statSync(alive).size !== size; looks++) {
      size = statSync(alive).size
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    expect(statSync(alive).size).toBe(size)
  })
})

sandboxTest('a fork bomb is over before anyone notices', async () => {
  const command = ['sh', '-c', 'bomb() { bomb | bomb & }; bomb; sleep 100']
  const result = await runSandboxed({
    command,
    directory: place.inside,
    sandbox: 'required',
    limits: { timeoutMs: 30_000 },
  })
  expect(result.exceeded).toBe('processes')
  expect(result.durationMs).toBeLessThan(20_000)
})

sandboxTest('its /tmp and shared memory are bounded, and gone with it', async () => {
  const script =
    'for d in /tmp /dev/shm; do dd if=/dev/zero of=$d/fill bs=1M count=600; stat -c "%n %s" $d/fill; done; ls /tmp /dev/shm'
  const { output } = await runSandboxed({
    command: ['sh', '-c', script],
    directory: place.inside,
    sandbox: 'required',
    limits: { fileBytes: 1e9 },
  })
  expect(output.match(/No space left on device/g)).toHaveLength(2)
  const [temporary, shared] = ['tmp', 'dev/shm'].map((name) =>
    Number(new RegExp(`^/${name}/fill (\\d+)$`, 'm').exec(output)?.[1]),
  )
  expect(temporary).toBeLessThanOrEqual(256 * 1024 * 1024)
  expect(shared).toBeLessThanOrEqual(64 * 1024 * 1024)
})

sandboxTest('without bubblewrap it is refused, with what to do; and what it is given must be there', async () => {
  const { stdout, exitCode } = await runTypeScript('test/workspace/support/unavailable.ts', {
    args: [place.inside],
    environment: { PATH: dirname(process.execPath) === '/usr/bin' ? '/nonexistent' : dirname(process.execPath) },
  })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    code: 'SandboxUnavailable',
    message: expect.stringContaining('"bwrap"') as string,
    hint: expect.stringMatching(/bubblewrap[\s\S]*--allow-unsandboxed/) as string,
  })
  expect(existsSync(join(place.inside, 'touched.txt'))).toBe(false)
  expect(await probeSandbox()).toMatchObject({ works: true })
  const missing = runSandboxed({
    command: ['true'],
    directory: place.inside,
    readOnly: ['/no/such/file'],
    sandbox: 'required',
  })
  await expect(missing).rejects.toMatchObject({
    code: 'SandboxUnavailable',
    message: expect.stringContaining('/no/such/file') as string,
  })
})

sandboxTest('the working directory of the tests is not what a command stands in', async () => {
  const { output } = await runSandboxed({ command: ['pwd'], directory: place.inside, sandbox: 'required' })
  expect(output).toBe('/workspace\n')
  expect(readFileSync(join(place.outside, 'secret.txt'), 'utf8')).not.toBe('')
})

test('while a sandbox is being set up, the processes of the machine are not taken for its own', async () => {
  // The root of a process that has none of its own yet is ours, as that of this one
  expect(await namespaceUsage(process.pid, 1)).toBeUndefined()
})
