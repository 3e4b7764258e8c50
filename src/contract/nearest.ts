// PURE. Which known name somebody may have meant.

/** The choices within a third of the name's length in edits, nearest first, at most three. */
export function nearest(name: string, choices: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(name.length / 3))
  return choices
    .map((choice) => ({ choice, distance: editDistance(name.toLowerCase(), choice.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ choice }) => choice)
}

/** A hint that names what was probably meant, or else what there is. */
export function choicesHint(name: string, choices: readonly string[], noun: string): string {
  const near = nearest(name, choices)
  if (near.length > 0) return `did you mean ${near.map((choice) => `"${choice}"`).join(' or ')}?`
  if (choices.length === 0) return `there are no ${noun}`
  const shown = choices.slice(0, 12).join(', ')
  return `${noun}: ${shown}${choices.length > 12 ? `, … (${choices.length} in all)` : ''}`
}

/** Levenshtein's distance, by rows. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 12) return Infinity
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(substituted, previous[j]! + 1, row[j - 1]! + 1))
    }
    previous = row
  }
  return previous[b.length]!
}
