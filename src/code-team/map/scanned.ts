// PURE. What a scanner finds in a file: what others may use of it, and what it uses of others.

export interface Exported {
  /** As others name it; `Type.method` for what belongs to a type. */
  name: string
  /** How it is used: the head of a function, the whole of a type; without what is inside. */
  signature: string
}

export interface Scanned {
  /** In the order of the file. */
  exports: Exported[]
  /** As the file writes them, each once, in their order. */
  imports: string[]
  /** It took too long: neither were taken. */
  unscanned?: true
}

/** `requireTime` throws where the file has had its time. */
export type Scanner = (text: string, requireTime: () => void) => Scanned

/** Characters replaced by spaces, lines kept: places in the blanked text are places in the text. */
export function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/** On one line, without the space of its layout. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

export function unique(values: Iterable<string>): string[] {
  return [...new Set(values)]
}
