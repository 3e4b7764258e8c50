// HOST. The recorded model: answers from a file, found by agent and occasion, on the same path as any other model.
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageModelV3, LanguageModelV3CallOptions, LanguageModelV3GenerateResult } from '@ai-sdk/provider'
import { messageOf, TroupeError } from '../../contract/errors'
import { preview } from '../../contract/json'
import { answerStream } from '../ledger/answer-stream'
import { contentOf, finishReasonOf, parseRecording, type RecordedAnswer, type Recording } from './recording-format'

/** Which call an answer is wanted for; the ledger tells it with each call, as `providerOptions.troupe`. */
export interface Occasion {
  agent: string
  subtask: string
  /** The logical attempt, from 0. */
  attempt: number
  /** The model call's number in the execution, from 0. */
  call: number
}

/** A recording may have some MB; more is no recording, or `/dev/zero`. */
const MAX_RECORDING_BYTES = 64 * 1024 * 1024

const KEYS = ['subtask', 'attempt', 'call'] as const

/** A model whose answers stand in `file`. */
export function scriptedModel(file: string): LanguageModelV3 {
  const generate = async (call: LanguageModelV3CallOptions): Promise<LanguageModelV3GenerateResult> => {
    call.abortSignal?.throwIfAborted()
    const { answers } = await readRecording(file)
    const answer = findAnswer(answers, occasionOf(call), file)
    if (answer.delayMs) await sleep(answer.delayMs, undefined, call.abortSignal ? { signal: call.abortSignal } : {})
    return toResult(answer)
  }
  return {
    specificationVersion: 'v3',
    provider: 'scripted',
    modelId: file,
    supportedUrls: {},
    doGenerate: generate,
    async doStream(call) {
      return { stream: answerStream(await generate(call)) }
    },
  }
}

const read = new Map<string, { version: string; recording: Recording }>()

/**
 * A recording, read again only when the file has changed.
 * @throws TroupeError `ModelNotConfigured` if it cannot be read, `InvalidUsage` if it is none
 */
export async function readRecording(file: string): Promise<Recording> {
  const version = await versionOf(file)
  const known = read.get(file)
  if (known?.version === version) return known.recording
  const recording = parseRecording(await readFile(file, 'utf8'), file)
  read.set(file, { version, recording })
  return recording
}

async function versionOf(file: string): Promise<string> {
  const hint = 'a recorded model is scripted/<file>, the path of what --record wrote'
  const found = await stat(file).catch((error: unknown) => {
    const said = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : messageOf(error)
    throw new TroupeError('ModelNotConfigured', `the recording "${file}" cannot be read: ${said}`, { hint })
  })
  if (!found.isFile() || found.size > MAX_RECORDING_BYTES)
    throw new TroupeError('ModelNotConfigured', `"${file}" is not a file of at most ${MAX_RECORDING_BYTES} bytes`, {
      hint,
    })
  return `${found.mtimeMs} ${found.size}`
}

/** Of the answers that fit, the one that says most of its occasion; the first of equals. */
function findAnswer(answers: readonly RecordedAnswer[], occasion: Occasion, file: string): RecordedAnswer {
  const [best] = answers
    .filter(
      (answer) =>
        answer.agent === occasion.agent && KEYS.every((key) => (answer[key] ?? occasion[key]) === occasion[key]),
    )
    .sort((a, b) => specificity(b) - specificity(a))
  if (best) return best
  throw new TroupeError('NoRecordedAnswer', `"${file}" has no answer for ${describe(occasion)}`, {
    hint: recorded(answers, occasion.agent),
  })
}

/** A subtask says more than an attempt, and that more than a number of a call. */
function specificity(answer: RecordedAnswer): number {
  return KEYS.reduce((sum, key) => sum * 2 + (answer[key] === undefined ? 0 : 1), 0)
}

function recorded(answers: readonly RecordedAnswer[], agent: string): string {
  const own = answers.filter((answer) => answer.agent === agent).map(describe)
  const agents = [...new Set(answers.map((answer) => answer.agent))]
  if (own.length === 0) return `it has answers for the agents: ${agents.join(', ') || 'none'}`
  return `it has: ${own.slice(0, 8).join('; ')}${own.length > 8 ? `; … (${own.length} in all)` : ''}`
}

function describe({ agent, subtask, attempt, call }: Partial<Occasion>): string {
  const any = (value: unknown): string => (value === undefined ? 'any' : preview(value))
  return `agent ${any(agent)}, subtask ${any(subtask)}, attempt ${any(attempt)}, call ${any(call)}`
}

/** Outside a run nobody says which call it is: a name that no recording has. */
function occasionOf({ providerOptions }: LanguageModelV3CallOptions): Occasion {
  const { agent = '', subtask = '', attempt = 0, call = 0 } = (providerOptions?.troupe ?? {}) as Partial<Occasion>
  return { agent, subtask, attempt, call }
}

function toResult(answer: RecordedAnswer): LanguageModelV3GenerateResult {
  const { inputTokens, outputTokens } = answer.usage ?? { inputTokens: 0, outputTokens: 0 }
  return {
    content: contentOf(answer),
    finishReason: finishReasonOf(answer),
    usage: {
      inputTokens: { total: inputTokens, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: outputTokens, text: undefined, reasoning: undefined },
    },
    warnings: [],
  }
}
