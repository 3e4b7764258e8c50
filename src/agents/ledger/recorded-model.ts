// HOST. A language model whose answers are recorded: what was answered once is not paid for twice.
import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3GenerateResult,
  LanguageModelV3StreamPart,
  LanguageModelV3StreamResult,
} from '@ai-sdk/provider'
import type { JsonValue } from '../../contract/json'
import { TroupeError } from '../../contract/errors'
import { tokenNumber } from '../../contract/run/spending'
import type { LedgerCall, LedgerEntry } from '../host-port'
import { answerStream, watched } from './answer-stream'
import type { Calls } from './calls'
import { fromAnswer, toAnswer, type Answered } from './model-answer'
import { demandOf } from '../models/call-demand'
import { costOf } from '../models/prices'
import { withinBudget } from './budgeted-options'
import { recordedStream } from './recorded-stream'
import { tokensOf } from './tokens'
import { costsNothing } from './unbilled'

type Parts = ReadableStream<LanguageModelV3StreamPart>

/** How the live model is made, at its first call. */
export interface LiveModel {
  /** `<provider>/<model>`, where it is known without asking anybody. */
  named?: string
  id(): Promise<string>
  load(id: string): LanguageModelV3
}

/** A call that was not answered before. */
interface LiveCall {
  call: LedgerCall
  number: number
  /** Tokens that were reserved for its input. */
  mostInput: number
  /** A budget bounds the answer to so many tokens, and it may have needed more. */
  cutAt?: number
  model: LanguageModelV3
  options: LanguageModelV3CallOptions
}

export class RecordedModel implements LanguageModelV3 {
  readonly specificationVersion = 'v3'

  constructor(
    private readonly calls: Calls,
    private readonly live: LiveModel,
  ) {}

  get provider(): string {
    return this.live.named?.split('/')[0] ?? 'troupe'
  }

  get modelId(): string {
    return this.live.named?.split('/').slice(1).join('/') ?? 'default'
  }

  get supportedUrls(): PromiseLike<Record<string, RegExp[]>> {
    return this.live.id().then((id) => this.live.load(id).supportedUrls)
  }

  doGenerate(options: LanguageModelV3CallOptions): Promise<LanguageModelV3GenerateResult> {
    return this.calls.during(() => this.generate(options))
  }

  private async generate(options: LanguageModelV3CallOptions): Promise<LanguageModelV3GenerateResult> {
    const asked = await this.ask(options)
    if ('answered' in asked) return { ...asked.answered, warnings: [] }
    const result = await this.attempt(asked, async ({ model, options: own }) => model.doGenerate(own))
    return { ...(await this.record(asked, result)), warnings: result.warnings }
  }

  /**
   * A stream is recorded when its last part has come, before that part is passed on. Any failure makes the stream itself
   * fail: a rejection, and an error that comes as a part, the SDK keeps from whoever reads only the text.
   */
  async doStream(options: LanguageModelV3CallOptions): Promise<LanguageModelV3StreamResult> {
    const stream = await new Promise<Parts>((resolve) => {
      const read = (ended: () => void): void =>
        void this.stream(options)
          .catch(failingStream)
          .then((parts) => resolve(watched(parts, ended)))
      this.calls
        .during(() => new Promise<void>((ended) => read(ended)))
        .catch((error: unknown) => resolve(failingStream(error)))
    })
    return { stream }
  }

  private async stream(options: LanguageModelV3CallOptions): Promise<Parts> {
    const asked = await this.ask(options, true)
    if ('answered' in asked) return answerStream(asked.answered)
    const { stream } = await this.attempt(asked, async ({ model, options: own }) => model.doStream(own))
    return recordedStream(stream, {
      keep: (answered) => this.record(asked, answered),
      fail: (error) => this.noteFailure(asked, error),
    })
  }

