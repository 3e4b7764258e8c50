// PURE. Which file an import means, and so how many files import each: what many import is what a reader has to know first.
import { posix } from 'node:path'
import { languageOf } from './scan'

interface Importing {
  path: string
  imports: readonly string[]
}

/** How often each file is imported by others, by place. `goMod` is the text of the repository's go.mod. */
export function importedBy(files: readonly Importing[], goMod?: string): number[] {
  const resolve = resolver(
    files.map(({ path }) => path),
    goMod,
  )
  const counts = new Map<string, number>()
  for (const { path, imports } of files) {
    const targets = new Set(imports.flatMap((one) => resolve(path, one)))
    targets.delete(path)
    for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1)
  }
  return files.map(({ path }) => counts.get(path) ?? 0)
}

/** The paths that an import of a file means; none for packages from elsewhere. */
export type Resolve = (from: string, imported: string) => string[]

export function resolver(paths: readonly string[], goMod?: string): Resolve {
  const known = new Set(paths)
  const firstOf = (candidates: readonly string[]): string[] => {
    const found = candidates.find((one) => known.has(one))
    return found === undefined ? [] : [found]
  }
  const goModule = /^module\s+(\S+)/m.exec(goMod ?? '')?.[1]
  const goPackages = new Map<string, string[]>()
  for (const path of paths) {
    if (!path.endsWith('.go') || path.endsWith('_test.go')) continue
    const directory = posix.dirname(path)
    const others = goPackages.get(directory)
    if (others) others.push(path)
    else goPackages.set(directory, [path])
  }
  return (from, imported) => {
    switch (languageOf(from)) {
      case 'JavaScript':
      case 'TypeScript':
        return firstOf(javaScriptPaths(from, imported))
      case 'Python':
        return firstOf(pythonPaths(from, imported))
      case 'Rust':
        return firstOf(rustPaths(from, imported))
      case 'Go': {
        if (goModule === undefined || (imported !== goModule && !imported.startsWith(`${goModule}/`))) return []
        return goPackages.get(imported.slice(goModule.length + 1) || '.') ?? []
      }
      default:
        return []
    }
  }
}

const ENDINGS = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs', '.d.ts']

/** Only relative ones: what else a bundler's settings may mean is not known here. */
function javaScriptPaths(from: string, imported: string): string[] {
  if (!/^\.\.?(\/|$)/.test(imported)) return []
  const plain = posix.join(posix.dirname(from), imported).replace(/\/$/, '')
  const bare = plain.replace(/\.([cm]?)js(x?)$/, '')
  return [
    plain,
    // An import names what TypeScript will write
    ...(bare === plain ? [] : ENDINGS.map((ending) => bare + ending)),
    ...ENDINGS.map((ending) => plain + ending),
    ...ENDINGS.map((ending) => posix.join(plain, `index${ending}`)),
  ]
}

/** From the root, from `src`, or from the top of the importing file's own tree; the last step may be a name in a module. */
function pythonPaths(from: string, imported: string): string[] {
  const dots = /^\.*/.exec(imported)![0].length
  const steps = imported.slice(dots).split('.').filter(Boolean)
  const above = posix
    .dirname(from)
    .split('/')
    .filter((step) => step !== '.')
  const roots =
    dots > 0
      ? [above.slice(0, Math.max(0, above.length - dots + 1))]
      : [[], ['src'], ...above.map((_, place) => above.slice(0, place + 1))]
  return [steps, steps.slice(0, -1)]
    .filter((some, place) => place === 0 || some.length > 0 || dots > 0)
    .flatMap((some) =>
      roots.flatMap((root) => {
        const path = [...root, ...some].join('/')
        return path === '' ? [] : [`${path}.py`, `${path}/__init__.py`]
      }),
    )
}

function rustPaths(from: string, imported: string): string[] {
  const directory = posix.dirname(from)
  const name = posix.basename(from, '.rs')
  const isRoot = ['mod', 'lib', 'main'].includes(name)
  const below = isRoot ? directory : `${directory}/${name}`
  const module = /^mod (\w+)$/.exec(imported)?.[1]
  if (module !== undefined) return rustModule(`${below}/${module}`)
  const [first, ...rest] = imported.split('::').filter((step) => step !== '*')
  const source = /^(.*?\bsrc)(\/|$)/.exec(directory)?.[1]
  const bases: Record<string, string | undefined> = { crate: source, self: below, super: posix.dirname(below) }
  const base = bases[first ?? '']
  if (base === undefined) return []
  const depths = rest.map((_, place) => rest.length - place)
  return depths.flatMap((depth) => rustModule([base, ...rest.slice(0, depth)].join('/')))
}

function rustModule(path: string): string[] {
  const plain = posix.normalize(path)
  return [`${plain}.rs`, `${plain}/mod.rs`]
}
