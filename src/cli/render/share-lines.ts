// HOST, pure. Divides a screen's lines among sections, so that none hides another: one line each in turn.

export interface Section<Line> {
  /** The most important first. */
  lines: readonly Line[]
  /** The line that stands for those left out. */
  more(omitted: readonly Line[]): Line
}

/** At most `available` lines, in the order of the sections; what a section leaves out is counted in its last line. */
export function shareLines<Line>(sections: readonly Section<Line>[], available: number): Line[] {
  const shares = sections.map(() => 0)
  let left = Math.max(0, available)
  for (let given = true; given && left > 0;) {
    given = false
    for (const [place, { lines }] of sections.entries()) {
      if (left === 0 || shares[place]! >= lines.length) continue
      shares[place]!++
      left--
      given = true
    }
  }
  return sections.flatMap(({ lines, more }, place) => {
    const share = shares[place]!
    if (share === lines.length) return lines
    if (share === 0) return []
    // A single line says more by its content than by a count
    return share === 1 ? [lines[0]!] : [...lines.slice(0, share - 1), more(lines.slice(share - 1))]
  })
}
