// PURE. Which known name somebody may have meant.

import { quote } from './json'

/** Choices that a message names: the keys of a subtask are to be among them, and a person reads no more. */
const NAMED = 16

/** The most edits between a name and what may have been meant: beyond them it is another name, however long. */
const MAX_EDITS = 5
/** Pairs of a name and a choice that are compared for one list: some tenths of a second. */
const MAX_COMPARISONS = 200_000

/** The choices within a third of the name's length in edits, nearest first, at most three. */
export function nearest(name: string, choices: readonly string[]): string[] {
  const limit = Math.min(MAX_EDITS, Math.max(1, Math.floor(name.length / 3)))
  const wanted = name.toLowerCase()
  return choices
    .filter((choice) => Math.abs(choice.length - name.length) <= limit)
    .map((choice) => ({ choice, distance: editDistance(wanted, choice.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ choice }) => choice)
}

/** A hint that names what was probably meant, or else what there is. */
export function choicesHint(name: string, choices: readonly string[], noun: string): string {
  const near = nearest(name, choices)
  if (near.length > 0) return `did you mean ${near.map(quote).join(' or ')}?`
  return listed(choices, noun)
}

/**
 * `choicesHint` for one list and many names, all of them together in a bounded time: each name is looked up once, and when
 * there are too many, the rest is only told what there is.
 */
export function choicesHints(choices: readonly string[], noun: string): (name: string) => string {
  const known = new Map<string, string>()
  let comparisons = 0
  return (name) => {
    let hint = known.get(name)
    if (hint !== undefined) return hint
    hint = comparisons < MAX_COMPARISONS ? choicesHint(name, choices, noun) : listed(choices, noun)
    comparisons += choices.length
    known.set(name, hint)
    return hint
  }
}

function listed(choices: readonly string[], noun: string): string {
  if (choices.length === 0) return `there are no ${noun}`
  const shown = choices
    .slice(0, NAMED)
    .map((choice) => quote(choice).slice(1, -1))
    .join(', ')
  return `${noun}: ${shown}${choices.length > NAMED ? `, … (${choices.length} in all)` : ''}`
}

/**
 * Edits from one text to another, or infinity above `limit`: letters added, removed or exchanged, and neighbours swapped
 * (optimal string alignment). Only cells within `limit` of the diagonal can lead below it.
 */
function editDistance(a: string, b: string, limit: number): number {
  const beyond = Infinity // a local: in a sandbox a global costs more than the cell
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  const width = endB - start
  let previous = Array.from({ length: Math.min(width, limit + 1) + 1 }, (_, column) => column)
  let [before, row]: number[][] = [[], []]
  for (let i = 0; i < endA - start; i++) {
    const from = i < limit ? 0 : i - limit
    const to = i + limit + 1 < width ? i + limit + 1 : width
    let cell = (row![from] = i < limit ? i + 1 : beyond)
    let least = cell
    for (let j = from; j < to; j++) {
      const [letter, other] = [a[start + i], b[start + j]]
      const exchanged = previous[j]! + (letter === other ? 0 : 1)
      const removed = previous[j + 1]! + 1
      const added = cell + 1
      cell = exchanged < removed ? exchanged : removed
      if (added < cell) cell = added
      if (i > 0 && j > 0 && letter === b[start + j - 1] && other === a[start + i - 1]) {
        const swapped = before![j - 1]! + 1
        if (swapped < cell) cell = swapped
      }
      if (cell < least) least = cell
      row![j + 1] = cell
    }
    if (least > limit) return beyond
    row![to + 1] = beyond // the next row looks one cell beyond this one's
    ;[before, previous, row] = [previous, row!, before]
  }
  return previous[width]!
}
