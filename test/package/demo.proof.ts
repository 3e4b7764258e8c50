// The demo as users of the package get it, on this Node and on the lowest one.
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EmptyProject, INSTALL_MS, PROGRAM_MS } from './support/empty-project'

const project = new EmptyProject()

jest.setTimeout(PROGRAM_MS + 10_000)
beforeAll(() => project.install(), INSTALL_MS * 2)
afterAll(() => project.remove())

it.each(Object.keys(project.nodes))(
  'troupe demo on Node %s builds and delivers a program whose tests pass there',
  async (node) => {
    const executable = project.nodes[node]!
    const command = [join('node_modules', '.bin', 'troupe'), 'demo', '--dir', `demo-${node}`]
    const demo = await project.run(executable, command, await project.environment())
    expect(demo).toMatchObject({ exitCode: 0 })
    const lines = demo.stdout.trimEnd().split('\n')
    expect([lines[0], lines.at(-1)]).toEqual(Array(2).fill('OFFLINE DEMO: no model was called'))
    const folder = join(project.directory, `demo-${node}`)
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['REPORT.md', 'run.json', 'package.json', 'src', 'test']),
    )
    const { stdout } = await promisify(execFile)(executable, ['--test', '--test-reporter=tap'], { cwd: folder })
    expect(stdout).toMatch(/^# pass [1-9]\d*$/m)
    expect(stdout).toMatch(/^# fail 0$/m)
  },
)
