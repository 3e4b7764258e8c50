// Tools of model agents on a real server, over real HTTP: files that outlive the worker, handed from one agent to the next; and
// servers that a plan declares.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkPlanFile } from '../../src/plan-file/check-plan-file'
import { parsePlanText } from '../../src/plan-file/parse-plan-text'
import { loadSnapshot, readText, storeSnapshot, textFiles } from '../../src/workspace/snapshots'
import { useModels } from '../support/models'
import { answer, type Behaviour, type ChatRequest } from '../support/openai-server'
import { sandboxTest } from '../support/sandbox'
import { useTroupe } from '../support/troupe'
import { startTypeScript } from '../support/typescript-process'
import { workingCopiesOf } from '../support/working-copies'
import { toolsTeam as team } from './support/tools-team'

const test = useTroupe('tools')
const models = useModels()

/** Told apart by their system messages; each goes on with its script as far as the conversation has come. */
function followScripts(scripts: Record<string, Behaviour[]>): void {
  models.reset()
  models.answerBy((request) => {
    const [, script = []] = Object.entries(scripts).find(([role]) => request.system.startsWith(role)) ?? []
    return script[toldIn(request).length] ?? { kind: 'status', status: 418 }
  })
}

const toldIn = ({ body }: ChatRequest): string[] =>
  body.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content))
const call = (name: string, input: unknown): Behaviour => ({ kind: 'tool', name, input })
const requestsOf = (role: string): ChatRequest[] => models.requests.filter(({ system }) => system.startsWith(role))

sandboxTest(
  'a worker that is killed in the middle of a command is replaced by one that goes on from the newest files',
  async () => {
    const { artifacts } = test.troupe.store
    const snapshot = await storeSnapshot(artifacts, { files: await textFiles(artifacts, { 'begin.txt': '0' }) })
    followScripts({
      'You change': [
        call('write_file', { path: 'a.txt', content: '1' }),
        call('run_command', { command: 'cat a.txt >> b.txt; sleep 2' }),
        call('read_file', { path: 'b.txt' }),
        answer('done'),
      ],
      'You read': [call('read_file', { path: 'b.txt' }), answer('it is 1')],
    })
    const plan = {
      name: 'files',
      subtasks: [
        { id: 'forge', agentType: 'smith', payload: { prompt: 'Go.', snapshot } },
        {
          id: 'read',
          agentType: 'reader',
          payload: { prompt: 'Read.', snapshot: { $from: 'forge', path: '/snapshot' } },
        },
      ],
    }
    const { address: ADDRESS, namespace: NAMESPACE, storeDirectory: TROUPE_STORE } = test
    // The orchestrator lives on
    const orchestrator = await test.serve()
    const doomed = startTypeScript('test/support/team-worker.ts', {
      args: ['test/run/support/tools-team.ts', 'toolsTeam', 'smith'],
      environment: { ADDRESS, NAMESPACE, TROUPE_STORE },
    })
    let said = ''
    doomed.stderr!.on('data', (text: Buffer) => (said += text.toString()))
    await once(doomed.stdout!, 'data')
    const run = await test.troupe.start(plan, { team, model: 'openai/test-model' })
    for (const end = Date.now() + 30_000; workingCopiesOf(doomed.pid).length === 0; await sleep(20))
      if (Date.now() > end) throw new Error(`the worker ran no command: ${said}`)
    const gone = once(doomed, 'exit')
    doomed.kill('SIGKILL')
    await gone
    const worker = await test.serve(team)
    const { results } = await run.result()
    await worker.shutdown()
    await orchestrator.shutdown()
    const { output, snapshot: left } = results.forge!.output as { output: string; snapshot: string }
    const tree = await loadSnapshot(artifacts, left)
    expect([output, Object.keys(tree.files), await readText(artifacts, tree, 'b.txt')]).toEqual([
      'done',
      ['a.txt', 'b.txt', 'begin.txt'],
      '1',
    ])
    expect(results.forge).toMatchObject({ attempt: 2 })
    // What was answered before the kill is not asked for again
    expect([requestsOf('You change').length, requestsOf('You read').length]).toEqual([4, 2])
    expect(results.read!.output).toBe('it is 1')
    expect(toldIn(requestsOf('You read')[1]!)[0]).toContain('"b.txt", lines 1 to 1 of 1\n1\n')
    expect(workingCopiesOf(doomed.pid)).toEqual([])
  },
)

it('a plan’s MCP server is started where its commands are allowed, and nowhere else', async () => {
  const marks = join(test.directory, 'marks')
  const text = `
name: servers
agents:
  asker:
    instructions: You ask.
    tools: [tests/echo]
    mcp:
      tests: { command: ${process.execPath}, args: [${resolve('test/support/mcp-program.cjs')}], env: [MCP_MARKS] }
subtasks:
  - { id: ask, agentType: asker, payload: { prompt: Ask. } }
`
  process.env.MCP_MARKS = marks
  followScripts({ 'You ask': [call('tests__echo', { text: 'high water' }), answer('asked')] })
  const { checked } = checkPlanFile(parsePlanText(text, { file: 'plan.yaml', directory: test.directory }), {
    now: Date.now(),
  })
  const manifest = checked.spec.team.agents.filter(({ inline }) => inline)
  const careful = await test.serve()
  expect((await careful.serveManifest(manifest, false)).map(({ name }) => name)).toEqual(['asker'])
  await careful.shutdown()
  const worker = await test.troupe.serve([], { allowCommands: true })
  const run = await test.troupe.start(checked.plan, { team: checked.spec.team, model: 'openai/test-model' })
  const { results } = await run.result()
  await worker.shutdown()
  delete process.env.MCP_MARKS
  expect(results.ask!.output).toBe('asked')
  expect(toldIn(models.requests[1]!)[0]).toContain('\nhigh water\n')
  const [started, ...calls] = readFileSync(marks, 'utf8').trimEnd().split('\n')
  expect(calls).toEqual(['call echo'])
  expect(() => process.kill(Number(started!.slice('start '.length)), 0)).toThrow('ESRCH')
})
