// A server that the user names is used as it is: nothing is started or put in its place.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureServer, findServer } from '../../src/server/ensure-server'
import { serverStatus } from '../../src/server/server-status'
import { stateDirectory } from '../../src/server/state-directory'

const NAMES = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE', 'TROUPE_DIR']
const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]))

let directory: string
let stateDir: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'troupe-environment-'))
  stateDir = join(directory, 'state')
  for (const name of NAMES) delete process.env[name]
  // The configuration of whoever runs the tests must not decide them.
  process.env['TEMPORAL_CONFIG_FILE'] = join(directory, 'none.toml')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))
afterAll(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

function writeProfiles(text: string): void {
  process.env['TEMPORAL_CONFIG_FILE'] = join(directory, 'temporal.toml')
  writeFileSync(join(directory, 'temporal.toml'), text)
}

test('TEMPORAL_ADDRESS wins, even where nothing listens, and nothing is started', async () => {
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1'
  process.env['TEMPORAL_NAMESPACE'] = 'mine'
  expect(await ensureServer({ stateDir })).toEqual({ address: '127.0.0.1:1', namespace: 'mine', origin: 'environment' })
  expect(readdirSync(directory)).toEqual([])
})

test('a profile that names an address wins', async () => {
  writeProfiles('[profile.default]\naddress = "temporal.example:7233"\nnamespace = "team"\n')
  expect(await ensureServer({ stateDir })).toEqual({
    address: 'temporal.example:7233',
    namespace: 'team',
    origin: 'environment',
  })
})

test('TEMPORAL_ADDRESS outranks the profile', async () => {
  writeProfiles('[profile.default]\naddress = "temporal.example:7233"\n')
  process.env['TEMPORAL_ADDRESS'] = 'other.example:7233'
  expect((await ensureServer({ stateDir })).address).toBe('other.example:7233')
})

test('a profile that is asked for by name and has no address is refused, not replaced', async () => {
  writeProfiles('[profile.work]\nnamespace = "team"\n')
  process.env['TEMPORAL_PROFILE'] = 'work'
  await expect(ensureServer({ stateDir })).rejects.toMatchObject({
    code: 'ConnectionFailed',
    message: expect.stringContaining('"work"') as string,
    hint: expect.stringContaining('TEMPORAL_ADDRESS') as string,
  })
})

test.each([
  ['a profile that does not exist', '[profile.work]\n', 'home'],
  ['a file that is not TOML', 'address: here', undefined],
])('%s is refused as a bad setting', async (_name, text, profile) => {
  writeProfiles(text)
  if (profile) process.env['TEMPORAL_PROFILE'] = profile
  await expect(ensureServer({ stateDir })).rejects.toMatchObject({
    code: 'ConnectionFailed',
    hint: expect.stringContaining('TEMPORAL_CONFIG_FILE') as string,
  })
})

test('without a server there is none to be found, and the status says so', async () => {
  expect(await findServer({ stateDir })).toBeUndefined()
  expect(await serverStatus({ stateDir })).toEqual({ state: 'stopped', logFile: join(stateDir, 'server.log') })
})

test('the status names the server that is used instead of our own', async () => {
  process.env['TEMPORAL_ADDRESS'] = 'temporal.example:7233'
  const { state, environment } = await serverStatus({ stateDir })
  expect({ state, address: environment?.address }).toEqual({ state: 'stopped', address: 'temporal.example:7233' })
})

test('the state directory is TROUPE_DIR, else .troupe, always absolute', () => {
  expect(stateDirectory()).toBe(join(process.cwd(), '.troupe'))
  process.env['TROUPE_DIR'] = 'elsewhere'
  expect(stateDirectory()).toBe(join(process.cwd(), 'elsewhere'))
})

test('a state directory that cannot be made is refused by name', async () => {
  writeFileSync(join(directory, 'file'), '')
  const blocked = join(directory, 'file', 'state')
  await expect(ensureServer({ stateDir: blocked })).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining(blocked) as string,
    hint: expect.stringContaining('TROUPE_DIR') as string,
  })
})
