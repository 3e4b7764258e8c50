// HOST. What a model call may use at most, before it is made: its input as a tokenizer counts it, with room for those of other
// providers, and the longest answer that it may get.
import type { LanguageModelV3CallOptions } from '@ai-sdk/provider'
import type { Prices } from '../../contract/prices'
import type { Demand } from '../../contract/run/admission'
import { canonicalJson } from '../ledger/canonical-json'
import { addedThinking } from './added-thinking'
import { tokenCounter, type TokenCounter } from './count-tokens'
import { mostFileTokens, splitFiles } from './file-parts'
import { ENOUGH_ANSWER, outputLimit } from './output-limits'
import { contextWindow, worstCost } from './prices'
import { takesFilesOfTools } from './providers'

/** Other providers' tokenizers find up to a third more tokens in a text than the one that counts here; and then some. */
const SAFETY = 1.5
/** What is wrapped around each message and tool. */
const WRAPPING_TOKENS = 16
/** What Anthropic itself tells a model that has tools, or is to answer in a form: 530 tokens to an older one, 350 to newer. */
const ANTHROPIC_TOOLS_TOKENS = 600
/** Fewer tokens make no answer. */
const LEAST_ANSWER = 256
/** So many characters of counted texts are kept: a conversation is counted once, though each call sends all of it. */
const KEPT_CHARACTERS = 4_000_000
/** Prose has four, code three; long numbers and base64 may have fewer than this: a guess, for the assumed budget only. */
const BYTES_PER_TOKEN = 2
const MILLION = 1_000_000

export interface DemandSettings {
  prices?: Prices | undefined
  /** As the host's port has it. */
  tokenizer?: boolean | undefined
}

export async function demandOf(
  model: string,
  options: LanguageModelV3CallOptions,
  { prices, tokenizer }: DemandSettings,
): Promise<Demand> {
  const input = await inputTokens(model, options, await counterFor(tokenizer))
  const { output, ...length } = answerLength(model, options)
  const question = await worstCost(model, { input, output: 0 }, prices)
  const long = await worstCost(model, { input, output: MILLION }, prices)
  return {
    ...{ input, output, ...length },
    ...(question === undefined || long === undefined
      ? {}
      : { price: { input: question, perOutputToken: (long - question) / MILLION } }),
  }
}

function answerLength(model: string, options: LanguageModelV3CallOptions): Pick<Demand, 'output' | 'least' | 'enough'> {
  const thinking = addedThinking(model, options)
  if (options.maxOutputTokens !== undefined) {
    const said = options.maxOutputTokens
    return { output: thinking + said, least: thinking + Math.min(said, LEAST_ANSWER) }
  }
  const least = thinking + LEAST_ANSWER
  const { tokens, isGuess } = outputLimit(model)
  const output = Math.max(least, tokens)
  return { output, least, ...(isGuess ? {} : { enough: Math.min(output, thinking + ENOUGH_ANSWER) }) }
}

async function inputTokens(
  model: string,
  { prompt, tools = [], responseFormat }: LanguageModelV3CallOptions,
  count: TokenCounter,
): Promise<number> {
  const messages = prompt.map((message) => splitFiles(message, takesFilesOfTools(model)))
  const files = messages.flatMap((message) => message.files)
  // A picture has the same most, whatever the window
  const window = files.length > 0 ? await contextWindow(model) : undefined
  const pieces = [...messages.map(({ rest }) => rest), ...tools, ...(responseFormat ? [responseFormat] : [])]
  const counted = pieces.reduce((sum: number, piece) => sum + counting(canonicalJson(piece), count), 0)
  const ofFiles = files.reduce((sum, file) => sum + mostFileTokens(file, window), 0)
  const hasTools = tools.length > 0 || responseFormat?.type === 'json'
  const ofTools = hasTools && model.startsWith('anthropic/') ? ANTHROPIC_TOOLS_TOKENS : 0
  return Math.ceil(counted * SAFETY) + pieces.length * WRAPPING_TOKENS + ofFiles + ofTools
}

const counted = new Map<string, number>()
let characters = 0

function counting(text: string, count: TokenCounter): number {
  if (count === guess || count === everyByte) return count(text)
  const known = counted.get(text)
  if (known !== undefined) return known
  const tokens = count(text)
  if ((characters += text.length) > KEPT_CHARACTERS) {
    counted.clear()
    characters = text.length
  }
  counted.set(text, tokens)
  return tokens
}

async function counterFor(tokenizer: boolean | undefined): Promise<TokenCounter> {
  if (tokenizer) return tokenCounter()
  return tokenizer === undefined ? everyByte : guess
}

function guess(text: string): number {
  return everyByte(text) / BYTES_PER_TOKEN
}

/** No tokenizer finds more tokens than bytes: that is no count, and needs no room for other ways of counting. */
function everyByte(text: string): number {
  return Buffer.byteLength(text) / SAFETY
}
