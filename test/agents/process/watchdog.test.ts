// Nothing that a worker started outlives it, however it went.
import { type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { startTypeScript } from '../../support/typescript-process'
import { childrenOf, eventually, isAlive, PidFile } from './support/processes'

let file: PidFile
let host: ChildProcess
/** Four of one command (the last only its group betrays: no environment, no parent), one of another, two of an agent. */
const STARTED = 7

beforeEach(async () => {
  file = new PidFile()
  host = startTypeScript('test/agents/process/support/host.ts', { args: [file.path] })
  await file.started(STARTED)
})
afterEach(() => {
  host.kill('SIGKILL')
  file.remove()
})

/** The watchdogs that serve this host. */
function watchdogs(): number[] {
  return childrenOf(host.pid!, 'watchdog-main')
}

async function killHost(): Promise<void> {
  const pids = file.pids()
  expect(pids.filter(isAlive)).toHaveLength(STARTED)
  host.kill('SIGKILL')
  await once(host, 'exit')
  await eventually('all processes have gone', () => !pids.some(isAlive))
}

test('after a worker’s SIGKILL none of its descendants lives 5 s later, nor what it kept warm', async () => {
  const warm = (): number[] => childrenOf(host.pid!, 'isolated-main').filter((pid) => !file.pids().includes(pid))
  await eventually('a process is kept ready', () => warm().length === 1)
  const [idle] = warm()
  await killHost()
  await eventually('the idle process has gone', () => !isAlive(idle!))
})

test('one watchdog serves a worker, in a session of its own, and goes with it', async () => {
  const [watchdog, ...more] = watchdogs()
  if (watchdog === undefined) throw new Error('there is no watchdog')
  expect(more).toEqual([])
  // Field 6 of its line is the session.
  const session = readFileSync(`/proc/${watchdog}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[3]
  expect(Number(session)).toBe(watchdog)
  await killHost()
  await eventually('the watchdog has gone', () => !isAlive(watchdog))
})

test('asked to end while its worker lives, it stays; killed, it is replaced by one that knows all groups', async () => {
  const [first] = watchdogs()
  if (first === undefined) throw new Error('there is no watchdog')
  process.kill(first, 'SIGTERM')
  process.kill(first, 'SIGINT')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(isAlive(first)).toBe(true)
  process.kill(first, 'SIGKILL')
  await eventually('there is a new watchdog', () => watchdogs().some((pid) => pid !== first))
  await killHost()
})
