// PURE. Where strings and templates of JavaScript end.

export class Strings {
  /** By quote: from the last of them that had no end up to here there is none for others either. */
  private readonly endless = new Map<string, number>()

  constructor(private readonly text: string) {}

  /** A string ends in its line: what looks like one without an end (an apostrophe in JSX) is none. */
  stringEnd(start: number): number | undefined {
    const { text } = this
    const quote = text[start]!
    if (start < (this.endless.get(quote) ?? 0)) return undefined
    let place = start + 1
    for (; place < text.length && text[place] !== '\n'; place++) {
      if (text[place] === '\\') place++
      else if (text[place] === quote) return place + 1
    }
    this.endless.set(quote, place)
    return undefined
  }

  /** With what is inserted, strings and templates in it included; undefined where it never ends. */
  templateEnd(start: number, nested: number): number | undefined {
    const { text } = this
    for (let place = start + 1; place < text.length; place++) {
      if (text[place] === '\\') place++
      else if (text[place] === '`') return place + 1
      else if (text[place] === '$' && text[place + 1] === '{') {
        const end = nested === 0 ? undefined : this.insertedEnd(place + 2, nested - 1)
        if (end === undefined) return undefined
        place = end
      }
    }
    return undefined
  }

  /** The place of the brace that ends what is inserted. */
  private insertedEnd(start: number, nested: number): number | undefined {
    const { text } = this
    let depth = 1
    for (let place = start; place < text.length; place++) {
      const letter = text[place]!
      if (letter === '{') depth++
      else if (letter === '}' && --depth === 0) return place
      else if (letter === '"' || letter === "'") place = (this.stringEnd(place) ?? place + 1) - 1
      else if (letter === '`') {
        const end = this.templateEnd(place, nested)
        if (end === undefined) return undefined
        place = end - 1
      }
    }
    return undefined
  }
}
