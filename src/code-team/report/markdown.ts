// TEAM. Markdown from texts that models and requests have a hand in: nothing in them becomes markup, HTML or a link.

/** Control and format characters, bidirectional ones among them: they make a reader see something else than there is. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** A text as a line: every character of it shows, and none begins anything. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(UNSEEN, '')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~$!]/g, '\\$&')
    .replace(/^[-+=#:]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/:(?=\/\/)|(?<=\bwww)\.|@/gi, '\\$&')
}

/** A text as code in a line. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(UNSEEN, '').trim()
  if (line === '') return '–'
  const runs = line.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(1, ...runs.map((run) => run.length + 1)))
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${fence}${space}${line}${space}${fence}`
}

/** A text of several lines, as it is: the fence is longer than any in it. */
export function fenced(text: string, language = 'text'): string {
  const shown = text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, '')
  const runs = shown.match(/`+/g) ?? []
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)))
  return `${fence}${language}\n${shown.replace(/\n+$/, '')}\n${fence}`
}

/** Cells that are markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map((cell) => cellOf(cell)))]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** A bar ends a cell even inside code, unless an odd number of backslashes stands before it. */
function cellOf(markdown: string): string {
  return markdown
    .replace(/\n+/g, ' ')
    .replace(/(\\*)\|/g, (_, slashes: string) => `${slashes}${slashes.length % 2 === 0 ? '\\' : ''}|`)
}
