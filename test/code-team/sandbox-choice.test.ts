// Where no sandbox works, nothing runs without leave, except files that came with the package.
import { chooseSandbox } from '../../src/code-team/check/sandbox-choice'
import { memoryArtifacts, snapshotOf } from './support/artifacts'

const artifacts = memoryArtifacts()
const path = process.env.PATH
// The machine is asked once in a process: this one has no bubblewrap
beforeAll(() => void (process.env.PATH = '/nowhere'))
afterAll(() => void (process.env.PATH = path))

it('refuses strangers’ code, and says what would help', async () => {
  const snapshot = await snapshotOf(artifacts, { 'a.js': 'a' })
  const refused = { code: 'SandboxUnavailable', retryable: false, hint: expect.stringContaining('--allow-unsandboxed') }
  await expect(chooseSandbox(snapshot, {})).rejects.toMatchObject(refused)
  await expect(chooseSandbox(snapshot, { trusted: () => new Set() })).rejects.toMatchObject(refused)
})

it('runs it with leave', async () => {
  expect(await chooseSandbox(await snapshotOf(artifacts, { 'a.js': 'a' }), { allowUnsandboxed: true })).toBe('none')
})

it('runs what is trusted to the last file', async () => {
  const known = await snapshotOf(artifacts, { 'a.js': 'a', 'b.js': 'b' })
  const trusted = (): ReadonlySet<string> => new Set(Object.values(known.files).map(({ artifact }) => artifact))
  const ours = await snapshotOf(artifacts, { 'package.json': '{}' })
  const all = { files: { ...known.files, ...ours.files } }
  expect(await chooseSandbox(known, { trusted })).toBe('none')
  expect(await chooseSandbox(all, { trusted }, ['{}'])).toBe('none')
  const changed = { files: { ...known.files, ...(await snapshotOf(artifacts, { 'b.js': 'b!' })).files } }
  for (const snapshot of [all, changed, { files: {} }]) {
    await expect(chooseSandbox(snapshot, { trusted })).rejects.toMatchObject({ code: 'SandboxUnavailable' })
  }
})
