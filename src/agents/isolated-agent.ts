// HOST. An agent whose executions run in child processes: this side of it, in the worker.
import { AsyncResource } from 'node:async_hooks'
import type { AgentTask } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import type { EffectOutcome } from '../contract/effects'
import type { JsonValue } from '../contract/json'
import type { Demand } from '../contract/run/admission'
import { BaseAgentService } from './base-agent-service'
import type { AgentContext, SpawnOptions } from './context'
import { HOST, type ApprovalRequest, type EffectCall, type LedgerCall, type LedgerEntry } from './host-port'
import { createIsolatedExecutor, type IsolatedExecutor } from './process/isolated-executor'
import type { CallMessage, NoticeMessage } from './process/isolated-protocol'

/** Payload and output are checked in the child, by the agent's own schemas. */
export class IsolatedAgent extends BaseAgentService {
  readonly executor: IsolatedExecutor

  /** `processes` is how many there may be. @throws TroupeError `InvalidTeam` if it is not known which module exports the agent */
  constructor(
    private readonly agent: BaseAgentService,
    teamModule: string | undefined,
    processes: number,
  ) {
    super({ name: agent.name, capabilities: agent.config.capabilities })
    const modulePath = agent.module ?? teamModule
    if (modulePath === undefined) {
      const hint = 'give the agent or the team "module: __filename", the file that exports it'
      throw new TroupeError(
        'InvalidTeam',
        `"${agent.name}" has isolation "process", but it is not known which module exports it`,
        { hint },
      )
    }
    const { name, memoryMb, recycleAfter } = agent
    const given = {
      ...(memoryMb === undefined ? {} : { memoryMb }),
      ...(recycleAfter === undefined ? {} : { recycleAfter }),
    }
    this.executor = createIsolatedExecutor({ modulePath, agentName: name, processes, ...given })
  }

  override canHandle(task: AgentTask): boolean | Promise<boolean> {
    return this.agent.canHandle(task)
  }

  override async execute(task: AgentTask, context: AgentContext): Promise<unknown> {
    const { runId, attempt, signal } = context
    // A child that was there before the execution would bring its messages from outside of it, where no activity is
    const onMessage = AsyncResource.bind((message: NoticeMessage | CallMessage): unknown => answer(message, context))
    const { agent, model, prices, tokenizer, endsAt, ledger } = context[HOST]
    const logicalAttempt = await ledger.logicalAttempt()
    const named = { ...(model === undefined ? {} : { model }), ...(prices ? { prices } : {}) }
    const counted = tokenizer === undefined ? {} : { tokenizer }
    const timed = endsAt === undefined ? {} : { endsAt }
    const host = { agent, logicalAttempt, ...named, ...counted, ...timed }
    const { output, spawned } = await this.executor.execute({ task, runId, attempt, host }, { signal, onMessage })
    for (const call of spawned) context.spawn(call.subtasks, call.options as SpawnOptions | undefined)
    return output
  }
}

function answer(message: NoticeMessage | CallMessage, context: AgentContext): unknown {
  switch (message.kind) {
    case 'progress':
      return context.progress(message.details as JsonValue)
    case 'log':
      return context.log[message.level](message.message, message.fields)
    case 'call':
      return call(message, context)
  }
}

async function call({ method, args }: CallMessage, context: AgentContext): Promise<unknown> {
  const [first, second] = args
  const { ledger, effects, approvals } = context[HOST]
  switch (method) {
    case 'publish':
      return context.publish(first as string, second as JsonValue | undefined)
    case 'artifacts.put':
      return context.artifacts.put(first as Uint8Array | string)
    case 'artifacts.get':
      return context.artifacts.get(first as string)
    case 'ledger.recall':
      return ledger.recall(first as LedgerCall)
    case 'ledger.begin':
      return ledger.begin(first as LedgerCall, second as Demand)
    case 'ledger.record':
      return ledger.record(first as LedgerCall, second as LedgerEntry)
    case 'ledger.refused':
      return ledger.refused(first as LedgerCall)
    case 'ledger.lost':
      return ledger.lost(first as LedgerCall)
    case 'ledger.wasted':
      return ledger.wasted(first as LedgerCall, second as LedgerEntry)
    case 'ledger.budget':
      return ledger.budget()
    case 'effects.claim':
      return effects.claim(first as EffectCall)
    case 'effects.settle':
      return effects.settle(first as string, second as EffectOutcome<JsonValue>)
    case 'effects.noteUntrusted':
      return effects.noteUntrusted(first as string)
    case 'approvals.ask':
      return approvals.ask(first as ApprovalRequest)
  }
}
