// TEAM. The end of what a test command printed, as it is kept: without what would steer a terminal.
import { stripVTControlCharacters } from 'node:util'

/** Characters that are kept: the summary of a test runner, and the failures before it. */
const OUTPUT_LENGTH = 8_000

export function endOfOutput(output: string): string {
  const plain = stripVTControlCharacters(output).replace(/[^\P{Cc}\n\t]/gu, '')
  return plain.length <= OUTPUT_LENGTH ? plain : `…${plain.slice(-OUTPUT_LENGTH)}`
}
