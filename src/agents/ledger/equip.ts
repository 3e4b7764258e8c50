// HOST. Adds to a host's context what stands on its port: `step`, `effect`, `untrusted`, `model`, `budget` and `snapshot`.
import type { LanguageModelV3 } from '@ai-sdk/provider'
import { DEFAULT_MODEL } from '../../contract/model-id'
import { shortened, type JsonValue } from '../../contract/json'
import type { AgentContext, HostContext } from '../context'
import { HOST, type ApprovalRequest } from '../host-port'
import { copySnapshot, takeSnapshot } from '../../workspace/stored-snapshot'
import { languageModel } from '../models/language-model'
import { Effects } from '../effect'
import { Calls } from './calls'
import { RecordedModel } from './recorded-model'
import type { Suspension } from './suspension'

/** Where an equipped context keeps its calls. A registered symbol, as that of the port. */
const CALLS: unique symbol = Symbol.for('troupe.calls') as never

/** Characters that are kept of where text came from: others may choose it. */
const SOURCE_LENGTH = 200

export function equip(context: HostContext, suspension: Suspension): AgentContext {
  const calls = new Calls(context, suspension)
  const effects = new Effects(context, calls)
  const equipped = {
    ...context,
    publish(type: string, payload?: JsonValue) {
      // Nothing is told of what a person has not allowed yet
      const published = calls.during(() => context.publish(type, payload))
      // An agent that does not wait for it does not die of a refusal
      published.catch(() => undefined)
      return published
    },
    step: <Value>(name: string, fn: () => Promise<Value> | Value) => calls.perform('step', name, null, fn),
    effect: <Value>(...[name, options, act]: Parameters<typeof effects.perform<Value>>) =>
      calls.during(() => effects.perform(name, options, act), { isEffect: true }),
    untrusted: (source: string) =>
      // People are shown it, and it goes on to whoever reads the output
      context[HOST].effects.noteUntrusted(shortened(String(calls.clean(source)), SOURCE_LENGTH)),
    model: (id?: string) => modelFor(calls, id),
    budget: () => calls.host.ledger.budget(),
    snapshot: {
      take: (directory: string) => takeSnapshot(context.artifacts, directory),
      copy: <Value>(snapshot: string, work: (directory: string) => Promise<Value>) =>
        copySnapshot(context.artifacts, snapshot, work),
    },
    [CALLS]: calls,
  }
  return equipped
}

/** A recorded model with settings that `context.model` does not take. */
export function recordedModel(context: AgentContext, id?: string, options?: { baseUrl?: string }): LanguageModelV3 {
  return modelFor(callsOf(context), id, options)
}

/** The id of the model that `recordedModel` gives. */
export async function recordedModelId(context: AgentContext, id?: string): Promise<string> {
  const calls = callsOf(context)
  return namedModel(calls, id) ?? calls.defaultModel()
}

/**
 * What a tool returned when it was called with this input, or what `execute` returns now; recorded as a step is.
 * @throws whatever `execute` threw; that is recorded with the next answer of a model, which was told of it
 */
export function recordedTool<Value>(
  context: AgentContext,
  name: string,
  input: unknown,
  execute: () => Promise<Value> | Value,
  approve?: ToolApproval,
): Promise<Value> {
  const calls = callsOf(context)
  return calls.perform('tool', name, input, async (call) => {
    if (approve) await calls.approval({ call, tool: name, input: input as JsonValue, ...approve })
    return execute()
  })
}

/** Names variables of the environment whose values nobody is shown, whatever they are called. */
export function keepSecret(context: AgentContext, variables: readonly string[]): void {
  const { secrets } = callsOf(context)
  for (const variable of variables) secrets.add(variable)
}

/** How a call of a tool is approved: each one, or once for all of a subtask; with the snapshot that it would change. */
export type ToolApproval = Pick<ApprovalRequest, 'once' | 'snapshot'>

function callsOf(context: AgentContext): Calls {
  const { [CALLS]: calls } = context as AgentContext & { [CALLS]?: Calls }
  return calls ?? new Calls(context)
}

function namedModel({ host }: Calls, id: string | undefined): string | undefined {
  return [id, host.model].find((name) => name !== undefined && name !== DEFAULT_MODEL)
}

function modelFor(calls: Calls, id?: string, options?: { baseUrl?: string }): LanguageModelV3 {
  const { host } = calls
  const named = namedModel(calls, id)
  let loaded: LanguageModelV3 | undefined
  return new RecordedModel(calls, {
    ...(named === undefined ? {} : { named }),
    id: async () => named ?? calls.defaultModel(),
    load: (name) => (loaded ??= host.languageModel?.(name) ?? languageModel(name, options)),
  })
}
