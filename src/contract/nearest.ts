// PURE. Which known name somebody may have meant.

import { quote } from './json'

/** The most edits between a name and what may have been meant: beyond them it is another name, however long. */
const MAX_EDITS = 5

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
  if (choices.length === 0) return `there are no ${noun}`
  const shown = choices
    .slice(0, 12)
    .map((choice) => quote(choice).slice(1, -1))
    .join(', ')
  return `${noun}: ${shown}${choices.length > 12 ? `, … (${choices.length} in all)` : ''}`
}

/** Levenshtein's distance, by rows; anything above `limit` may come out as infinity, as soon as that is certain. */
function editDistance(a: string, b: string, limit: number): number {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) (endA--, endB--)
  let previous = Array.from({ length: endB - start + 1 }, (_, index) => index)
  for (let i = start; i < endA; i++) {
    const row = [i - start + 1]
    for (let j = start; j < endB; j++) {
      const column = j - start
      const substituted = previous[column]! + (a[i] === b[j] ? 0 : 1)
      row.push(Math.min(substituted, previous[column + 1]! + 1, row[column]! + 1))
    }
    if (Math.min(...row) > limit) return Infinity
    previous = row
  }
  return previous[endB - start]!
}
