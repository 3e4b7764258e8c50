// A worker killed at each of its questions to the store about effects, before the store hears it and after it has answered: no
// effect is ever done twice, and the output is the same, or nobody knows of one effect and it is the same once a person has said.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../src/index'
import { effectsTeam as team } from '../run/support/effects-team'
import { useTroupe } from '../support/troupe'
import { startTypeScript } from '../support/typescript-process'

const test = useTroupe('kills')
const ALL = ['first', 'second', 'third']

async function startWorker(DIE_AT: string): Promise<ChildProcess> {
  const { address: ADDRESS, namespace: NAMESPACE, storeDirectory: TROUPE_STORE } = test
  const environment = { ADDRESS, NAMESPACE, TROUPE_STORE, DIE_AT, POINTS: '/effects/' }
  const args = ['test/run/support/effects-team.ts', 'effectsTeam']
  const worker = startTypeScript('test/crash/mortal-worker.ts', { args, environment })
  await once(worker.stdout!, 'data')
  return worker
}

function marksIn(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
}

/** How it ended, once a person has said that what nobody knows of was done or was not, as the marks show. */
async function endOf(run: Run, marks: string): Promise<{ output: unknown; wasUnknown: boolean }> {
  const { results } = await run.outcome()
  const { output, error } = results['pays']!
  if (!error) return { output, wasUnknown: false }
  expect(error).toMatchObject({ code: 'UnknownOutcome' })
  const name = /effect "(\w+)"/.exec(error.message)![1]!
  const isDone = marksIn(marks).includes(`pays ${name}`)
  const retried = await test.troupe.client.retry(run.id, { assume: isDone ? 'done' : 'not-done' })
  const again = (await retried.run.outcome()).results['pays']!
  expect(again.error).toBeUndefined()
  return { output: again.output, wasUnknown: true }
}

it('does each effect once', async () => {
  let unknown = 0
  let place = 1
  for (let isOver = false; !isOver; place++) {
    const marks = join(test.directory, `marks-${place}`)
    const worker = await startWorker(String(place))
    const gone = once(worker, 'exit').then(() => true)
    const subtasks = [{ id: 'pays', agentType: 'pays-own', payload: { marks } }]
    const run = await test.troupe.start({ name: 'paying', subtasks }, { team })
    // It lives to the run's end where it has asked less often than that
    isOver = !(await Promise.race([gone, run.outcome().then(() => false)]))
    if (isOver) worker.kill('SIGKILL')
    await gone
    const next = await test.serve(team)
    const { output, wasUnknown } = await endOf(run, marks)
    await next.shutdown()
    expect(marksIn(marks)).toEqual(ALL.map((name) => `pays ${name}`))
    const told = output as (string | null)[]
    expect(told.map((value, at) => value ?? (wasUnknown ? `${ALL[at]} done` : undefined))).toEqual(
      ALL.map((name) => `${name} done`),
    )
    if (wasUnknown) unknown++
  }
  // Fence, claim, fence again, outcome: of three effects, and before and after each
  expect(place).toBeGreaterThan(20)
  expect(unknown).toBeGreaterThanOrEqual(3)
}, 1_200_000)
