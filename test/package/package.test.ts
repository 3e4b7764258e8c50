// The package as its users get it: packed, installed into an empty project, and used from CommonJS, from ES modules, as a
// command and by the compiler, on the lowest Node; by `npm run package` on this one as well.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { EmptyProject, INSTALL_MS, LOWEST_NODE, PROGRAM_MS } from './support/empty-project'

/** Where the files of the package come from; anything else in the tarball is there by accident. */
const EXPECTED_FILES =
  /^(README\.md|LICENSE|package\.json|dist\/workflow-bundle\.js|dist\/(src|workflows|activities)\/.+(\.js|\.d\.ts)|dist\/src\/code-team\/(demo\/recording\.json|check\/programs\/[a-z_-]+\.(mjs|cjs|py)))$/
/** Ten times what it has; what it should never reach is a copy of somebody's library. */
const MAX_PACKED_BYTES = 4_000_000

const project = new EmptyProject()
/** `npm run package` tries this Node too, which the other tests run on. */
const nodes = Object.keys(project.nodes).slice(process.env.TROUPE_TEST_NODES === 'all' ? 0 : -1)

jest.setTimeout(PROGRAM_MS + 10_000)
beforeAll(() => project.install(), INSTALL_MS * 2)
afterAll(() => project.remove())

/** Runs a program of the project's to its own end, and reads what it printed last. */
async function runProgram(node: string, ...args: string[]): Promise<unknown> {
  const ended = await project.run(project.nodes[node]!, args, await project.environment())
  expect(ended).toMatchObject({ exitCode: 0 })
  return JSON.parse(ended.stdout.trim().split('\n').at(-1)!) as unknown
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
}

describe('the tarball', () => {
  it('has what is needed, compiled from a source that exists, and nothing else', () => {
    const paths = project.packed.files.map(({ path }) => path)
    expect(paths.filter((path) => !EXPECTED_FILES.test(path))).toEqual([])
    const sources = paths.flatMap((path) => /^dist\/(.+?)(?:\.d\.ts|\.js)$/.exec(path)?.[1] ?? [])
    const missing = sources.filter(
      (name) => name !== 'workflow-bundle' && !statSync(`${name}.ts`, { throwIfNoEntry: false }),
    )
    expect(missing).toEqual([])
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'package.json', 'dist/workflow-bundle.js']))
    expect(project.packed.size).toBeLessThan(MAX_PACKED_BYTES)
  })

  it('has a file for each door that package.json names', () => {
    const { exports, bin, main, types } = JSON.parse(readFileSync(join(project.installed, 'package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>
      bin: Record<string, string>
      main: string
      types: string
    }
    expect(Object.keys(exports)).toEqual(['.', './testing', './workflows', './package.json'])
    const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? door : Object.values(door)))
    for (const path of [...doors, ...Object.values(bin), main, types])
      expect([path, statSync(join(project.installed, path)).isFile()]).toEqual([path, true])
  })

  it('asks for the lowest Node that is tried here', () => {
    const { engines } = JSON.parse(readFileSync(join(project.installed, 'package.json'), 'utf8')) as {
      engines: { node: string }
    }
    expect(`${engines.node}.0`).toBe(`>=${LOWEST_NODE}`)
  })

  it('names no path of the machine that built it, nor does the map in its bundle', () => {
    const root = `${resolve('.')}${sep}`
    for (const path of filesBelow(project.installed)) {
      const text = readFileSync(path, 'utf8')
      const map = Buffer.from(/sourceMappingURL=data:[^,]*;base64,(\S+)/.exec(text)?.[1] ?? '', 'base64').toString()
      expect([path, text.includes(root), map.includes(root)]).toEqual([path, false, false])
    }
  })
})

describe.each(nodes)('on Node %s', (node) => {
  it.each(['run-plan.cjs', 'run-plan.mjs'])('%s runs a plan and ends by itself', async (program) => {
    const printed = (await runProgram(node, program)) as { pid: number; measured: { pid: number } }
    expect(printed).toMatchObject({
      status: 'succeeded',
      completed: ['outline', 'measure'],
      measured: { points: 2, characters: 3_000_000 },
      submitted: { points: ['what moons are', 'why moons matter'] },
    })
    expect(printed.measured.pid).not.toBe(printed.pid)
  })

  it('troupe/workflows and createActivities serve in workers of the user', async () => {
    const output = { points: ['what tides are', 'why tides matter'] }
    expect(await runProgram(node, 'own-worker.mjs')).toEqual({ status: 'succeeded', output })
  })

  it('troupe/testing executes an agent without Temporal', async () => {
    const output = { points: ['what tides are', 'why tides matter'] }
    expect(await runProgram(node, 'test-agent.cjs')).toEqual({ output, refused: 'InvalidPayload' })
  })

  it('the command troupe makes a project, checks its plan and runs it', async () => {
    const command = [join('node_modules', '.bin', 'troupe')]
    const directory = `made-on-${node}`
    const troupe = async (...args: string[]) =>
      project.run(project.nodes[node]!, [...command, ...args], await project.environment())
    expect(await troupe('init', directory)).toMatchObject({ exitCode: 0 })
    expect(await troupe('validate', join(directory, 'plan.yaml'))).toMatchObject({ exitCode: 0 })
    const ran = await troupe('run', join(directory, 'plan.yaml'), '--output', 'json')
    expect(ran).toMatchObject({ exitCode: 0 })
    expect(JSON.parse(ran.stdout)).toMatchObject({
      status: 'succeeded',
      results: { loud: { output: expect.stringContaining('HELLO, WORLD!') as string } },
    })
  })
})

it('npx finds the command', async () => {
  const { stdout } = await project.run('npx', ['--no-install', 'troupe', '--version'])
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(stdout.trim()).toBe(version)
})

it('imports nothing but the doors', async () => {
  const deep = await project.run(process.execPath, ['-e', "require('troupe/dist/src/client.js')"])
  expect(deep.stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED')
})

it('its types compile under --strict, from CommonJS and from ES modules', async () => {
  const options = ['--noEmit', '--strict', '--pretty', 'false', '--module', 'node16', '--target', 'es2022']
  const args = [resolve('node_modules/typescript/bin/tsc'), ...options, 'types.mts', 'types.cts']
  const { stdout } = await project.run(process.execPath, args)
  // Declarations are checked too, and some of other packages have errors of their own
  const others = /^(node_modules\/(?!troupe\/)| )/
  expect(stdout.split('\n').filter((line) => line !== '' && !others.test(line))).toEqual([])
})
