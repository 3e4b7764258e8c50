// TEAM. What a coder is told of code that its module uses: exported signatures, never bodies. First of the modules that it
// imports, then of files of the repository that its own files import and no imported module has.
import { setImmediate as turn } from 'node:timers/promises'
import { grouped, requireTokens, tokenCounter } from '../agents/models/count-tokens'
import type { Artifacts, Snapshot, SnapshotFile } from '../workspace/snapshot'
import { fileAt, readText } from '../workspace/snapshots'
import { resolver } from './map/imported-by'
import { languageOf, scan } from './map/scan'
import type { Exported } from './map/scanned'
import { IMPORTS_TOKENS } from './token-limits'

export interface UsedFile {
  path: string
  exports: Exported[]
}

/** What each file offers; files in which no scanner finds anything are only named. */
export async function exportsOf(
  artifacts: Artifacts,
  files: Readonly<Record<string, SnapshotFile>>,
): Promise<UsedFile[]> {
  const used: UsedFile[] = []
  for (const path of Object.keys(files).sort()) {
    await turn()
    const known = languageOf(path) !== undefined
    const text = known ? await readText(artifacts, { files: { [path]: files[path]! } }, path) : ''
    used.push({ path, exports: scan(path, text).exports })
  }
  return used
}

/** Files of the repository that these texts import, themselves and those in `but` left out. */
export function importedFiles(
  base: Snapshot,
  own: ReadonlyMap<string, string>,
  { goMod, but }: { goMod?: string; but: ReadonlySet<string> },
): Record<string, SnapshotFile> {
  const paths = Object.keys(base.files)
  const resolve = resolver([...new Set([...paths, ...own.keys()])], goMod)
  const found = [...own].flatMap(([path, text]) => scan(path, text).imports.flatMap((one) => resolve(path, one)))
  const others = [...new Set(found)].filter((path) => !own.has(path) && !but.has(path)).sort()
  return Object.fromEntries(others.flatMap((path) => (fileAt(base, path) ? [[path, base.files[path]!]] : [])))
}

/**
 * Text of each group: signatures, or names alone where all signatures together are too long, which is said.
 *
 * @throws TroupeError `TooManyTokens` where not even the names fit
 */
export async function toldExports(groups: readonly (readonly UsedFile[])[], whose: string): Promise<string[]> {
  const count = await tokenCounter()
  const sum = (texts: readonly string[]): number => texts.reduce((tokens, text) => tokens + count(text), 0)
  const whole = groups.map((files) => files.map(withSignatures).join('\n\n'))
  const tokens = sum(whole)
  if (tokens <= IMPORTS_TOKENS) return whole
  const reason = `Names alone: all signatures have ${grouped(tokens)} tokens, ${grouped(IMPORTS_TOKENS)} fit.`
  const named = groups.map((files) => (files.length === 0 ? '' : [reason, ...files.map(withNames)].join('\n')))
  const limits = { limit: IMPORTS_TOKENS, hint: 'divide it, so that each part imports less' }
  requireTokens(`the list of names that ${whose} imports`, { tokens: sum(named), ...limits })
  return named
}

function withSignatures({ path, exports }: UsedFile): string {
  return [`=== ${path}`, ...new Set(exports.map(({ signature }) => signature))].join('\n')
}

function withNames({ path, exports }: UsedFile): string {
  return `${path}: ${exports.map(({ name }) => name).join(', ')}`
}
