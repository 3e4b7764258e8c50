// Ctrl-C: the first detaches and hands back what runs, the second ends at once; a worker drains. And SIGKILL: attach goes on.
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { RunOutcome } from '../../src/client/outcome'
import { until, Workplace, type Finished, type Running } from './support/command'

const PLAN = `
name: stop
agents:
  mark: { command: [sh, -c, 'echo done >> marks; echo ok'] }
  nap: { use: wait }
subtasks:
  - { id: first, agentType: mark }
  - { id: rest, agentType: nap, payload: { ms: 3000 }, dependsOn: [first] }
  - { id: last, agentType: mark, dependsOn: [rest] }
`

let place: Workplace
let other: Workplace
/** Temporal misses a killed worker after 10 s: they pass while the other tests run. */
let killed: Promise<Finished>
beforeAll(async () => {
  ;[place, other] = await Promise.all([Workplace.open('cli-stop'), Workplace.open('cli-kill')])
  place.write('plan.yaml', PLAN)
  other.write('plan.yaml', PLAN)
  killed = killAndAttach(other)
  killed.catch(() => undefined)
})
afterAll(() => {
  place.close()
  other.close()
})

const marks = ({ directory }: Workplace): number => {
  const file = join(directory, 'marks')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0
}

/** A run whose first subtask is done and whose second one runs. */
async function inTheMiddle(where: Workplace, id: string): Promise<Running> {
  const running = where.start(['run', 'plan.yaml', '--id', id, '-o', 'jsonl'])
  await until(() => running.said.stdout.includes('"subtask.completed"'), running)
  return running
}

async function killAndAttach(where: Workplace): Promise<Finished> {
  const running = await inTheMiddle(where, 'killed')
  running.child.kill('SIGKILL')
  await running.finished
  return where.run('attach', 'killed', '--allow-commands', '-o', 'json')
}

it('Ctrl-C detaches with 130 and says how to come back; attach names what it lacks, then ends the run', async () => {
  const running = await inTheMiddle(place, 'left')
  running.child.kill('SIGINT')
  const left = await running.finished
  expect(left.code).toBe(130)
  expect(left.stderr).toContain('troupe attach left')

  const lacking = place.start(['attach', 'left'])
  await until(() => lacking.said.stderr.includes('--allow-commands'), lacking)
  expect(lacking.said.stderr).toContain('"mark"')
  lacking.child.kill('SIGTERM')
  expect((await lacking.finished).code).toBe(130)

  const attached = await place.run('attach', 'left', '--allow-commands', '-o', 'json')
  expect([attached.code, (JSON.parse(attached.stdout) as RunOutcome).counts.succeeded]).toEqual([0, 3])
  expect(marks(place)).toBe(2)
})

it('a second Ctrl-C ends at once', async () => {
  place.write(
    'deaf.yaml',
    'name: deaf\nagents: { deaf: { command: [sh, -c, "sleep 30"] } }\nsubtasks: [{ id: a, agentType: deaf }]\n',
  )
  const running = place.start(['run', 'deaf.yaml', '--id', 'deaf', '-o', 'jsonl'])
  await until(() => running.said.stdout.includes('"subtask.started"'), running)
  running.child.kill('SIGINT')
  await until(() => running.said.stderr.includes('detached'), running)
  const again = Date.now()
  running.child.kill('SIGINT')
  expect((await running.finished).code).toBe(130)
  expect(Date.now() - again).toBeLessThan(1_500)
  await place.run('cancel', 'deaf')
})

it('Ctrl-C before anything has started ends at once', async () => {
  const mute = createServer(() => undefined)
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = mute.address() as { port: number }
    const connected = once(mute, 'connection')
    const running = place.start(['run', 'plan.yaml'], { environment: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } })
    await connected
    running.child.kill('SIGINT')
    expect(await running.finished).toMatchObject({ code: 130, stdout: '' })
  } finally {
    mute.close()
  }
})

it('a run whose process was killed goes on where it was, and nothing is done twice', async () => {
  const attached = await killed
  expect([attached.code, (JSON.parse(attached.stdout) as RunOutcome).status]).toEqual([0, 'succeeded'])
  expect(marks(other)).toBe(2)
})

it('a worker serves the inline agents of open runs, names those it may not, and drains at Ctrl-C', async () => {
  const careful = place.start(['worker'])
  await place.run('run', 'plan.yaml', '--detach', '--id', 'served')
  await until(() => careful.said.stderr.includes('--allow-commands'), careful)
  expect(careful.said.stderr).toMatch(/serving the orchestrator; troupe: echo ×4, wait ×4/)
  await until(() => careful.said.stderr.includes('serving agent.stop.nap.'), careful)
  careful.child.kill('SIGINT')
  expect((await careful.finished).code).toBe(0)

  const trusting = place.start(['worker', '--allow-commands'])
  expect((await place.run('watch', 'served')).code).toBe(0)
  await until(() => trusting.said.stderr.includes('no run needs agent.stop.nap.'), trusting)
  trusting.child.kill('SIGTERM')
  expect(await trusting.finished).toMatchObject({ code: 0, stdout: '' })
})
