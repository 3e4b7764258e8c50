// HOST. The calls of one execution: which is which, what was recorded of them, and what is recorded now.
import { AsyncLocalStorage } from 'node:async_hooks'
import { asTroupeError, messageOf, TroupeError } from '../../contract/errors'
import { quote, type JsonValue } from '../../contract/json'
import { notAllowed } from '../../contract/people'
import { asJson } from '../as-json'
import type { HostContext } from '../context'
import { HOST, type ApprovalRequest, type HostPort, type LedgerCall } from '../host-port'
import { resolveDefaultModel } from '../models/default-model'
import { secretFilter, cleanJson } from '../models/secrets'
import { inputHash } from './canonical-json'
import { Suspension } from './suspension'

/** A step, tool or effect that is running, or the execution itself. */
interface Scope {
  path: string
  isEffect?: true
  outer?: Scope
  /** Model calls made within it: a replayed step stands for so many. */
  modelCalls: number
}

/** What is kept of a step or tool; a value that is undefined is missing. */
interface Kept {
  value?: JsonValue
  /** Of a tool: the message of what it threw. */
  failed?: string
  modelCalls?: number
}

/** One for all executions of the process: each storage that was ever used costs every promise something. */
const running = new AsyncLocalStorage<{ calls: Calls; scope: Scope }>()

export class Calls {
  /** Variables of the environment that tools of the agent are handed. */
  readonly secrets = new Set<string>()
  private readonly whole: Scope = { path: '', modelCalls: 0 }
  private default?: Promise<string>
  private readonly occurrences = new Map<string, { next: number; free: number[] }>()
  /** Failures of tools that no answer of a model has taken up yet. */
  private untold: { keep(): Promise<unknown>; mayBeMadeAgain: boolean }[] = []

  constructor(
    readonly context: HostContext,
    private readonly suspension = new Suspension(),
  ) {}

  /** @throws TroupeError `Internal` for a context that no host of ours made */
  get host(): HostPort {
    const host = this.context[HOST] as HostPort | undefined
    if (host) return host
    const hint = 'executeAgent of troupe/testing makes a whole one'
    throw new TroupeError('Internal', 'this context has no ledger: it was not made by a Troupe worker', { hint })
  }

  /** The model of the environment, asked for once in an execution: its order of calls stays what it is. */
  defaultModel(): Promise<string> {
    return (this.default ??= resolveDefaultModel())
  }

  /** Names a call. Nothing is waited for before, so that calls which are begun in one order are named in that order. */
  identify(kind: LedgerCall['kind'], name: string, input: unknown): LedgerCall {
    const call = { scope: this.scope.path, kind, name, inputHash: inputHash(input) }
    const places = this.occurrences.get(JSON.stringify(call)) ?? { next: 0, free: [] }
    const occurrence = places.free.shift() ?? places.next++
    this.occurrences.set(JSON.stringify(call), places)
    return { ...call, occurrence }
  }

  /**
   * A model call that failed: an equal one takes its place. So what an author's own retry was answered is found again in its
   * place. Steps keep theirs: nobody knows whether those of one name are equal.
   */
  release({ scope, kind, name, inputHash: hash, occurrence }: LedgerCall): void {
    const places = this.occurrences.get(JSON.stringify({ scope, kind, name, inputHash: hash }))
    places?.free.push(occurrence)
    places?.free.sort((a, b) => a - b)
  }

  /** Before an answer is kept: the failures of tools that it knows of are kept too, or a replay would ask something else. */
  async keepFailures(): Promise<void> {
    await Promise.all(this.untold.splice(0).map(({ keep }) => keep()))
  }

  /** No answer knows of them yet, and the execution that goes on after a person's word must not make those calls again. */
  private async keepLastingFailures(): Promise<void> {
    const lasting = this.untold.filter(({ mayBeMadeAgain }) => !mayBeMadeAgain)
    this.untold = this.untold.filter(({ mayBeMadeAgain }) => mayBeMadeAgain)
    await Promise.all(lasting.map(({ keep }) => keep()))
  }

  /** The number of the model call that begins now. */
  nextNumber(): number {
    const number = this.whole.modelCalls
    this.count(this.scope, 1)
    return number
  }

