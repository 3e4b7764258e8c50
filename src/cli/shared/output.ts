// HOST. Standard output belongs to data: what agents and modules print goes to standard error, a reader that leaves ends us.
import { cleanLines } from '../render/clean'

export const OUTPUT_FORMATS = ['text', 'json', 'jsonl'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

const writeData = process.stdout.write.bind(process.stdout)

/** Call it first: from then on only the functions below write to standard output. */
export function reserveStandardOutput(): void {
  process.stdout.write = ((...args: Parameters<typeof process.stderr.write>) =>
    process.stderr.write(...args)) as typeof process.stdout.write
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // `troupe events | head`: whoever read has seen enough
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })
  }
}

export function printText(lines: string | readonly string[]): void {
  writeData(`${[lines].flat().join('\n')}\n`)
}

/** One object, for people too. */
export function printJson(value: unknown): void {
  printText(JSON.stringify(value, undefined, 2))
}

/** One object on one line. */
export function printJsonLine(value: unknown): void {
  printText(JSON.stringify(value))
}

/** Rows as the format wants them: an array, a line each, or whatever `text` makes of them. */
export function printRows<Row>(format: OutputFormat, rows: readonly Row[], text: () => readonly string[]): void {
  if (format === 'json') printJson(rows)
  else if (format === 'jsonl') for (const row of rows) printJsonLine(row)
  else for (const line of text()) printText(line)
}

/** One value as the format wants it. */
export function printValue(format: OutputFormat, value: unknown, text: () => string | readonly string[]): void {
  if (format === 'text') printText(text())
  else if (format === 'json') printJson(value)
  else printJsonLine(value)
}

/** Something for the person at the terminal, on standard error: whoever's words it quotes, the terminal obeys none. */
export function say(text: string): void {
  sayRendered(cleanLines(text).join('\n'))
}

/** A line that a renderer has made, with its colours. */
export function sayRendered(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Resolves when everything printed has left this process. */
export async function flushed(): Promise<void> {
  await new Promise<void>((resolve) => writeData('', () => resolve()))
  await new Promise<void>((resolve) => process.stderr.write('', () => resolve()))
}
