// Isolated agents of the tests' own modules, with what a test does not care about filled in.
import { resolve } from 'node:path'
import type { CallMessage, NoticeMessage } from '../../../../src/agents/process/isolated-protocol'
import type { ExecutionHandlers, IsolatedResult } from '../../../../src/agents/process/isolated-child'
import {
  createIsolatedExecutor,
  type IsolatedExecutor,
  type IsolatedExecutorOptions,
} from '../../../../src/agents/process/isolated-executor'

const open: IsolatedExecutor[] = []

/** An executor of an agent in `fixtures/`. */
export function isolate(agentName: string, options: Partial<IsolatedExecutorOptions> = {}): IsolatedExecutor {
  const { modulePath = 'agents.ts' } = options
  const executor = createIsolatedExecutor({
    processes: 2,
    warm: 0,
    memoryMb: 64,
    ...options,
    agentName,
    modulePath: resolve('test/agents/process/fixtures', modulePath),
  })
  open.push(executor)
  return executor
}

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((executor) => executor.close()))
}

export function execute(
  executor: IsolatedExecutor,
  payload: unknown,
  handlers: Partial<ExecutionHandlers> = {},
): Promise<IsolatedResult> {
  const task = { id: 'one', type: 'trial', payload, priority: 'normal' as const }
  const onMessage = (_message: NoticeMessage | CallMessage): unknown => undefined
  return executor.execute(
    { task, runId: 'run-1', attempt: 2, host: { agent: 'trial', logicalAttempt: 0 } },
    { signal: new AbortController().signal, onMessage, ...handlers },
  )
}
