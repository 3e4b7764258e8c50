// TEAM. Where a regular expression in JavaScript ends. Pure.

/** Backtracks no further than over what it has passed: each of its parts begins with another character. */
const EXPRESSION = /^\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/
/** Characters of one: from each slash so much is looked at, and no more. */
const LONGEST = 1_000

/** The place behind the one that begins at a slash; undefined where none ends in its line. */
export function expressionEnd(text: string, start: number): number | undefined {
  const found = EXPRESSION.exec(text.slice(start, start + LONGEST))
  return found ? start + found[0].length : undefined
}
