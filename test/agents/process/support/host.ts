// A worker's process in small: it runs commands and isolated agents that leave processes everywhere, until it is killed.
import { resolve } from 'node:path'
import { createIsolatedExecutor } from '../../../../src/agents/process/isolated-executor'
import { run, shell } from './commands'

const pidFile = process.argv[2] ?? ''
const write = `sh -c 'echo $$ >> ${pidFile}; exec sleep 300'`
const isolated = createIsolatedExecutor({
  modulePath: resolve('test/agents/process/fixtures/agents.ts'),
  agentName: 'littering',
  processes: 2,
})

async function main(): Promise<void> {
  await Promise.all([
    shell(`echo $$ >> ${pidFile}; ${write} & setsid ${write} & (env -i PATH="$PATH" ${write} &) ; trap "" TERM; wait`),
    run(['sh', '-c', write]),
    isolated.execute(
      {
        task: { id: 'x', type: 'littering', payload: { pidFile }, priority: 'normal' },
        runId: 'run-1',
        attempt: 1,
        host: { agent: 'littering', logicalAttempt: 0 },
      },
      { signal: new AbortController().signal, onMessage: () => undefined },
    ),
  ])
}

void main()
