// HOST. A provider's errors, classified once: whether a retry may help, when, and what to do. They say what the provider
// said, without keys, headers and requests.
import { messageOf, TroupeError } from '../../contract/errors'
import { isObject, preview } from '../../contract/json'
import { MAX_RETRY_AFTER_MS } from '../../contract/limits'
import type { ModelProvider } from '../../contract/model-id'
import { keyVariable, KEY_VARIABLES, type Environment } from './providers'
import { retryAfterMs } from './retry-after'
import { withoutSecrets } from './secrets'

/** Characters of a provider's message: its first sentences name the cause, what follows may be the request. */
const MAX_SAID = 300
/** Statuses of whoever stands between: what happened behind them, nobody knows. */
const IN_BETWEEN = [502, 504, 520, 522, 524]
/** The request did not leave this machine, or found nobody. */
const NOT_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

/** What failed: kept as the cause of the error that is thrown, and found there by whoever must know. */
class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure'

  constructor(
    /** HTTP status of the answer; undefined where none came. */
    readonly status: number | undefined,
    readonly unbilled: boolean,
  ) {
    super(status === undefined ? 'no answer' : `HTTP ${status}`)
  }
}

export interface FailedCall {
  /** The model's id. */
  id: string
  provider: ModelProvider
  signal?: AbortSignal | undefined
  /** Whose secrets are kept out of messages. */
  env: Environment
}

/** Whether a failed model call has surely cost nothing. What was cut off, or went silent, may have been billed. */
export function isUnbilled(error: unknown): boolean {
  return failureOf(error)?.unbilled ?? false
}

/** The HTTP status that a failed model call was answered with. */
export function statusOf(error: unknown): number | undefined {
  return failureOf(error)?.status
}

/** The error to throw for whatever a provider's package threw. */
export function providerError(error: unknown, call: FailedCall): unknown {
  if (error instanceof TroupeError) return error
  if (call.signal?.aborted) return (call.signal.reason as unknown) ?? error
  const status = property(error, 'statusCode')
  if (typeof status === 'number' && status >= 400) return answered(error, status, call)
  const unbilled = causes(error).some((cause) => NOT_SENT.includes(String(property(cause, 'code'))))
  const text = said(error, call) || 'no answer'
  return new TroupeError('ModelUnavailable', `"${call.id}" could not be reached or was cut off: ${text}`, {
    retryable: true,
    cause: new ProviderFailure(undefined, unbilled),
    ...(unbilled ? { hint: unreachableHint(call) } : {}),
  })
}

function answered(error: unknown, status: number, call: FailedCall): TroupeError {
  const cause = new ProviderFailure(status, !IN_BETWEEN.includes(status))
  // A refused key is echoed, in part or whole
  const text = status === 401 ? '' : said(error, call)
  const message = `"${call.id}" answered with HTTP ${status}${text ? `: ${text}` : ''}`
  if (!mayPass(status) || isOutOfQuota(error))
    return new TroupeError('ModelRefused', message, { cause, hint: refusalHint(status, call) })
  const delay = retryAfterMs(headersOf(error), Date.now())
  if (delay !== undefined && delay > MAX_RETRY_AFTER_MS)
    return new TroupeError(
      'ModelUnavailable',
      `${message}; it asks to be left alone for ${Math.ceil(delay / 60_000)} min`,
      {
        cause,
        hint: 'start again later, raise the quota, or name another model',
      },
    )
  return new TroupeError('ModelUnavailable', message, {
    cause,
    retryable: true,
    ...(delay === undefined ? {} : { retryAfterMs: delay }),
  })
}

/** Statuses after which the same request may succeed. */
function mayPass(status: number): boolean {
  return status >= 500 || [408, 409, 425, 429].includes(status)
}

/** It comes as a 429 as well, and no waiting helps. */
function isOutOfQuota(error: unknown): boolean {
  return /insufficient_quota|billing_hard_limit|credit balance is too low/i.test(
    String(property(error, 'responseBody')),
  )
}

function refusalHint(status: number, { id, provider }: FailedCall): string {
  const variable = provider === 'scripted' ? undefined : keyVariable(provider)
  if (status === 401 || status === 403) return `check ${variable ?? 'the access'}: it is not accepted for "${id}"`
  if (status === 404) return `is there a model "${id}"? name another one: --model <provider>/<model>`
  if (status === 402 || status === 429) return 'the account has no credit or quota left for this model'
  if (status === 413) return 'the request is too large for this model: hand in less, or name another model'
  return 'the request itself is refused: what is handed to the model, or the model, has to change'
}

function unreachableHint({ provider }: FailedCall): string {
  if (provider === 'ollama') return 'is Ollama running? OLLAMA_HOST says where, http://127.0.0.1:11434 unless set'
  if (provider in KEY_VARIABLES) return 'is there a way to the internet, and is the provider’s *_BASE_URL right?'
  return 'is the server running, and is its base URL right?'
}

/** The provider's own words. */
function said(error: unknown, { env }: FailedCall): string {
  const data = property(error, 'data')
  const inner = isObject(data) && isObject(data.error) ? data.error.message : undefined
  const text =
    typeof inner === 'string'
      ? inner
      : isObject(error) && !(error instanceof Error)
        ? preview(error, MAX_SAID)
        : messageOf(error)
  const clean = withoutSecrets(text, env).replace(/\s+/g, ' ').trim()
  return clean.length <= MAX_SAID ? clean : `${clean.slice(0, MAX_SAID)}…`
}

function headersOf(error: unknown): Record<string, string> {
  const headers = property(error, 'responseHeaders')
  return isObject(headers) ? (headers as Record<string, string>) : {}
}

function failureOf(error: unknown): ProviderFailure | undefined {
  return causes(error).find((cause) => cause instanceof ProviderFailure)
}

/** The error and what caused it, at most ten deep: a circle ends. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let cause = error; cause != null && chain.length < 10; cause = property(cause, 'cause')) chain.push(cause)
  return chain
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
