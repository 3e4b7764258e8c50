// Whatever a command does, nothing of it runs on after its end or its abort.
import { registeredGroups } from '../../../src/agents/process/watchdog'
import { shell } from './support/commands'
import { isAlive, PidFile, rejection } from './support/processes'

let file: PidFile
beforeEach(() => (file = new PidFile()))
afterEach(() => file.remove())

/** Runs a script that writes process ids, aborts it when it has written so many, and expects the abort's reason. */
async function abortAfter(count: number, script: string): Promise<number[]> {
  const abort = new AbortController()
  const reason = new Error('enough')
  const failure = rejection(shell(script, { signal: abort.signal, env: [], payload: {} }))
  const pids = await file.started(count)
  expect(pids.every(isAlive)).toBe(true)
  abort.abort(reason)
  expect(await failure).toBe(reason)
  return pids
}

test('an abort kills grandchildren too', async () => {
  const pids = await abortAfter(
    3,
    `echo $$ >> ${file.path}; sleep 100 & echo $! >> ${file.path}; (sleep 100 & echo $! >> ${file.path}; wait) & wait`,
  )
  expect(pids.filter(isAlive)).toEqual([])
})

test('an abort kills what left the group by setsid, and what cleared its environment while its parent lives', async () => {
  const write = `sh -c 'echo $$ >> ${file.path}; exec sleep 100'`
  const pids = await abortAfter(
    3,
    `setsid ${write} & setsid setsid ${write} & (env -i PATH="$PATH" setsid ${write}) & wait`,
  )
  expect(pids.filter(isAlive)).toEqual([])
})

test('an abort kills a program that ignores SIGTERM', async () => {
  const pids = await abortAfter(1, `trap "" TERM INT HUP; echo $$ >> ${file.path}; while true; do sleep 1; done`)
  expect(pids.filter(isAlive)).toEqual([])
})

test('an abort gives a program the time to clean up', async () => {
  const pids = await abortAfter(
    1,
    `trap "echo 1 >> ${file.path}; exit" TERM; echo $$ >> ${file.path}; while true; do sleep 0.05; done`,
  )
  expect(file.pids()).toEqual([...pids, 1])
  // So that the clean-up of this test does not take it for a process.
  expect(isAlive(pids[0] ?? 0)).toBe(false)
})

test('an abort before the start starts nothing', async () => {
  const reason = new Error('too late')
  const failure = await rejection(shell(`echo $$ >> ${file.path}`, { signal: AbortSignal.abort(reason) }))
  expect(failure).toBe(reason)
  expect(file.pids()).toEqual([])
})

test('an end in good order kills what was left in the background', async () => {
  const script = `sleep 100 & echo $! >> ${file.path}; setsid sh -c 'echo $$ >> ${file.path}; exec sleep 100' & until [ $(wc -l < ${file.path}) = 2 ]; do sleep 0.02; done; echo done`
  expect((await shell(script)).output).toBe('done')
  expect(file.pids()).toHaveLength(2)
  expect(file.pids().filter(isAlive)).toEqual([])
})

test('a process that escaped and holds the output open does not hold up the call', async () => {
  // It left the group, cleared its environment, and its parent is gone before the command ends.
  const escape = `sh -c 'echo $$ >> ${file.path}; exec sleep 100'`
  const script = `(env -i PATH="$PATH" setsid ${escape} &) ; until [ -s ${file.path} ]; do sleep 0.02; done; sleep 0.1; echo done`
  const begin = Date.now()
  expect((await shell(script)).output).toBe('done')
  expect(Date.now() - begin).toBeLessThan(10_000)
})

test('all groups are released in the end', () => expect(registeredGroups()).toBe(0))
