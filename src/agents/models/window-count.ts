// HOST. How much of a model's window a request takes, as far as can be known before: each message is counted once, and the
// provider's own counts of earlier requests say by how much its tokenizer differs.
import type { LanguageModelV3CallOptions, LanguageModelV3Message } from '@ai-sdk/provider'
import { tokenCounter, type TokenCounter } from './count-tokens'
import { FILE_TOKENS, splitFiles, type SplitMessage } from './file-parts'
import { takesFilesOfTools } from './providers'

/** Tokens around each message. */
const WRAPPING_TOKENS = 8
/** No text in use has fewer characters a token: below that nothing needs counting, and no tokenizer is loaded. */
const CHARACTERS_PER_TOKEN = 1
/** Other providers' tokenizers find up to a third more tokens in a text than OpenAI's. */
const OTHER_TOKENIZERS = 4 / 3
/** What a provider says more than twice as much of was not only text. */
const LARGEST_RATIO = 2

export type Request = Pick<LanguageModelV3CallOptions, 'prompt' | 'tools' | 'responseFormat'>

export class WindowCount {
  /** By place, since conversations only grow: the text that was counted there, and its tokens. */
  private readonly counted = new Map<string, number>()
  private ratio: number
  private newest: number | undefined

  private readonly takesFiles: boolean

  constructor(model: string) {
    this.takesFiles = takesFilesOfTools(model)
    this.ratio = model.startsWith('openai/') ? 1 : OTHER_TOKENIZERS
  }

  /** Whether a request surely takes less than so many tokens, which costs nothing to know. */
  isSurelyBelow(request: Request, tokens: number): boolean {
    const pieces = this.pieces(request)
    const characters = pieces.reduce((sum, { rest }) => sum + JSON.stringify(rest).length, 0)
    return characters / CHARACTERS_PER_TOKEN + pieces.reduce((sum, piece) => sum + fileTokens(piece), 0) < tokens
  }

  async request(request: Request): Promise<number> {
    const count = await tokenCounter()
    this.newest = this.pieces(request).reduce((sum, piece) => sum + this.piece(piece, count), 0)
    return Math.ceil(this.newest * this.ratio)
  }

  async messages(messages: readonly LanguageModelV3Message[]): Promise<number> {
    const count = await tokenCounter()
    return Math.ceil(messages.reduce((sum, message) => sum + this.piece(this.split(message), count), 0) * this.ratio)
  }

  /** What the provider counted of the request that was counted last. */
  correct(told: number | undefined): void {
    if (told && this.newest) this.ratio = Math.min(LARGEST_RATIO, Math.max(1, told / this.newest))
    this.newest = undefined
  }

  private piece(piece: SplitMessage, count: TokenCounter): number {
    const text = JSON.stringify(piece.rest)
    const known = this.counted.get(text)
    const tokens = known ?? count(text) + WRAPPING_TOKENS
    this.counted.set(text, tokens)
    return tokens + fileTokens(piece)
  }

  private pieces({ prompt, tools = [], responseFormat }: Request): SplitMessage[] {
    const others = [...tools, ...(responseFormat ? [responseFormat] : [])].map((rest) => ({ rest, files: [] }))
    return [...prompt.map((message) => this.split(message)), ...others]
  }

  private split(message: LanguageModelV3Message): SplitMessage {
    return splitFiles(message, this.takesFiles)
  }
}

/** What is longer than most files its provider refuses. */
function fileTokens({ files }: SplitMessage): number {
  return files.length * FILE_TOKENS
}
