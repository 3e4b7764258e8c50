// HOST, pure. Divides a screen's lines among sections, so that none hides another.

export interface Share {
  /** Lines that the section has. */
  size: number
  /** Lines that it gets in each turn. */
  weight: number
}

/** How many lines each section gets: in turns, by weight, until there are none left or all sections have theirs. */
export function shares(sections: readonly Share[], available: number): number[] {
  const given = sections.map(() => 0)
  let left = Math.max(0, available)
  for (let moved = true; moved && left > 0;) {
    moved = false
    for (const [place, { size, weight }] of sections.entries()) {
      const more = Math.min(weight, size - given[place]!, left)
      if (more <= 0) continue
      given[place]! += more
      left -= more
      moved = true
    }
  }
  return given
}
