// TEAM. Whether modules own their paths alone: confined, disjoint over all modules and roles, and such that tests are found.
import { basename } from 'node:path'
import { ownerOverlaps } from '../../workspace/patches'
import { EVERYTHING, folded, ownedPathProblem } from '../../workspace/paths'
import type { Module } from '../documents'
import { LANGUAGES, type LanguageName } from '../languages'

/** Written by the check for a new program, so that it is what the test command needs. */
const MANIFESTS: Readonly<Record<LanguageName, readonly string[]>> = { javascript: ['package.json'], python: [] }

export function pathProblems(
  modules: readonly Module[],
  language: LanguageName,
  existing: readonly string[],
): string[] {
  const refused = modules.flatMap(({ name, paths, testPaths }) =>
    [...paths, ...testPaths].flatMap((path) => {
      const problem = path === EVERYTHING || path === './' ? 'a module owns a part of the tree' : ownedPathProblem(path)
      return problem === undefined ? [] : [`module "${name}" cannot own ${JSON.stringify(path)}: ${problem}`]
    }),
  )
  // Names that differ in case or Unicode form alone are one file on some systems
  const owners = modules.flatMap(({ name, paths, testPaths }) => [
    { owner: `the code of "${name}"`, paths: [...new Set(paths.map(folded))] },
    { owner: `the tests of "${name}"`, paths: [...new Set(testPaths.map(folded))] },
  ])
  const overlaps = refused.length > 0 ? [] : ownerOverlaps(owners).map((one) => `${one}: give every path one owner`)
  const all = [...existing, ...modules.flatMap(({ paths, testPaths }) => [...paths, ...testPaths])]
  return [
    ...refused,
    ...overlaps,
    ...modules.flatMap((module) => manifestProblems(module, language, existing)),
    ...modules.flatMap((module) => directoryProblems(module, all)),
    ...modules.flatMap((module) => testPathProblems(module, language)),
    ...modules.flatMap((module) => codePathProblems(module, language, existing)),
  ]
}

function manifestProblems(
  { name, paths, testPaths }: Module,
  language: LanguageName,
  existing: readonly string[],
): string[] {
  // Under any spelling, and as a directory
  const owned = [...paths, ...testPaths].map((path) => folded(path).replace(/\/$/, ''))
  return MANIFESTS[language]
    .filter((path) => owned.includes(path) && !existing.includes(path))
    .map((path) => `module "${name}" cannot own "${path}": it is written for a new program without you`)
}

/** Without its last sign a directory would be a file, and whoever writes into it would be refused in every round. */
function directoryProblems({ name, paths, testPaths }: Module, all: readonly string[]): string[] {
  const plain = [...paths, ...testPaths].filter((path) => !path.endsWith('/'))
  const used = plain.filter((path) => all.some((other) => other.startsWith(`${path}/`)))
  // Such names can be files (LICENSE), but not all that a module is made of
  const vague = paths.every((path) => /^[^.]+$/.test(path) && !path.endsWith('/')) ? paths : []
  return [...new Set([...used, ...vague])].map(
    (path) => `"${path}" of module "${name}" seems to be a directory: a directory ends in "/"`,
  )
}

/** What a coder wrote there would be run as tests, and is refused. */
function codePathProblems({ name, paths }: Module, language: LanguageName, existing: readonly string[]): string[] {
  const { isTestFile, entry } = LANGUAGES[language]
  return paths
    .filter((path) => !existing.includes(path) && isTestFile(path.endsWith('/') ? path + basename(entry) : path))
    .map((path) => `the code of module "${name}" cannot be in "${path}": files there are run as tests`)
}

/** A directory has to be one where test files are found; a file has to be one. */
function testPathProblems({ name, testPaths }: Module, language: LanguageName): string[] {
  const { isTestFile, sampleTest, testFiles } = LANGUAGES[language]
  if (testPaths.some((path) => isTestFile(path.endsWith('/') ? path + sampleTest : path))) return []
  const paths = testPaths.map((path) => JSON.stringify(path)).join(', ')
  return [`the tests of module "${name}" would not be found in ${paths}: test files are ${testFiles}`]
}
