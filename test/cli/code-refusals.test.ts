// What `troupe code` refuses before anything starts: each with its code, its message and nothing left behind.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { REQUEST } from '../code-team/support/program'
import { NO_MODEL, Workplace } from './support/command'
import { programRecording } from './support/recordings'
import { sandboxTest as it } from '../support/sandbox'

const GOOD = ['--model', 'scripted/good.json']

let place: Workplace
beforeAll(async () => {
  place = await Workplace.open('cli-code-refusals')
  place.write('good.json', programRecording())
  mkdirSync(join(place.directory, 'full'))
  place.write('full/notes.txt', 'mine')
  const agents = "[defineAgent({ name: 'gate', run: () => null })]"
  const imports = "import { defineAgent, defineTeam } from 'troupe'"
  place.write('other.ts', `${imports}\nexport default defineTeam({ name: 'other', agents: ${agents} })\n`)
  const taken = join(place.directory, 'taken')
  mkdirSync(taken)
  const settings = ['-c', 'user.name=A', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main']
  const large = join(place.directory, 'large')
  mkdirSync(large)
  place.write('large/words.js', 'export const word = 1\n'.repeat(9_000))
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    ['commit', '-q', '-m', 'first'],
  ])
    execFileSync('git', [...settings, ...args], { cwd: large })
  for (const args of [
    ['init', '-q'],
    ['commit', '-q', '--allow-empty', '-m', 'first'],
    ['branch', 'troupe/taken'],
  ])
    execFileSync('git', [...settings, ...args], { cwd: taken })
})
afterAll(() => place.close())

describe('is refused before anything starts, and leaves nothing', () => {
  const withoutPath = { PATH: '/nowhere' }
  const cases: [what: string, args: string[], code: number, says: RegExp, environment?: NodeJS.ProcessEnv][] = [
    ['an empty request', ['  ', ...GOOD], 2, /error InvalidUsage: the request is empty\nhint: .*@FILE/],
    ['a request in no file', ['@gone.txt', ...GOOD], 2, /InvalidUsage: the request cannot be read: .*gone\.txt/],
    ['a request that is no text', ['@/bin/sh', ...GOOD], 2, /InvalidUsage: the request /],
    ['a request without an end', ['@/dev/zero', ...GOOD], 2, /InvalidUsage: the request has more than 256 KiB/],
    ['an unknown language', [REQUEST, '--language', 'pyton', ...GOOD], 2, /InvalidUsage: .*"pyton"[^]*python/],
    ['too many rounds', [REQUEST, '--max-rounds', '6', ...GOOD], 2, /InvalidUsage: 6 is no number of rounds[^]*1 to 5/],
    ['no rounds', [REQUEST, '--max-rounds', '0', ...GOOD], 2, /a whole number from 1 on/],
    ['an unknown mode', [REQUEST, '--mode', 'duo', ...GOOD], 2, /team, single, auto/],
    ['an id that names no directory', [REQUEST, '--id', '../up', ...GOOD], 2, /InvalidUsage: "\.\.\/up" is not an id/],
    ['a directory with other things', [REQUEST, '--dir', 'full', ...GOOD], 2, /error DeliveryRefused: .*notes\.txt/],
    ['a file for a directory', [REQUEST, '--dir', 'good.json', ...GOOD], 2, /error DeliveryRefused: .*good\.json/],
    [
      'a place below a file',
      [REQUEST, '--dir', 'good.json/x', ...GOOD],
      2,
      /DeliveryRefused: .*good\.json is no directory/,
    ],
    ['a directory without a name', [REQUEST, '--dir', '', ...GOOD], 2, /InvalidUsage: .*--dir.* is empty/],
    [
      'a branch that is there',
      [REQUEST, '--dir', 'taken', '--id', 'taken', ...GOOD],
      2,
      /DeliveryRefused: .*troupe\/taken/,
    ],
    [
      'a repository that is too large for one coder',
      [REQUEST, '--mode', 'single', '--dir', 'large', ...GOOD],
      2,
      /TooManyTokens: the repository, which one coder is to work on, has [\d,]+ tokens, at most 50,000 fit\nhint: .*--mode team/,
    ],
    [
      'a test command for nothing',
      [REQUEST, '--test', 'make', ...GOOD],
      2,
      /InvalidUsage: --test: .* is no repository/,
    ],
    [
      'a test that is not there',
      [REQUEST, '--mode', 'single', '--dir', 'taken', '--may-change', 'test/none.js', '--may-change', 'a.js', ...GOOD],
      2,
      /InvalidUsage: --may-change: the last commit has no file "test\/none.js"/,
    ],
    ['nothing to apply to', [REQUEST, '--apply', ...GOOD], 2, /InvalidUsage: --apply: .* is no repository/],
    ['a difference for nobody', [REQUEST, '--diff', '--detach', ...GOOD], 2, /InvalidUsage: --diff: .*nobody waits/],
    [
      'a team without a coder',
      [REQUEST, '--team', 'other.ts', ...GOOD],
      2,
      /InvalidTeam: .* has gate: only "coder-agent"/,
    ],
    ['no model', [REQUEST], 3, /error ModelNotConfigured: /],
    ['no model for one coder', [REQUEST, '--mode', 'single'], 3, /error ModelNotConfigured: /],
    ['no sandbox', [REQUEST, ...GOOD], 3, /error SandboxUnavailable: [^]*--allow-unsandboxed/, withoutPath],
  ]
  it.each(cases)('%s', async (_what, args, exitCode, says, environment = {}) => {
    const before = readdirSync(place.directory)
    const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1', ...environment }
    const { code, stdout, stderr } = await place.start(['code', ...args], {
      environment: { ...NO_MODEL, ...nowhere },
    }).finished
    expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringMatching(says)])
    expect(readdirSync(place.directory).filter((name) => name !== '.troupe')).toEqual(
      before.filter((name) => name !== '.troupe'),
    )
  })
})
