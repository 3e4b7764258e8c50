// TEAM. The end of what a test command printed, as it is kept: without what would steer a terminal.
import { stripVTControlCharacters } from 'node:util'

/** Characters that are kept: the summary of a test runner, and the failures before it. */
const OUTPUT_LENGTH = 8_000

/** The end of a text as a model is told it: with how much there was, where that is not all. */
export function endOf(text: string, length: number): string {
  return text.length <= length ? text : `[the last ${length} of ${text.length} characters]\n${text.slice(-length)}`
}

export function endOfOutput(output: string): string {
  const plain = stripVTControlCharacters(output).replace(/[^\P{Cc}\n\t]/gu, '')
  return plain.length <= OUTPUT_LENGTH ? plain : `…${plain.slice(-OUTPUT_LENGTH)}`
}
