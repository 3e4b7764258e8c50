// TEAM. What a program needs besides its modules so that its test command works: written by us, where it is not there.
import type { Snapshot } from '../../workspace/snapshot'
import type { Architecture } from '../documents'
import type { LanguageName } from '../languages'
import { LANGUAGES } from '../languages'

export interface ScaffoldInput {
  language: LanguageName
  architecture: Architecture
  /** Of the specification, or of the request. */
  title: string
  /** What was there before; empty for a new program. */
  base: Snapshot
  /** Base and contributions. */
  merged: Snapshot
}

/** Path → text of the files that are missing. */
export function scaffoldFiles(input: ScaffoldInput): Record<string, string> {
  return input.language === 'javascript' ? packageManifest(input) : packageMarkers(input)
}

function packageManifest({ architecture, title, base, merged }: ScaffoldInput): Record<string, string> {
  // A repository of scripts without package.json is no ES module, and must not become one
  const scripts = Object.keys(base.files).some((path) => path.endsWith('.js'))
  if (scripts || Object.hasOwn(merged.files, 'package.json')) return {}
  const { testCommand, runCommand } = architecture
  const manifest = {
    name: packageName(title),
    version: '0.1.0',
    private: true,
    type: 'module',
    scripts: { start: commandLine(runCommand), test: commandLine(testCommand) },
    engines: { node: '>=20' },
  }
  return { 'package.json': `${JSON.stringify(manifest, undefined, 2)}\n` }
}

/** unittest finds tests only in directories that are packages. */
function packageMarkers({ base, merged }: ScaffoldInput): Record<string, string> {
  const { isTestFile } = LANGUAGES.python
  const directories = Object.keys(merged.files)
    .filter((path) => isTestFile(path) && !Object.hasOwn(base.files, path))
    .flatMap((path) =>
      path
        .split('/')
        .slice(0, -1)
        .map((_, depth, steps) => steps.slice(0, depth + 1).join('/')),
    )
  const missing = [...new Set(directories)]
    .map((directory) => `${directory}/__init__.py`)
    .filter((path) => !Object.hasOwn(merged.files, path))
  return Object.fromEntries(missing.map((path) => [path, '']))
}

/** A program and its arguments as a shell reads them. */
export function commandLine(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

function packageName(title: string): string {
  const words = title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
  return words.slice(0, 40).replace(/^-+|-+$/g, '') || 'program'
}
