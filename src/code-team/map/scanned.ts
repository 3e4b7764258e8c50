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
}

export type Scanner = (text: string) => Scanned

/** The characters that open and close. */
const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** The place behind what closes the bracket at `open`, in a text without strings and comments; its end if nothing does. */
export function behindBracket(text: string, open: number): number {
  const expected: string[] = []
  for (let place = open; place < text.length; place++) {
    const letter = text[place]!
    const closing = CLOSED_BY[letter]
    if (closing !== undefined) expected.push(closing)
    else if (letter === expected.at(-1) && (expected.pop(), expected.length === 0)) return place + 1
  }
  return text.length
}

/** The first place from `from` on where one of the characters stands outside of brackets; the text's end if none does. */
export function outsideBrackets(text: string, from: number, wanted: string): number {
  for (let place = from; place < text.length; place++) {
    const letter = text[place]!
    if (wanted.includes(letter)) return place
    if (letter in CLOSED_BY) place = behindBracket(text, place) - 1
    else if (')]}'.includes(letter)) return place
  }
  return text.length
}

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
