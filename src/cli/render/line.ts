// HOST, pure. A line is made of pieces, and every piece becomes clean before it gets its colour: no text of an agent
// reaches the terminal on another way.
import pico from 'picocolors'
import { clean } from './clean'
import { displayWidth, truncate } from './width'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
/** Text, or text in a style; undefined where there is nothing to say. */
export type Piece = string | readonly [style: Style, text: string] | undefined

/** Makes a line of pieces; cut to `width` columns where one is given. */
export type Painter = (pieces: readonly Piece[], width?: number) => string

export function painter(color: boolean): Painter {
  const colors = pico.createColors(color)
  const paint = (style: Style | undefined, text: string): string => (style ? colors[style](text) : text)
  return (pieces, width = Infinity) => {
    const parts = pieces.flatMap((piece) => {
      const [style, text] = typeof piece === 'object' ? piece : [undefined, piece ?? '']
      const cleaned = clean(text)
      return cleaned === '' ? [] : [{ style, text: cleaned, columns: displayWidth(cleaned) }]
    })
    let line = ''
    let left = width
    for (const [place, { style, text, columns }] of parts.entries()) {
      // What fits to the last column is cut as well if something follows it
      const isLast = place === parts.length - 1
      if (columns > left || (columns === left && !isLast)) return line + paint(style, truncate(text, left))
      line += paint(style, text)
      left -= columns
    }
    return line
  }
}
