// PURE. A list for a model within a number of tokens: items whole, then by their names alone, then counted; which it says.
import { grouped, type TokenCounter } from '../../agents/models/count-tokens'

export interface Item {
  whole: string
  /** Its name or its beginning, where that is shorter. */
  short?: string
}

/** Of the room, what names may take after the items that are told whole. */
const SHARE_OF_NAMES = 0.25

/** More than source code and words have. */
const MOST_CHARACTERS_A_TOKEN = 16

/** In their order; none is cut in the middle. `what` names them: "tests that failed". */
export function asManyAsFit(
  items: readonly Item[],
  { limit, count, what }: { limit: number; count: TokenCounter; what: string },
): string {
  const lines: string[] = []
  const told = { whole: 0, name: 0 }
  // With room for names only where they are needed
  const all = fits(items, limit, count)
  const left = { whole: all ? limit : limit * (1 - SHARE_OF_NAMES), name: limit * SHARE_OF_NAMES }
  for (const { whole, short } of items) {
    const how = sizeWithin(whole, left.whole, count) <= left.whole ? 'whole' : 'name'
    const line = how === 'whole' ? whole : short
    const size = line === undefined ? Infinity : sizeWithin(line, left[how], count)
    if (size > left[how]) continue
    left[how] -= size
    told[how]++
    lines.push(line!)
  }
  if (told.whole === items.length) return lines.join('\n')
  const unnamed = items.length - told.whole - told.name
  return [
    ...lines,
    `(${grouped(items.length)} ${what} in all: ${grouped(told.whole)} told whole, ${grouped(told.name)} by name or beginning, ${grouped(unnamed)} not told.)`,
  ].join('\n')
}

function fits(items: readonly Item[], limit: number, count: TokenCounter): boolean {
  let left = limit
  return items.every(({ whole }) => (left -= sizeWithin(whole, left, count)) >= 0)
}

/** Infinite, and not counted, for a text that is far too long. */
function sizeWithin(text: string, left: number, count: TokenCounter): number {
  return text.length > Math.max(left, 0) * MOST_CHARACTERS_A_TOKEN ? Infinity : count(`${text}\n`)
}
