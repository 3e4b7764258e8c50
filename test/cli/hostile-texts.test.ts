// What agents, plans and others write: a terminal obeys none of it, whichever way it comes there.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { outputText } from '../../src/cli/task'
import { MAIN, Workplace } from './support/command'

/** Clears the screen, and names the window. */
const EVIL = '\u001b[2J\u001b]0;owned\u0007'

let place: Workplace
beforeAll(async () => {
  place = await Workplace.open('cli-hostile')
  place.write(
    'evil.mjs',
    `import { defineAgent, defineTeam } from ${JSON.stringify(join(process.cwd(), 'dist/src/index.js'))}
    const evil = ${JSON.stringify(EVIL)}
    const retry = { maximumAttempts: 1 }
    export default defineTeam({ name: 'evil', agents: [
      defineAgent({ name: 'throws', retry, run() { throw new Error('before ' + evil) } }),
      defineAgent({ name: 'prints', isolation: 'process', run() { console.log('before ' + evil + 'after') } }),
    ] })`,
  )
  place.write('hidden.json', {
    name: 'hidden',
    agents: { tool: { command: ['sh', '-c', `rm everything; ${EVIL}`] } },
    subtasks: [{ id: 'a', agentType: 'tool' }],
  })
})
afterAll(() => place.close())

const controls = /(?!\n)\p{Cc}/u

it('a failure that is told, at its end and later', async () => {
  const told = await place.run('task', 'throws', '--team', 'evil.mjs')
  expect([told.code, told.stderr]).toEqual([1, expect.stringContaining('before \\x1b[2J')])
  const later = await place.run('result', '--task', 'throws')
  expect(later.stderr).toContain('before \\x1b[2J')
  expect(told.stderr + later.stderr).not.toMatch(controls)
})

it('what an isolated agent prints', async () => {
  const { code, stderr } = await place.run('task', 'prints', '--team', 'evil.mjs')
  expect([code, stderr]).toEqual([0, expect.stringContaining('[prints] before after')])
  expect(stderr).not.toMatch(controls)
})

it('a command that is asked about before it may run', async () => {
  expect((await place.run('run', 'hidden.json', '--detach', '--id', 'hidden')).code).toBe(0)
  const attaching = place.start(['attach', 'hidden'])
  while (!attaching.said.stderr.includes('--allow-commands')) await new Promise((next) => setTimeout(next, 50))
  attaching.child.kill('SIGKILL')
  expect(attaching.said.stderr).toContain('rm everything; \\x1b[2J')
  expect(attaching.said.stderr).not.toMatch(controls)
})

it('an output is as it is in a pipe, and harmless on a terminal', () => {
  const { isTTY } = process.stdout
  try {
    process.stdout.isTTY = false
    expect(outputText(`one\n${EVIL}`)).toBe(`one\n${EVIL}`)
    process.stdout.isTTY = true
    expect(outputText(`one\n${EVIL}`)).toBe('one\n\\x1b[2J\\x1b]0;owned\\x07')
  } finally {
    process.stdout.isTTY = isTTY
  }
})

it('a reader that leaves in the middle of a run leaves it detached, not done', async () => {
  const wait = (id: string, ms: number, dependsOn: string[]) => ({ id, agentType: 'wait', payload: { ms }, dependsOn })
  // What the first one's end has to say finds no reader, long before the run ends
  place.write('waits.json', { name: 'waits', subtasks: [wait('a', 1_000, []), wait('b', 600_000, ['a'])] })
  const script = `${process.execPath} ${MAIN} run waits.json -o jsonl | head -1 > first; echo \${PIPESTATUS[0]}; wc -l < first`
  const env = { ...process.env, ...place.environment }
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: place.directory, env })
  expect(stdout.split('\n').slice(0, 2).map(Number)).toEqual([130, 1])
})
