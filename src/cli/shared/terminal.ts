// HOST. What the terminal can do: colours, size, redrawing. Both streams are asked for themselves: one may be a pipe.

/** `NO_COLOR` and `FORCE_COLOR` are the user's word; else a terminal has colours and a pipe has none. */
function hasColor(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR']) return false
  if (process.env['FORCE_COLOR']) return process.env['FORCE_COLOR'] !== '0'
  return stream.isTTY === true && process.env['TERM'] !== 'dumb'
}

export function dataColor(): boolean {
  return hasColor(process.stdout)
}

export function messageColor(): boolean {
  return hasColor(process.stderr)
}

/** Whether a picture can be drawn again and again on standard error. */
export function canRedraw(): boolean {
  return process.stderr.isTTY === true && process.env['TERM'] !== 'dumb'
}

export function messageSize(): { width: number; height: number } {
  return { width: process.stderr.columns || 80, height: process.stderr.rows || 24 }
}

/** Whether somebody sits there who reads what is said and can type an answer elsewhere. */
export function isTerminal(): boolean {
  return process.stderr.isTTY === true
}
