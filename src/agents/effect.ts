// HOST. `context.effect`: something outside that happens once, whatever dies in between.
import { asTroupeError, messageOf, TroupeError } from '../contract/errors'
import { effectText, unknownOutcome, type EffectName } from '../contract/effects'
import type { JsonValue } from '../contract/json'
import { asJson } from './as-json'
import type { HostContext } from './context'
import { HOST, type EffectCall, type ShownEffect } from './host-port'
import { canonicalJson, inputHash } from './ledger/canonical-json'
import { requirePlain } from './plain-input'

export interface EffectOptions {
  /** Tells it from other effects of that name in this subtask: an order's number, a mail's recipient. */
  key: string
  /**
   * What decides what is done, as plain data (bigints, bytes, dates and URLs too). The same key with another input is an error,
   * since it would be another effect.
   */
  input?: unknown
  /**
   * `deny`: an execution that has read untrusted text does not begin it (`EffectRefused`). `approve`: it ends, a person is shown
   * name, key, `input` and where the text came from, and once they have decided another one goes on from the ledger; what they
   * reject is refused in the same way, and so is what stands within another effect, where nobody can be asked. Untrusted are
   * what tools read of files, the network and MCP servers, in any attempt; what `context.untrusted` says; events that were
   * published; and the outputs of subtasks that have read such text.
   */
  afterUntrusted?: 'deny' | 'approve'
  /** True for a failure of which it is known that nothing happened: a retry may then do it. Without, none is known. */
  isNotDone?(error: unknown): boolean
}

/** The calls that an effect stands among: one that a person is to approve ends them all. */
export interface EffectSurroundings {
  /** An effect that is under way can neither wait nor be begun again. */
  readonly isWithinEffect: boolean
  /** The same without secrets. */
  clean(value: JsonValue): JsonValue
  /** The execution ends by it, whatever the agent's code makes of it. */
  fail(error: TroupeError): void
  /** Rejects when the execution ends. `what` is waited for. */
  suspend(what: string): Promise<never>
}

/** Effects of one execution: two calls with one key wait for each other. */
export class Effects {
  private readonly turns = new Map<string, Promise<unknown>>()

  constructor(
    private readonly context: HostContext,
    private readonly surroundings: EffectSurroundings,
  ) {}

  async perform<Value>(
    name: string,
    options: EffectOptions,
    act: (idempotencyKey: string) => Promise<Value> | Value,
  ): Promise<Value> {
    const { key } = options
    if (![name, key].every((text) => typeof text === 'string' && text !== ''))
      throw new TroupeError('AgentFailed', 'an effect has a name and a key, both of them texts that are not empty')
    requirePlain(options.input ?? null, `the effect ${effectText({ name, key })}`)
    const place = JSON.stringify([name, key])
    const before = this.turns.get(place) ?? Promise.resolve()
    const turn = before.catch(() => undefined).then(() => this.performNow(name, options, act))
    this.turns.set(place, turn)
    const done = await turn.catch((error: unknown) => {
      const known = asTroupeError(error)
      if (known?.code === 'UnknownOutcome') this.surroundings.fail(known)
      throw error
    })
    // Only now, since another call with this key is to have its turn, and to wait too
    return done ? done.value : this.surroundings.suspend(`to approve the effect ${effectText({ name, key })}`)
  }

  /** Undefined where a person is to be asked first. */
  private async performNow<Value>(
    name: string,
    { key, input = null, isNotDone, afterUntrusted }: EffectOptions,
    act: (idempotencyKey: string) => Promise<Value> | Value,
  ): Promise<{ value: Value } | undefined> {
    const {
      signal,
      [HOST]: { effects },
    } = this.context
    const claimed = await effects.claim({
      ...{ name, key, inputHash: inputHash(input) },
      ...(afterUntrusted === undefined ? {} : this.condition(afterUntrusted, { name, key, input })),
    })
    if ('isAsked' in claimed) return undefined
    if ('value' in claimed) return { value: claimed.value as Value }
    const { claim, idempotencyKey } = claimed
    if (signal.aborted) {
      await effects.settle(claim, { notDone: 'the execution was told to end' })
      throw signal.reason
    }
    let value: unknown
    try {
      value = await act(idempotencyKey)
    } catch (error) {
      // It is written down, and later attempts tell it
      const message = this.surroundings.clean(messageOf(error)) as string
      if (isNotDone?.(error)) {
        await effects.settle(claim, { notDone: message })
        throw error
      }
      await effects.settle(claim, { unknown: message })
      throw unknownOutcome({ name, key }, `it threw: ${message}`, error)
    }
    let kept: JsonValue = null
    try {
      kept = asJson(value, `the effect ${effectText({ name, key })}, which was done,`)
    } finally {
      // It was done, whatever it returned
      await effects.settle(claim, { value: kept })
    }
    return { value: kept as Value }
  }

  private condition(
    afterUntrusted: NonNullable<EffectOptions['afterUntrusted']>,
    effect: EffectName & { input: unknown },
  ): Pick<EffectCall, 'afterUntrusted' | 'shown'> {
    if (afterUntrusted !== 'approve' || this.surroundings.isWithinEffect) return { afterUntrusted: 'deny' }
    const shown = this.surroundings.clean(JSON.parse(canonicalJson(effect)) as JsonValue)
    return { afterUntrusted, shown: shown as unknown as ShownEffect }
  }
}
