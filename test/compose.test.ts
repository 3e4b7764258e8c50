// docker-compose.yml as far as it can be judged without Docker: images, order, loopback, files; and its scripts, run.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { parse } from 'yaml'
import { findOrInstallBinary } from '../src/server/binary'
import { withConnection } from '../src/server/health'
import { DYNAMIC_CONFIG } from '../src/server/settings'
import { testAddress } from './support/server'

interface Service {
  image?: string
  build?: string
  command?: string[]
  entrypoint?: string[]
  depends_on?: Record<string, { condition: string }>
  environment?: Record<string, string>
  volumes?: string[]
  ports?: string[]
  healthcheck?: { test: string[] }
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8')) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
}
const dockerfile = readFileSync('Dockerfile', 'utf8')
const services = Object.entries(compose.services)
const images = Object.fromEntries(services.map(([name, { image, build }]) => [name, image ?? `build ${build}`]))
const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')))

test('every part has a maintained image with a pinned tag, or is built here', () => {
  expect(Object.keys(images)).toEqual(['postgresql', 'schema', 'temporal', 'namespace', 'ui', 'worker'])
  expect(images['postgresql']).toMatch(/^postgres:\d+\.\d+/)
  expect(images['schema']).toMatch(/^temporalio\/admin-tools:\d+\.\d+\.\d+$/)
  expect(images['temporal']).toMatch(/^temporalio\/server:\d+\.\d+\.\d+$/)
  expect(images['namespace']).toBe(images['schema'])
  expect(images['ui']).toMatch(/^temporalio\/ui:\d+\.\d+\.\d+$/)
  expect(images['worker']).toBe('build .')
})

test('the schema tool is of the server’s version', () => {
  expect(images['schema']?.split(':')[1]).toBe(images['temporal']?.split(':')[1])
})

test('each part waits until what it needs is ready or done, not merely started', () => {
  const order = services.map(([name, { depends_on }]) => [
    name,
    Object.entries(depends_on ?? {}).map(([needed, { condition }]) => `${needed} ${condition}`),
  ])
  expect(Object.fromEntries(order)).toEqual({
    postgresql: [],
    schema: ['postgresql service_healthy'],
    temporal: ['schema service_completed_successfully'],
    namespace: ['temporal service_healthy'],
    ui: ['temporal service_healthy'],
    worker: ['namespace service_completed_successfully'],
  })
  const awaited = services.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on))
  for (const [name, { condition }] of awaited) {
    if (condition === 'service_healthy') expect(compose.services[name]?.healthcheck?.test.length).toBeGreaterThan(1)
  }
})

test('ports are published on loopback only', () => {
  const ports = services.flatMap(([, service]) => service.ports ?? [])
  expect(ports).toEqual(['127.0.0.1:7233:7233', '127.0.0.1:8233:8080'])
})

test('every file that is mounted exists, and every volume is declared', () => {
  const files = mounts.map(([source = '']) => source).filter((source) => source.startsWith('.'))
  expect(files).toHaveLength(3)
  for (const file of files) expect(statSync(file).isFile()).toBe(true)
  const named = mounts.map(([source = '']) => source).filter((source) => !source.startsWith('.'))
  expect(named.sort()).toEqual(Object.keys(compose.volumes).sort())
})

test('what is run or read in a container is mounted there', () => {
  const targets = mounts.map(([, target]) => target)
  for (const job of ['schema', 'namespace']) expect(targets).toContain(compose.services[job]?.entrypoint?.at(-1))
  expect(targets).toContain(compose.services['temporal']?.environment?.['DYNAMIC_CONFIG_FILE_PATH'])
})

test('the image is built on a pinned Node that the package supports, and runs as a user with few rights', () => {
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
  expect(bases).toHaveLength(2)
  expect(new Set(bases).size).toBe(1)
  expect(bases[0]).toMatch(/^node:20\.\d+\.\d+-bookworm-slim$/)
  expect(dockerfile).toMatch(/^USER node$/m)
})

test('everything that the image copies exists, and is no folder that the build context leaves out', () => {
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n')
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '))
  expect(copied).toEqual(expect.arrayContaining(['package-lock.json', 'src', 'workflows', 'activities', 'examples']))
  const missing = copied.filter((file) => !existsSync(file) || ignored.includes(file))
  expect(missing).toEqual([])
})

test('the worker runs what is built from a source that exists, on a team that is there', () => {
  const [program, main = '', ...args] = compose.services['worker']?.command ?? []
  expect(program).toBe('node')
  expect(existsSync(main.replace(/^dist\/(.*)\.js$/, '$1.ts'))).toBe(true)
  expect(args).toEqual(['worker', '--team', 'examples/survey/team.ts', '--allow-commands'])
  expect(existsSync('examples/survey/team.ts')).toBe(true)
})

test('no password is written down but the local default of a variable', () => {
  const entries = services.flatMap(([, { environment = {} }]) => Object.entries(environment))
  const passwords = entries.filter(([name]) => /PASSWORD|PWD|SECRET|KEY|TOKEN/.test(name)).map(([, value]) => value)
  expect(passwords).toEqual(Array(3).fill('${TROUPE_DATABASE_PASSWORD:-temporal}'))
})

test('the server is tuned like our own', () => {
  const config = parse(readFileSync('docker/dynamic-config.yaml', 'utf8')) as Record<string, { value: unknown }[]>
  const values = Object.entries(config).map(([key, [setting]]) => [key, setting?.value])
  expect(Object.fromEntries(values)).toEqual(DYNAMIC_CONFIG)
})

test('the namespace script makes a namespace with the search attributes, and may run again', async () => {
  const { path } = await findOrInstallBinary(() => undefined)
  const namespace = `compose-${Date.now()}`
  const address = testAddress()
  // The script calls `temporal`; a function of that name stands for the image's CLI.
  const environment = { ...process.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, CLI: path }
  const script = `temporal() { "$CLI" "$@"; }\n. ./docker/setup-namespace.sh`
  for (let time = 0; time < 2; time++) execFileSync('/bin/sh', ['-c', script], { env: environment, stdio: 'pipe' })
  await withConnection(address, 15_000, async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
    expect(customAttributes).toMatchObject({ TroupeStatus: 2, TroupeTeam: 2, TroupePlan: 2 })
  })
})
