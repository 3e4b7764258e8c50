// The built command in a pseudo-terminal: what a person sees and types. The program `script` of util-linux makes one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { MAIN, type Workplace } from './command'

export interface InTerminal {
  /** All that was written so far, without colours and movements of the cursor. */
  screen(): string
  type(text: string): void
  finished: Promise<{ code: number | null; screen: string }>
}

/** A terminal of 120 columns and 40 lines, for programs that ask: both streams and standard input are one. */
export function startInTerminal(
  place: Workplace,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): InTerminal {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const child = spawn('script', ['-qfec', `stty cols 120 rows 40; exec ${command}`, '/dev/null'], {
    cwd: place.directory,
    env: {
      ...process.env,
      ...place.environment,
      TERM: 'xterm',
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      ...environment,
    },
  })
  place.children.push(child)
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text.toString()))
  const screen = (): string => stripVTControlCharacters(said).replace(/\r+\n/g, '\n')
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, screen: screen() }))
  return { screen, type: (text) => void child.stdin.write(text), finished }
}
