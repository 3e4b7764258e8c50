// PURE. A file as its scanner reads it: its brackets are paired once, and each declaration ends where the next one begins, so
// that whatever stands in it takes time in proportion to its length.

/** The characters that open and close. */
const CLOSED_BY: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** What a pattern found, and the place that what is said of it ends at. */
export interface Declaration {
  /** The whole of the match, and its groups. */
  found: RegExpExecArray
  place: number
  limit: number
}

export class Code {
  /** By the place of an opening bracket: the place behind the closing one; 0 where nothing closes it. */
  private readonly behindOf: Uint32Array

  /** `blanked` is the text without strings and comments, of the same length. */
  constructor(
    readonly text: string,
    readonly blanked: string,
    private readonly requireTime: () => void,
  ) {
    this.behindOf = pairs(blanked)
  }

  /** The place behind what closes the bracket at `open`; the limit if nothing does before it. */
  behind(open: number, limit = this.blanked.length): number {
    return Math.min(this.behindOf[open] || limit, limit)
  }

  /** The first place from `from` on where one of the characters stands outside of brackets; the limit if none does. */
  outside(from: number, wanted: string, limit = this.blanked.length): number {
    for (let place = from; place < limit; place++) {
      const letter = this.blanked[place]!
      if (wanted.includes(letter)) return place
      if (letter in CLOSED_BY) place = this.behind(place, limit) - 1
      else if (')]}'.includes(letter)) return place
    }
    return limit
  }

  /** The first place of a text from `from` on; the limit if it is not there. */
  find(wanted: string, from: number, limit: number): number {
    const found = this.blanked.slice(from, limit).indexOf(wanted)
    return found < 0 ? limit : from + found
  }

  /** What is made of each match between two places, each up to the next. The pattern itself must not look far. */
  matches<Made>(
    pattern: RegExp,
    make: (declaration: Declaration) => readonly Made[],
    [from, end]: readonly [from: number, end: number] = [0, this.blanked.length],
  ): Made[] {
    const all = [...this.blanked.slice(from, end).matchAll(pattern)]
    const places = all.map(({ index }) => from + index)
    return this.each(places, (place, limit, at) => make({ found: all[at]!, place, limit }), end)
  }

  /** What is made of each place, up to the next; the time is looked at before each. */
  each<Made>(
    places: readonly number[],
    make: (place: number, limit: number, at: number) => readonly Made[],
    end = this.blanked.length,
  ): Made[] {
    return places.flatMap((place, at) => {
      this.requireTime()
      return make(place, places[at + 1] ?? end, at)
    })
  }
}

/** A bracket that closes another one than the innermost closes nothing. */
function pairs(blanked: string): Uint32Array {
  const behind = new Uint32Array(blanked.length)
  const open: number[] = []
  const expected: string[] = []
  for (let place = 0; place < blanked.length; place++) {
    const letter = blanked[place]!
    const closing = CLOSED_BY[letter]
    if (closing !== undefined) {
      open.push(place)
      expected.push(closing)
    } else if (letter === expected.at(-1)) {
      expected.pop()
      behind[open.pop()!] = place + 1
    }
  }
  return behind
}
