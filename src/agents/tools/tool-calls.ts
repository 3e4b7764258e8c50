// HOST. The one way of every tool call of a model agent: counted, approved, recorded, carried out, cut, and marked as data. What
// a call may do follows from its grant alone, never from what the model says.
import type { Tool, ToolExecutionOptions, ToolSet } from 'ai'
import { decisiveError, isLasting, messageOf, type ErrorCode } from '../../contract/errors'
import { quote } from '../../contract/json'
import { calledName } from '../../contract/tools'
import { Turns } from '../../contract/turns'
import type { AgentContext } from '../context'
import { recordedTool } from '../ledger/equip'
import { toldResult, type ToolGuard } from '../models/tool-guard'
import { approvalOf } from './approval'
import { asData } from './as-data'
import { ChangedFiles, type GivenTool } from './given-tool'
import { markedOutput } from './marked-output'

/** Failures of the surroundings are nothing for a model to deal with: they end the attempt, and Temporal retries what may help. */
const SURROUNDINGS: readonly ErrorCode[] = [
  'StoreUnavailable',
  'StoreMismatch',
  'SandboxUnavailable',
  'ToolServerUnavailable',
  'Internal',
]
/** The same, where the store lacks what belongs to the agent's own files. */
const LOST_FILES: readonly ErrorCode[] = ['ArtifactNotFound', 'ArtifactCorrupt']

export interface ToolCallsOptions {
  context: AgentContext
  guard: ToolGuard
  /** The snapshot that stands: who is asked about a call that would change it is told. */
  snapshot?(): string | undefined
  /** Told which snapshot stands after a call that changed the agent's files, live or recorded. */
  onSnapshot?(snapshot: string): void
}

/** What is kept of a call that uses the agent's files; a failure too, since the next one builds on what it left. */
interface KeptFiles {
  result?: unknown
  failed?: string
  snapshot?: string
}

/** The tool calls of one execution. */
export class ToolCalls {
  private readonly files = new Turns(1)
  private ended: { by: unknown } | undefined

  constructor(private readonly options: ToolCallsOptions) {}

  /** Whether nothing more is to be asked of the model, and no further call to be begun. */
  get isOver(): boolean {
    return this.ended !== undefined || this.options.guard.isOver
  }

  /** @throws what ended the attempt, if something did */
  require(): void {
    if (this.ended) throw this.ended.by
    this.options.guard.require()
  }

  /** For the AI SDK, by the names that the model calls. */
  toolSet(given: readonly GivenTool[]): ToolSet {
    return Object.fromEntries(given.map((one) => [calledName(one.grant.name), this.attended(one)])) as ToolSet
  }

  private attended(given: GivenTool): Tool {
    const { tool, grant, usesFiles } = given
    // Those that the provider executes never come here
    if (!tool.execute) return tool
    const name = calledName(grant.name)
    // The lines are begun in the order of the model's calls: nothing is waited for before
    const execute = async (input: unknown, options: ToolExecutionOptions): Promise<unknown> => {
      this.options.guard.count(grant.name, input)
      // Noted before the next one's turn comes
      const make = (): Promise<unknown> =>
        this.make(given, input, options)
          .finally(() => this.toldOfOthers(given))
          .catch((error: unknown) => {
            if (this.ends(error, given)) this.ended ??= { by: error }
            throw error
          })
      try {
        return await (usesFiles ? this.files.take(make) : make())
      } catch (error) {
        throw new Error(asData(name, await this.toldFailure(error)), { cause: error })
      }
    }
    return { ...tool, execute, toModelOutput: markedOutput(name, tool) } as Tool
  }

  /** Also a failure may fill the model's window. */
  private async toldFailure(error: unknown): Promise<string> {
    try {
      return String(await toldResult(messageOf(error), this.options.context.artifacts))
    } catch (unkept) {
      this.ended ??= { by: unkept }
      throw unkept
    }
  }

  /** Calls that the SDK did not make, since nothing has such a name or takes such an input: models repeat these too. */
  countInvalid(calls: readonly { toolName: string; input: unknown; invalid?: boolean }[]): void {
    const { guard } = this.options
    for (const { toolName, input, invalid } of calls) if (invalid && !guard.isOver) guard.note(toolName, input)
  }

  /** Before the model is told what came of it. */
  private async toldOfOthers({ grant, isOwn }: GivenTool): Promise<void> {
    if (!isOwn) await this.options.context.untrusted(`the tool ${quote(grant.name)}`)
  }

  private async make(given: GivenTool, input: unknown, options: ToolExecutionOptions): Promise<unknown> {
    this.require()
    const { context, onSnapshot } = this.options
    const { grant, usesFiles } = given
    const approve = approvalOf(grant, input, usesFiles ? this.options.snapshot?.() : undefined)
    const recorded = <Value>(execute: () => Promise<Value>): Promise<Value> =>
      recordedTool(context, grant.name, input, execute, approve)
    if (!usesFiles) return recorded(() => this.carryOut(given, input, options))
    const { result, failed, snapshot } = await recorded(() => this.carryOutOnFiles(given, input, options))
    if (snapshot !== undefined) onSnapshot?.(snapshot)
    if (failed !== undefined) throw new Error(failed)
    return result
  }

  private async carryOut({ tool }: GivenTool, input: unknown, options: ToolExecutionOptions): Promise<unknown> {
    const result: unknown = await tool.execute!(input, options)
    // One that says itself what the model is told knows what that costs
    if (tool.toModelOutput || result instanceof ChangedFiles) return result
    return toldResult(result, this.options.context.artifacts)
  }

  private async carryOutOnFiles(given: GivenTool, input: unknown, options: ToolExecutionOptions): Promise<KeptFiles> {
    try {
      const result = await this.carryOut(given, input, options)
      if (!(result instanceof ChangedFiles)) return { result }
      return { result: await toldResult(result.result, this.options.context.artifacts), snapshot: result.snapshot }
    } catch (error) {
      if (this.ends(error, given)) throw error
      return { failed: messageOf(error) }
    }
  }

  private ends(error: unknown, { usesFiles }: GivenTool): boolean {
    if (this.options.context.signal.aborted) return true
    const code = decisiveError(error)?.code
    return (
      code !== undefined &&
      (isLasting(code) || SURROUNDINGS.includes(code) || (usesFiles === true && LOST_FILES.includes(code)))
    )
  }
}
