// Ctrl-C: the first detaches and hands back what runs, the second ends at once; a worker drains. And SIGKILL: attach goes on.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOutcome } from '../../src/client/outcome'
import { until, Workplace, type Running } from './support/command'

let place: Workplace
beforeAll(async () => {
  place = await Workplace.open('cli-stop')
  place.write(
    'plan.yaml',
    `
name: stop
agents:
  mark: { command: [sh, -c, 'echo done >> marks; echo ok'] }
  nap: { use: wait }
subtasks:
  - { id: first, agentType: mark }
  - { id: rest, agentType: nap, payload: { ms: 3000 }, dependsOn: [first] }
  - { id: last, agentType: mark, dependsOn: [rest] }
`,
  )
})
afterAll(() => place.close())

const marks = (): number => {
  const file = join(place.directory, 'marks')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0
}

/** A run whose first subtask is done and whose second one runs. */
async function inTheMiddle(id: string): Promise<Running> {
  const running = place.start(['run', 'plan.yaml', '--id', id, '-o', 'jsonl'])
  await until(() => running.said.stdout.includes('"subtask.completed"'), running)
  return running
}

it('Ctrl-C detaches with 130 and says how to come back; attach names what it lacks, then ends the run', async () => {
  const running = await inTheMiddle('left')
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
  expect(marks()).toBe(2)
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
  const running = place.start(['run', 'plan.yaml'], { environment: { TEMPORAL_ADDRESS: '10.255.255.1:7233' } })
  await new Promise((next) => setTimeout(next, 2_500))
  running.child.kill('SIGINT')
  expect(await running.finished).toMatchObject({ code: 130, stdout: '' })
})

it('a run whose process was killed goes on where it was, and nothing is done twice', async () => {
  const before = marks()
  const running = await inTheMiddle('killed')
  running.child.kill('SIGKILL')
  await running.finished
  const attached = await place.run('attach', 'killed', '--allow-commands', '-o', 'json')
  expect([attached.code, (JSON.parse(attached.stdout) as RunOutcome).status]).toEqual([0, 'succeeded'])
  expect(marks() - before).toBe(2)
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