  /**
   * What was recorded of a step or tool, or what `work` returns now; `work` is told which call it is.
   * @throws what `work` threw; TroupeError `AgentFailed` if JSON cannot hold what it returned
   */
  perform<Value>(
    kind: 'step' | 'tool',
    name: string,
    input: unknown,
    work: (call: LedgerCall) => Promise<Value> | Value,
  ): Promise<Value> {
    const call = this.identify(kind, name, input)
    const scope: Scope = { path: pathOf(this.scope, call), outer: this.scope, modelCalls: 0 }
    return this.suspension.during(scope, () => this.performNow(call, scope, work))
  }

  /** A call that is finished before the execution is suspended, and does not begin after that. */
  during<Value>(act: () => Promise<Value> | Value, what: Pick<Scope, 'isEffect'> = {}): Promise<Value> {
    const scope: Scope = { path: this.scope.path, outer: this.scope, modelCalls: 0, ...what }
    return this.suspension.during(scope, () => running.run({ calls: this, scope }, act))
  }

  /**
   * Returns when a person has approved the tool's call that is under way; where none has decided, the execution ends.
   * @throws Error for a call that was rejected, which is told to the model
   */
  async approval(request: ApprovalRequest): Promise<void> {
    const decision = await this.host.approvals.ask(request)
    if (!decision) return this.suspend(`to approve a call of the tool ${quote(request.tool)}`)
    if (!decision.approved) throw new Error(notAllowed(decision, 'this call'))
  }

  /** The call that is under way waits for a person: rejects when the execution ends. */
  async suspend(what: string): Promise<never> {
    await this.keepLastingFailures()
    return this.suspension.wait(this.scope, what)
  }

  /** An effect of which nobody knows whether it was done ends the execution, whatever the agent's code makes of that. */
  fail(error: TroupeError): void {
    this.suspension.fail(error)
  }

  /** Whether the effect that is under way stands within another one. */
  get isWithinEffect(): boolean {
    for (let scope = this.scope.outer; scope; scope = scope.outer) if (scope.isEffect) return true
    return false
  }

  /** The same without secrets. */
  clean(value: JsonValue): JsonValue {
    return cleanJson(value, secretFilter(process.env, [...this.secrets]))
  }

  private async performNow<Value>(
    call: LedgerCall,
    scope: Scope,
    work: (call: LedgerCall) => Promise<Value> | Value,
  ): Promise<Value> {
    const { kind, name } = call
    const { ledger } = this.host
    const recorded = await ledger.recall(call)
    if (recorded) {
      const { value, failed, modelCalls = 0 } = recorded.value as Kept
      this.count(scope.outer!, modelCalls)
      if (failed !== undefined) throw new Error(failed)
      return value as Value
    }
    const value = await running
      .run({ calls: this, scope }, async () => work(call))
      .catch(async (error: unknown) => {
        // What a shutdown cut off has not failed
        if (kind === 'tool' && !this.context.signal.aborted) {
          const keep = (): Promise<unknown> => ledger.record(call, { value: { failed: messageOf(error) } })
          this.untold.push({ keep, mayBeMadeAgain: asTroupeError(error)?.retryable === true })
          if (this.suspension.isAsked) await this.keepLastingFailures()
        }
        throw error
      })
    const { modelCalls } = scope
    const kept = asJson({ value, ...(modelCalls > 0 ? { modelCalls } : {}) }, `the ${kind} "${name}"`)
    const standing = await ledger.record(call, { value: kept })
    return (standing.value as Kept).value as Value
  }

  private get scope(): Scope {
    const current = running.getStore()
    return current?.calls === this ? current.scope : this.whole
  }

  private count(innermost: Scope, modelCalls: number): void {
    for (let scope: Scope | undefined = innermost; scope; scope = scope.outer) scope.modelCalls += modelCalls
  }
}

/** Names are escaped, so that no two paths are alike; the second of one name has its number. */
function pathOf(outer: Scope, { name, occurrence }: LedgerCall): string {
  const own = name.replace(/[%/#]/g, encodeURIComponent) + (occurrence > 0 ? `#${occurrence}` : '')
  return outer.path === '' ? own : `${outer.path}/${own}`
}
