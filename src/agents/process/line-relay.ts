// HOST. Passes what an agent prints on to the worker's standard error, line by line, with the agent's name in front.
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import { RELAYED_LINE } from './limits'

export function relayLines(from: Readable, prefix: string): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const print = (line: string) => process.stderr.write(`${prefix}${harmless(line)}\n`)
  from.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) print(line)
    // Without a line's end memory would grow with what is printed.
    for (; rest.length >= RELAYED_LINE; rest = rest.slice(RELAYED_LINE)) print(rest.slice(0, RELAYED_LINE))
  })
  from.once('close', () => {
    if (rest !== '') print(rest)
  })
}

/** What would move the cursor, clear the screen or ring: the terminal is not the agent's. */
function harmless(line: string): string {
  return stripVTControlCharacters(line).replace(/[^\P{Cc}\t]/gu, '')
}
