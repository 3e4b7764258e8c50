// `troupe code` that is left alone: by Ctrl-C, detached, cancelled, or while somebody takes its place. Whoever attaches delivers.
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { summaryOf, useCodePlace } from '../cli/support/code-place'
import { until } from '../cli/support/command'
import { CALLS, TOKENS_A_CALL } from '../cli/support/recordings'
import { REQUEST } from '../code-team/support/program'
import { sandboxTest as it } from '../support/sandbox'

const at = useCodePlace('code-left')

it('Ctrl-C leaves it; attach sees it through and delivers to the place that was named', async () => {
  const running = at.start([
    'code',
    REQUEST,
    '--model',
    'scripted/slow.json',
    '--dir',
    'left',
    '--id',
    'left',
    '-o',
    'jsonl',
  ])
  await until(() => running.said.stdout.includes('"subtask.completed"'), running)
  running.child.kill('SIGINT')
  const left = await running.finished
  expect([left.code, left.stderr]).toEqual([130, expect.stringContaining('troupe attach left')])
  expect(existsSync(join(at.place.directory, 'left'))).toBe(false)
  // Who could only have failed it takes no part
  const unable = await at.start(['attach', 'left'], { environment: { PATH: '/nowhere' } }).finished
  expect([unable.code, unable.stderr]).toEqual([
    3,
    expect.stringMatching(/SandboxUnavailable: [^]*--allow-unsandboxed/),
  ])
  const attached = await at.start(['attach', 'left', '-o', 'json']).finished
  expect([attached.code, summaryOf(attached)]).toMatchObject([0, { done: true, tokensUsed: CALLS * TOKENS_A_CALL }])
  expect(at.read('left/src/add.js')).toContain('a + b')
})

it('whoever attaches without the key of the model takes no part, and the run stays open for others', async () => {
  const model = ['--model', 'openai/any']
  expect(await at.start(['code', REQUEST, ...model, '--detach', '--id', 'keyless']).finished).toMatchObject({ code: 0 })
  const attached = await at.start(['attach', 'keyless']).finished
  expect([attached.code, attached.stderr]).toEqual([
    3,
    expect.stringMatching(/ModelNotConfigured: this process cannot go on with the run: [^]*OPENAI_API_KEY/),
  ])
  expect(await at.place.json('status', 'keyless')).toMatchObject({
    status: 'running',
    counts: { failed: 0, skipped: 0 },
  })
  await at.place.run('cancel', 'keyless')
})

it('detached it is carried out by a worker; what was cancelled is delivered as far as it came', async () => {
  const worker = at.start(['worker'])
  await until(() => worker.said.stderr.includes('Ctrl-C ends'), worker)
  const detached = await at.code(REQUEST, '--model', 'scripted/stuck.json', '--detach', '--id', 'far', '--dir', 'far')
  expect([detached.code, detached.stdout]).toEqual([0, 'far\n'])
  await until(() => worker.said.stderr.includes('serving agent.code.coder-agent'), worker)
  const isWritten = async (): Promise<boolean> => {
    const { subtasks } = await at.place.json<{ subtasks: { id: string; state: string }[] }>('status', 'far')
    return subtasks.some(({ id, state }) => id === 'build/code-add' && state === 'succeeded')
  }
  await until(isWritten, worker)
  await at.place.run('cancel', 'far')
  const attached = await at.start(['attach', 'far']).finished
  expect([attached.code, attached.stdout]).toEqual([1, expect.stringMatching(/^✗ far cancelled/)])
  expect(at.read('far/src/add.js')).toContain('a + b')
  expect(at.read('far/REPORT.md')).toContain('cancelled')
  worker.child.kill('SIGTERM')
  await worker.finished
})

it('a place that was taken meanwhile is left alone, and nothing is lost', async () => {
  const running = at.start(['code', REQUEST, '--model', 'scripted/slow.json', '--dir', 'raced', '--id', 'raced'])
  await until(() => running.said.stderr.includes('subtask.started'), running)
  mkdirSync(join(at.place.directory, 'raced'))
  writeFileSync(join(at.place.directory, 'raced/mine.txt'), 'mine')
  const ended = await running.finished
  expect([ended.code, ended.stderr]).toEqual([
    2,
    expect.stringMatching(/DeliveryRefused: [^]*troupe attach raced delivers again/),
  ])
  expect(ended.stdout).toMatch(/^✓ raced succeeded/)
  expect(readdirSync(join(at.place.directory, 'raced'))).toEqual(['mine.txt'])
  expect(statSync(join(at.place.directory, 'raced/mine.txt')).size).toBe(4)

  const blocked = await at.start(['attach', 'raced', '--dir', 'good.json/x']).finished
  expect([blocked.code, blocked.stderr]).toEqual([
    2,
    expect.stringMatching(/DeliveryRefused: .*x cannot be written: E/),
  ])
  for (const _ of ['once', 'again']) {
    const elsewhere = await at.start(['attach', 'raced', '--dir', 'elsewhere']).finished
    expect([elsewhere.code, elsewhere.stdout]).toEqual([0, expect.stringContaining('5 files in elsewhere\n')])
  }
  expect(at.read('elsewhere/src/add.js')).toContain('a + b')
})
