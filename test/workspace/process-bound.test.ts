// The kernel's bound on processes, where this user may make control groups: also for root, whom no `ulimit` binds.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { boundProcesses } from '../../src/workspace/process-bound'

const here = boundProcesses(6)
afterAll(() => here.remove())
/** Where groups cannot be made nothing is bound by them, and there is nothing to test. */
const boundTest = here.enter.length > 0 ? test : test.skip

const run = (program: string, ...args: string[]): string => {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return stdout + stderr
}
const TWELVE = 'for n in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.5 & done; wait; echo done'

boundTest('a command that starts more than it may is refused the rest by the kernel', () => {
  expect(run('sh', '-c', TWELVE)).toBe('done\n')
  const [program = '', ...args] = here.enter
  expect(run(program, ...args, 'sh', '-c', TWELVE)).toMatch(/fork/i)
})

boundTest('nothing is left of it', () => {
  const bound = boundProcesses(6)
  const group = dirname(bound.enter.at(-1)!)
  expect(existsSync(group)).toBe(true)
  bound.remove()
  expect(existsSync(group)).toBe(false)
})
