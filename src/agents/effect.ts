// HOST. `context.effect`: something outside that happens once, whatever dies in between.
import { messageOf, TroupeError } from '../contract/errors'
import { effectText, unknownOutcome } from '../contract/effects'
import type { JsonValue } from '../contract/json'
import { asJson } from './as-json'
import type { HostContext } from './context'
import { HOST } from './host-port'
import { inputHash } from './ledger/canonical-json'

export interface EffectOptions {
  /** Tells it from other effects of that name in this subtask: an order's number, a mail's recipient. */
  key: string
  /** What decides what is done. The same key with another input is an error, since it would be another effect. */
  input?: unknown
  /**
   * `deny`: an execution that has read untrusted text does not begin it (`EffectRefused`). Untrusted are what tools read of
   * files, the network and MCP servers, in any attempt; what `context.untrusted` says; events that were published; and the
   * outputs of subtasks that have read such text.
   */
  afterUntrusted?: 'deny'
  /** True for a failure of which it is known that nothing happened: a retry may then do it. Without, none is known. */
  isNotDone?(error: unknown): boolean
}

/** Effects of one execution: two calls with one key wait for each other. */
export class Effects {
  private readonly turns = new Map<string, Promise<unknown>>()

  constructor(private readonly context: HostContext) {}

  async perform<Value>(
    name: string,
    options: EffectOptions,
    act: (idempotencyKey: string) => Promise<Value> | Value,
  ): Promise<Value> {
    const { key } = options
    if (![name, key].every((text) => typeof text === 'string' && text !== ''))
      throw new TroupeError('AgentFailed', 'an effect has a name and a key, both of them texts that are not empty')
    const place = JSON.stringify([name, key])
    const before = this.turns.get(place) ?? Promise.resolve()
    const turn = before.catch(() => undefined).then(() => this.performNow(name, options, act))
    this.turns.set(place, turn)
    return turn
  }

  private async performNow<Value>(
    name: string,
    { key, input = null, isNotDone, afterUntrusted }: EffectOptions,
    act: (idempotencyKey: string) => Promise<Value> | Value,
  ): Promise<Value> {
    const {
      signal,
      [HOST]: { effects },
    } = this.context
    const claimed = await effects.claim({
      ...{ name, key, inputHash: inputHash(input) },
      ...(afterUntrusted ? { afterUntrusted } : {}),
    })
    if ('value' in claimed) return claimed.value as Value
    const { claim, idempotencyKey } = claimed
    if (signal.aborted) {
      await effects.settle(claim, { notDone: 'the execution was told to end' })
      throw signal.reason
    }
    let value: unknown
    try {
      value = await act(idempotencyKey)
    } catch (error) {
      const message = messageOf(error)
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
    return kept as Value
  }
}
