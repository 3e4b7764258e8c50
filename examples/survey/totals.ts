// Folders added up.
import type { Folder, Language, LeftOut, Size, Totals } from './shapes'

/** Longest files of the whole. */
const LONGEST = 20

export function addUp(root: string, folders: readonly Folder[]): Totals {
  const byLines = <Sized extends Size>(sizes: Sized[]): Sized[] => sizes.sort((a, b) => b.lines - a.lines)
  const rows = folders.map(({ folder, files, lines, tokens, bytes }) => ({ folder, files, lines, tokens, bytes }))
  const longest = folders.flatMap((folder) => folder.longest).sort((a, b) => b.lines - a.lines)
  return {
    root,
    ...sum(folders),
    folders: byLines(rows.filter(({ files }) => files > 0)),
    languages: byLines(addLanguages(folders)),
    longest: longest.slice(0, LONGEST),
    leftOut: addLeftOut(folders),
  }
}

function sum(sizes: readonly Size[]): Size {
  const total = { files: 0, lines: 0, tokens: 0, bytes: 0 }
  for (const { files, lines, tokens, bytes } of sizes) {
    total.files += files
    total.lines += lines
    total.tokens += tokens
    total.bytes += bytes
  }
  return total
}

function addLanguages(folders: readonly Folder[]): Language[] {
  const groups = new Map<string, Language[]>()
  for (const entry of folders.flatMap(({ languages }) => languages))
    groups.set(entry.language, [...(groups.get(entry.language) ?? []), entry])
  return [...groups].map(([language, entries]) => ({ language, ...sum(entries) }))
}

function addLeftOut(folders: readonly Folder[]): LeftOut {
  const total: LeftOut = { binary: 0, large: 0, special: 0, unreadable: 0 }
  for (const { leftOut } of folders)
    for (const reason of Object.keys(total) as (keyof LeftOut)[]) total[reason] += leftOut[reason]
  return total
}
