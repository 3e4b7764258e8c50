// The README's blocks, as printed: the TypeScript compiles under strict settings and runs, the plan file runs.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { testNamespace } from './support/server'

const run = promisify(execFile)
const directory = mkdtempSync(join(tmpdir(), 'troupe-readme-'))
const blocks = new Map(
  [...readFileSync('README.md', 'utf8').matchAll(/<!-- runs: (\S+) -->\n\n?```\w+\n([\s\S]*?)```/g)].map(
    ([, name, text]) => [name!, text!],
  ),
)
let environment: NodeJS.ProcessEnv

beforeAll(async () => {
  const { address, namespace } = await testNamespace('readme')
  environment = {
    ...process.env,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TROUPE_DIR: join(directory, '.troupe'),
  }
  for (const [name, text] of blocks) writeFileSync(join(directory, name), text)
  // As if `npm install troupe` had been run there
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** `node` on a program of ours; its standard output. A failure shows what it said. */
async function node(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [resolve(program), ...args], { cwd: directory, env: environment })
  return stdout
}

const jiti = (file: string) => node('node_modules/jiti/lib/jiti-cli.mjs', file)

it('has the blocks that are said to run', () => {
  expect([...blocks.keys()].join(' ')).toBe(
    'models.yaml models.ts tools.yaml tools.ts api.ts plan.yaml wrapped.ts review.yaml desk.ts desk.yaml desk.sh',
  )
})

it('compiles every TypeScript block under strict settings', async () => {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'node16',
    target: 'es2022',
    skipLibCheck: true,
    types: ['node'],
    baseUrl: '.',
    paths: { troupe: [resolve('dist/src/index')] },
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  await node('node_modules/typescript/bin/tsc', '-p', directory)
})

it('runs the API on one screen', async () => {
  environment['JITI_ALIAS'] = JSON.stringify({ troupe: resolve('dist/src/index.js') })
  const said = await jiti('api.ts')
  expect(said).toContain('# what tides are\n# why tides matter')
  expect(said).toContain("true { points: [ 'what moons are', 'why moons matter' ] }")
})

it('runs the plan file', async () => {
  const said = await node('dist/src/cli/main.js', 'run', 'plan.yaml', '--input', '{"who": "Ada"}', '--output', 'json')
  expect(JSON.parse(said)).toMatchObject({
    status: 'succeeded',
    results: { hello: { output: { text: 'Ada' } }, size: { output: '14' } },
  })
})

it('runs the plan that asks a person, who answers by another command', async () => {
  const troupe = (...args: string[]) => node('dist/src/cli/main.js', ...args)
  const input = '{"files": ["a.ts", "b.ts"]}'
  const running = troupe('run', 'review.yaml', '--id', 'review', '--input', input, '--output', 'json')
  const asked = async (): Promise<boolean> => JSON.parse(await troupe('approvals', '-o', 'json')).length > 0
  while (!(await asked().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 100))
  await troupe('answer', 'review', 'publish', '"now"')
  const { status, results } = JSON.parse(await running)
  expect(status).toBe('succeeded')
  expect(results.send.output).toEqual({ sent: [{ file: 'a.ts' }, { file: 'b.ts' }] })
  expect(results.tidy.status).toBe('succeeded')
})

it('runs the plan that holds what failed and stays open, and the commands that end it', async () => {
  const main = resolve('dist/src/cli/main.js')
  const running = node(main, 'run', 'desk.yaml', '--open', '--id', 'desk', '--output', 'json')
  const held = async (): Promise<boolean> =>
    JSON.parse(await node(main, 'status', 'desk', '-o', 'json')).counts.held > 0
  while (!(await held().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 100))
  const commands = `set -e; troupe() { "${process.execPath}" "${main}" "$@"; }\n${blocks.get('desk.sh')}`
  await run('bash', ['-c', commands], { cwd: directory, env: environment })
  const { status, results } = JSON.parse(await running)
  expect([status, results.deploy.output]).toEqual(['succeeded', 'by hand'])
  expect(results['notify-on-order-placed-1'].output.told).toMatchObject({
    type: 'order.placed',
    payload: { number: 7 },
  })
})

it('runs the plan file with a model, from a recording', async () => {
  const answers = [{ agent: 'summary', content: { summary: 'It is short.' } }]
  writeFileSync(join(directory, 'answers.json'), JSON.stringify({ format: 'troupe-recording', version: 1, answers }))
  const input = '{"text": "A long story."}'
  const said = await node('dist/src/cli/main.js', 'run', 'models.yaml', '--input', input, '--output', 'json')
  expect(JSON.parse(said)).toMatchObject({ results: { short: { success: true, output: { summary: 'It is short.' } } } })
})

it('takes the plan with tools, and the team with its own', async () => {
  const checked = await node('dist/src/cli/main.js', 'validate', 'tools.yaml')
  expect(checked).toContain('tools.yaml')
  writeFileSync(
    join(directory, 'named.ts'),
    "import team from './tools'\nconsole.log(team.agents.map(({ name }) => name))",
  )
  expect(await jiti('named.ts')).toContain("[ 'pilot' ]")
})

it('serves the wrapped function', async () => {
  const said = await node(
    'dist/src/cli/main.js',
    'task',
    'slug',
    '--team',
    'wrapped.ts',
    '--payload',
    '"Hello, World"',
    '--output',
    'json',
  )
  expect(JSON.parse(said)).toMatchObject({ success: true, output: 'hello-world' })
  // It is as short as the README says
  expect(blocks.get('wrapped.ts')!.trim().split('\n').length).toBeLessThanOrEqual(10)
})
