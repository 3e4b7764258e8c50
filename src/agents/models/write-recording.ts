// PURE. A recording of a run's model calls: what was answered and what it cost, without secrets.
import type { JsonObject, JsonValue } from '../../contract/json'
import type { RecordedCall } from '../../contract/model-answer'
import type { Environment } from './providers'
import { RECORDING_FORMAT, RECORDING_VERSION, type RecordedAnswer, type Recording } from './recording-format'
import { cleanJson, secretFilter } from './secrets'

/**
 * What `scripted/<file>` plays, once it stands in a file as JSON. Left out are the providers' own data, values of `env` whose
 * names say that they are secret (KEY, TOKEN, SECRET, PASSWORD, …; 8 characters and more), and keys of well-known shapes.
 */
export function writeRecording(calls: readonly RecordedCall[], env: Environment): Recording {
  const clean = secretFilter(env)
  const answers = numbered(calls).map(({ agent, subtask, attempt, number, tokens, answer }): RecordedAnswer => {
    const { unified } = answer.finishReason
    return {
      agent,
      subtask,
      attempt,
      call: number,
      content: shortest(answer.content.map((part) => cleaned(part, clean) as JsonObject)),
      ...(unified === 'stop' ? {} : { finishReason: unified }),
      usage: { inputTokens: tokens.input, outputTokens: tokens.output },
    }
  })
  return { format: RECORDING_FORMAT, version: RECORDING_VERSION, answers }
}

/** Calls that failed left gaps; when the recording is played, none fails. */
function numbered(calls: readonly RecordedCall[]): RecordedCall[] {
  const counts = new Map<string, number>()
  const ordered = [...calls].sort((a, b) => a.number - b.number)
  const numbers = new Map<RecordedCall, number>()
  for (const call of ordered) {
    const key = JSON.stringify([call.agent, call.subtask, call.attempt])
    const number = counts.get(key) ?? 0
    counts.set(key, number + 1)
    numbers.set(call, number)
  }
  return calls.map((call) => ({ ...call, number: numbers.get(call)! }))
}

/** A value without secrets in any of its texts, and without what only its provider understands. */
function cleaned(value: JsonValue, clean: (text: string) => string): JsonValue {
  return cleanJson(withoutMetadata(value), clean)
}

function withoutMetadata(value: JsonValue): JsonValue {
  return JSON.parse(
    JSON.stringify(value, (key, element: unknown) => (key === 'providerMetadata' ? undefined : element)),
  ) as JsonValue
}

/** A single text is written as such: recordings are read and mended by people. */
function shortest(content: JsonObject[]): RecordedAnswer['content'] {
  const [only] = content
  return content.length === 1 && only?.type === 'text' && typeof only.text === 'string'
    ? only.text
    : (content as Exclude<RecordedAnswer['content'], string>)
}
