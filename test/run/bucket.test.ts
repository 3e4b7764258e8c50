// A whole run whose store is a bucket: on a server, with a service that is away for a while, and read by a command of another process.
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { connect, defineAgent, defineTeam, type Troupe } from '../../src/index'
import { S3Server } from '../storage/support/s3-server'
import { useTroupe } from '../support/troupe'

const test = useTroupe('bucket')
const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'not told to anybody' }
const pays = defineAgent({
  name: 'pays',
  run: async (_, { effect, step, artifacts }) => {
    const page = await step('fetch', () => 'x'.repeat(20_000))
    const receipt = await effect('pay', { key: 'once' }, () => 'paid')
    return { receipt, page, kept: await artifacts.put('kept') }
  },
})
const team = defineTeam({ name: 'bucket', agents: [pays] })
let server: S3Server
let troupe: Troupe
let location: string

beforeAll(async () => {
  Object.assign(process.env, keys)
  server = await S3Server.start({ pageSize: 5 })
  location = `s3://bucket/runs?endpoint=${encodeURIComponent(server.endpoint)}`
  troupe = await connect({ address: test.address, namespace: test.namespace, store: location })
})
afterAll(async () => {
  await troupe.close()
  await server.close()
})

it('keeps outputs, effects, events and the document there, though the service fails now and then', async () => {
  await troupe.serve(team)
  const subtasks = [
    { id: 'a', agentType: 'pays' },
    { id: 'b', agentType: 'echo', payload: { size: { $from: 'a', path: '/receipt' } } },
  ]
  server.failing = { status: 503, times: 5 }
  const run = await troupe.start({ name: 'kept', subtasks }, { team })
  const { status, results } = await run.outcome()
  expect(status).toBe('succeeded')
  expect(results['b']).toMatchObject({ output: { size: 'paid' } })
  const places = new Set([...server.objects.keys()].map((key) => key.split('/').slice(0, 2).join('/')))
  expect([...places].sort()).toEqual(['runs/artifacts', 'runs/records', 'runs/store.json'])

  const environment = {
    ...process.env,
    ...{ TEMPORAL_ADDRESS: test.address, TEMPORAL_NAMESPACE: test.namespace, TROUPE_STORE: location },
  }
  const command = [resolve('dist/src/cli/main.js'), 'result', run.id, '--task', 'a', '-o', 'json']
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { env: environment })
  expect(JSON.parse(stdout)).toMatchObject({ output: { receipt: 'paid', page: 'x'.repeat(20_000) } })
  expect(stdout + stderr).not.toContain(keys.AWS_SECRET_ACCESS_KEY)
})
