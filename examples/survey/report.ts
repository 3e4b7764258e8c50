// The survey as Markdown. Nothing in it depends on when it was written: a second attempt writes the same file.
import type { History, LeftOut, Totals } from './shapes'

/** Folders in the table; the others are one row. */
const FOLDERS = 40

export function markdown(name: string, totals: Totals, history: History): string {
  const { files, lines, tokens, bytes, folders } = totals
  const sections = [
    `# Survey of ${escape(name || '/')}`,
    `${counted(files, 'text file')} in ${counted(folders.length, 'folder')}: **${counted(lines, 'line')}**, ` +
      `**${counted(tokens, 'token')}** (o200k), ${megabytes(bytes)}.`,
    leftOutText(totals.leftOut),
    '## Folders',
    folderTable(totals),
    '## Languages',
    languageTable(totals),
    '## Longest files',
    table(
      ['file', '>lines'],
      totals.longest.map(({ path, lines }) => [code(path), number(lines)]),
    ),
    '## History',
    ...historySections(history),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function folderTable({ folders, lines }: Totals): string {
  const shown = folders.slice(0, FOLDERS).map((row) => ({ ...row, name: code(row.folder) }))
  const others = folders.slice(FOLDERS)
  const sum = (key: 'files' | 'lines' | 'tokens'): number => others.reduce((total, row) => total + row[key], 0)
  if (others.length > 0)
    shown.push({
      ...others[0]!,
      name: `${others.length} more`,
      files: sum('files'),
      lines: sum('lines'),
      tokens: sum('tokens'),
    })
  return table(
    ['folder', '>files', '>lines', '>share', '>tokens'],
    shown.map((row) => [row.name, number(row.files), number(row.lines), share(row.lines, lines), number(row.tokens)]),
  )
}

function languageTable({ languages, lines }: Totals): string {
  return table(
    ['language', '>files', '>lines', '>share', '>tokens'],
    languages.map((row) => [
      escape(row.language),
      number(row.files),
      number(row.lines),
      share(row.lines, lines),
      number(row.tokens),
    ]),
  )
}

function leftOutText(leftOut: LeftOut): string {
  const reasons: Record<keyof LeftOut, string> = {
    binary: 'binary',
    large: 'larger than 4 MiB',
    special: 'links, submodules or gone',
    unreadable: 'unreadable',
  }
  const named = (Object.keys(reasons) as (keyof LeftOut)[])
    .filter((reason) => leftOut[reason] > 0)
    .map((reason) => `${number(leftOut[reason])} ${reasons[reason]}`)
  return named.length === 0 ? '' : `Left out: ${named.join(', ')}.`
}

function historySections({ commits, truncated, first, last, authors, recent, note }: History): string[] {
  if (commits === 0) return [`No history${note === undefined ? '' : `: ${escape(note)}`}.`]
  const much = `${truncated ? 'The last ' : ''}${counted(commits, 'commit')}`
  return [
    `${much} from ${day(first)} to ${day(last)}.`,
    table(
      ['author', '>commits'],
      authors.map(({ name, commits }) => [escape(name), number(commits)]),
    ),
    table(
      ['date', 'commit', 'author', 'subject'],
      recent.map(({ date, commit, author, subject }) => [day(date), code(commit), escape(author), escape(subject)]),
    ),
  ]
}

/** A heading that begins with `>` is a column of numbers. */
function table(headings: readonly string[], rows: readonly string[][]): string {
  if (rows.length === 0) return 'None.'
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const names = headings.map((heading) => heading.replace('>', ''))
  const rule = headings.map((heading) => (heading.startsWith('>') ? '--:' : '---'))
  return [line(names), line(rule), ...rows.map(line)].join('\n')
}

/** Text of others, as text: neither Markdown nor HTML, on one line. */
function escape(text: string): string {
  return oneLine(text).replace(/[\\`*_[\]{}<>#|~&]/g, '\\$&')
}

/** A path as code, whatever its characters. */
function code(text: string): string {
  const fence = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1)
  const padding = /^[` ]|[` ]$/.test(text) ? ' ' : ''
  return `${fence}${padding}${oneLine(text).replaceAll('|', '\\|')}${padding}${fence}`
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '�')
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function counted(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`
}

function share(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : Math.round((100 * part) / whole)
  return percent === 0 && part > 0 ? '< 1 %' : `${percent} %`
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${number(bytes)} bytes` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

function day(iso: string | undefined): string {
  return iso?.slice(0, 10) ?? '?'
}
