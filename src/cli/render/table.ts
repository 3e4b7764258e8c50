// HOST, pure. Rows of texts under their headings, in columns that are as wide as what stands in them.
import { clean } from './clean'
import { cut, displayWidth, pad } from './width'

/** Columns that a cell takes at most. */
const CELL_COLUMNS = 48

/** The line of headings, and one for each row. */
export function tableLines(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): { heading: string; lines: string[] } {
  const cells = rows.map((row) => row.map((text) => cut(clean(text), CELL_COLUMNS)))
  const widths = headings.map((heading, place) =>
    Math.max(...[heading, ...cells.map((row) => row[place] ?? '')].map(displayWidth)),
  )
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, place) => pad(text, widths[place]!))
      .join('  ')
      .trimEnd()
  return { heading: line(headings), lines: cells.map(line) }
}