  /** What was recorded of a call; else the call as it is to be made, noted as begun. */
  private async ask(options: LanguageModelV3CallOptions, streamed = false): Promise<{ answered: Answered } | LiveCall> {
    const number = this.calls.nextNumber()
    const id = this.live.named ?? (await this.live.id())
    const call = this.calls.identify('model', id, inputOf(options))
    try {
      const recorded = await this.calls.host.ledger.recall(call)
      if (recorded) return { answered: fromAnswer(recorded.value) }
      return await this.begin(call, number, options, streamed)
    } catch (error) {
      // It was not made: an author who catches this and asks again asks in its place
      this.calls.release(call)
      throw error
    }
  }

  private async begin(
    call: LedgerCall,
    number: number,
    options: LanguageModelV3CallOptions,
    streamed: boolean,
  ): Promise<LiveCall> {
    const { context, host } = this.calls
    const model = this.live.load(call.name)
    const { signal, task } = context
    signal.throwIfAborted()
    const demand = await demandOf(call.name, options, host)
    const grant = await host.ledger.begin(call, { ...demand, ...(streamed ? { streamed } : {}) })
    // It may have waited for others
    if (signal.aborted) await host.ledger.refused(call)
    signal.throwIfAborted()
    const troupe = { agent: host.agent, subtask: task.id, attempt: await host.ledger.logicalAttempt(), call: number }
    const abortSignal = options.abortSignal ? AbortSignal.any([signal, options.abortSignal]) : signal
    const sent = withinBudget(call.name, options, grant)
    const own = { ...sent, abortSignal, providerOptions: { ...options.providerOptions, troupe } }
    const { output } = grant
    const cutAt = output !== undefined && output < demand.output ? { cutAt: output } : {}
    return { call, number, model, options: own, mostInput: demand.input, ...cutAt }
  }

  private async attempt<Result>(asked: LiveCall, make: (asked: LiveCall) => Promise<Result>): Promise<Result> {
    try {
      return await make(asked)
    } catch (error) {
      await this.noteFailure(asked, error)
      throw error
    }
  }

  private async noteFailure({ call }: LiveCall, error: unknown): Promise<void> {
    this.calls.release(call)
    const { ledger } = this.calls.host
    await (costsNothing(error) ? ledger.refused(call) : ledger.lost(call))
  }

  /** Returns what stands: another process may have had the same call answered before. */
  private async record(asked: LiveCall, answered: Answered): Promise<Answered> {
    const { call, number, options, cutAt, mostInput } = asked
    const tokens = tokensOf({ ...options, model: call.name, mostInput }, answered)
    const usd = await costOf(call.name, tokens, this.calls.host.prices)
    const priced = usd === undefined ? {} : { usd }
    const entry: LedgerEntry = { value: toAnswer(answered) as unknown as JsonValue, tokens, number, ...priced }
    if (cutAt !== undefined && answered.finishReason.unified === 'length') {
      this.calls.release(call)
      await this.calls.host.ledger.wasted(call, entry)
      throw cutByBudget(cutAt)
    }
    try {
      await this.calls.keepFailures()
      return fromAnswer((await this.calls.host.ledger.record(call, entry)).value)
    } catch (error) {
      // It may stand: whoever asks again in its place finds it
      this.calls.release(call)
      throw error
    }
  }
}

/** Half an answer passes for no whole one; with a larger budget the call is made again. */
function cutByBudget(tokens: number): TroupeError {
  const message = `an answer was cut off at ${tokenNumber(tokens)} tokens: its budget gave it no more`
  return new TroupeError('BudgetExceeded', message, {
    hint: 'a larger budget (--max-tokens) gives longer answers; where it is held (--on-budget hold), troupe budget RUN --tokens N raises it',
  })
}

/** What decides the answer: not how it is sent, nor what is ours. */
function inputOf(options: LanguageModelV3CallOptions): unknown {
  const { abortSignal: _abort, headers: _headers, includeRawChunks: _raw, providerOptions = {}, ...input } = options
  const { troupe: _ours, ...others } = providerOptions
  return Object.keys(others).length > 0 ? { ...input, providerOptions: others } : input
}

function failingStream(error: unknown): Parts {
  return new ReadableStream({ pull: (controller) => controller.error(error) })
}
