// PURE. Files in a conversation, and what they cost: a picture so much whatever its size, a text as any other text, and of
// everything else nobody knows it before.
import type { LanguageModelV3Message } from '@ai-sdk/provider'

/** A picture has some thousand tokens at most, and most files that fit a conversation no more. */
export const FILE_TOKENS = 8_000
/** A model whose window nobody knows is taken for one of the large ones. */
const LARGE_WINDOW = 1_000_000

export interface FilePart {
  /** By its beginning, where only that is known: `image/*`. */
  mediaType: string
  /** Absent where only its provider, or who serves its address, has it. */
  bytes?: number
}

export interface SplitMessage {
  /** The message without its files. */
  rest: unknown
  files: FilePart[]
}

/**
 * Files that are texts stay as texts. `inResults`: whether the provider takes files in results of tools for what they are; to
 * others they are sent as JSON, base64 and all.
 */
export function splitFiles(message: LanguageModelV3Message, inResults: boolean): SplitMessage {
  const files: FilePart[] = []
  const { content } = message
  if (typeof content === 'string') return { rest: message, files }
  const keep = (part: Part): unknown => {
    if (part.type === 'file') return withoutFile(part, files)
    if (part.type !== 'tool-result' || part.output.type !== 'content' || !inResults) return part
    const value = part.output.value.map((one) =>
      one.type in RESULT_FILES ? withoutFile(one as ResultFile, files) : one,
    )
    return { ...part, output: { ...part.output, value } }
  }
  return { rest: { ...message, content: content.map(keep) }, files }
}

/** The most that a model may find in a file, where it reads so many tokens at once. */
export function mostFileTokens({ mediaType, bytes }: FilePart, window = LARGE_WINDOW): number {
  if (mediaType.startsWith('image/')) return FILE_TOKENS
  return bytes === undefined ? window : Math.min(window, Math.max(FILE_TOKENS, bytes))
}

type Part = Exclude<LanguageModelV3Message['content'], string>[number]
type Result = Extract<Extract<Part, { type: 'tool-result' }>['output'], { type: 'content' }>['value'][number]
type ResultFile = Extract<Result, { type: keyof typeof RESULT_FILES }>

/** What they are where they do not say. */
const RESULT_FILES = {
  'file-data': '',
  'file-url': '',
  'file-id': '',
  'image-data': 'image/*',
  'image-url': 'image/*',
  'image-file-id': 'image/*',
} as const

/** A text in the place of a file that is one, else nothing. */
function withoutFile(part: Extract<Part, { type: 'file' }> | ResultFile, files: FilePart[]): unknown {
  const mediaType =
    ('mediaType' in part ? part.mediaType : undefined) ?? (part.type === 'file' ? '' : RESULT_FILES[part.type])
  const data = 'data' in part && !(part.data instanceof URL) ? part.data : undefined
  const isText = mediaType.startsWith('text/')
  if (data !== undefined && isText) {
    const text = typeof data === 'string' ? Buffer.from(data, 'base64') : Buffer.from(data)
    return { type: 'text', text: text.toString() }
  }
  const bytes = typeof data === 'string' ? Math.ceil((data.length * 3) / 4) : data?.byteLength
  files.push({ mediaType, ...(bytes === undefined ? {} : { bytes }) })
  return null
}
