// Executions of a model agent whose model does what a test says, on one ledger and one store, as a worker and its
// replacements make them; and what the model was told.
import type {
  LanguageModelV3CallOptions,
  LanguageModelV3Content,
  LanguageModelV3GenerateResult,
} from '@ai-sdk/provider'
import { MockLanguageModelV3 } from 'ai/test'
import { defineModelAgent } from 'troupe'
import type { BaseAgentService } from '../../../../src/agents/base-agent-service'
import type { HostContext } from '../../../../src/agents/context'
import { HOST, type HostPort, type LedgerPort } from '../../../../src/agents/host-port'
import { memoryLedger } from '../../../../src/agents/ledger/memory-ledger'
import { memoryEffects } from '../../../../src/agents/memory-effects'
import type { JsonValue } from '../../../../src/contract/json'
import type { ToolEntry } from '../../../../src/contract/tools'
import { loadSnapshot, readText, storeSnapshot, textFiles } from '../../../../src/workspace/snapshots'
import { MemoryArtifacts } from '../../../workspace/support/memory-artifacts'

/** What a model does in one call: it says a text, or calls tools, all of them at once. */
export type Turn = string | [tool: string, input: unknown][]

export class Toolbench {
  readonly artifacts = new MemoryArtifacts()
  ledger: LedgerPort = memoryLedger()
  /** Effects and approvals that are kept, where a test has them. */
  ports: Partial<Pick<HostPort, 'effects' | 'approvals'>> = {}
  /** What the model was asked, live, call by call. */
  readonly asked: LanguageModelV3CallOptions[] = []

  /** A snapshot of texts. */
  async files(texts: Record<string, string>): Promise<string> {
    return storeSnapshot(this.artifacts, { files: await textFiles(this.artifacts, texts) })
  }

  /** The texts of a snapshot. */
  async texts(snapshot: string): Promise<Record<string, string>> {
    const tree = await loadSnapshot(this.artifacts, snapshot)
    const entries = Object.keys(tree.files).map(async (path) => [path, await readText(this.artifacts, tree, path)])
    return Object.fromEntries(await Promise.all(entries)) as Record<string, string>
  }

  /** One attempt. `turns` are the model's, one a call, counted over all attempts. */
  async attempt(
    agent: BaseAgentService,
    payload: unknown,
    turns: readonly Turn[],
    signal?: AbortSignal,
  ): Promise<JsonValue> {
    const nothing = (): void => undefined
    const task = { id: 'work', type: agent.name, payload, priority: 'normal' as const }
    const { ledger, artifacts } = this
    const context: HostContext = {
      task,
      runId: 'run-1',
      attempt: 1,
      signal: signal ?? new AbortController().signal,
      progress: nothing,
      publish: async () => undefined,
      spawn: nothing,
      artifacts,
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      [HOST]: {
        ledger,
        effects: memoryEffects(),
        approvals: { ask: async () => undefined },
        ...this.ports,
        agent: agent.name,
        model: 'mock/one',
        languageModel: () => this.model(turns),
      },
    }
    return agent.handleWithTimeout(task, context)
  }

  /** A new execution of an agent that calls these tools, one after the other; returns what its model was told of each. */
  async use(tools: ToolEntry[], snapshot: string | undefined, ...calls: [tool: string, input: unknown][]) {
    const agent = defineModelAgent({ name: 'worker', instructions: 'Work.', tools, maxSteps: calls.length + 2 })
    const turns: Turn[] = [...calls.map((call): Turn => [call]), 'done']
    const before = this.asked.length
    this.ledger = memoryLedger()
    const output = await this.attempt(agent, { prompt: 'Go.', ...(snapshot === undefined ? {} : { snapshot }) }, turns)
    const told = calls.map((_, place) => toldIn(this.asked[before + place + 1]!).at(-1)!)
    return { output: output as { output: string; snapshot: string }, told }
  }

  /** The files and results of one call. */
  async call(files: Record<string, string>, tool: string, input: unknown) {
    const { output, told } = await this.use([tool], await this.files(files), [tool, input])
    const after = typeof output === 'string' ? files : await this.texts(output.snapshot)
    return { told: told[0]!, after }
  }

  private model(turns: readonly Turn[]): MockLanguageModelV3 {
    return new MockLanguageModelV3({
      doGenerate: async (options) => {
        const turn = turns[options.prompt.filter(({ role }) => role === 'assistant').length]
        this.asked.push(options)
        return Promise.resolve(answered(turn ?? 'nothing more', this.asked.length))
      },
    })
  }
}

/** The results of tools in a request, in the order of the calls. */
export function toldIn({ prompt }: LanguageModelV3CallOptions): string[] {
  return prompt.flatMap(({ role, content }) =>
    role === 'tool'
      ? content.flatMap((part) =>
          part.type === 'tool-result' && 'value' in part.output ? [String(part.output.value)] : [],
        )
      : [],
  )
}

function answered(turn: Turn, call: number): LanguageModelV3GenerateResult {
  const content: LanguageModelV3Content[] =
    typeof turn === 'string'
      ? [{ type: 'text', text: turn }]
      : turn.map(([toolName, input], place) => ({
          type: 'tool-call',
          toolCallId: `${call}-${place}`,
          toolName,
          input: JSON.stringify(input),
        }))
  const unified = typeof turn === 'string' ? 'stop' : 'tool-calls'
  return {
    content,
    finishReason: { unified, raw: unified },
    usage: {
      inputTokens: { total: 10, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 5, text: undefined, reasoning: undefined },
    },
    warnings: [],
  }
}
