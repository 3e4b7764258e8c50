// TEAM. Whether modules own their paths alone: confined, disjoint over all modules and roles, and such that tests are found.
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
  return [
    ...refused,
    ...overlaps,
    ...modules.flatMap((module) => manifestProblems(module, language, existing)),
    ...modules.flatMap((module) => testPathProblems(module, language)),
  ]
}

function manifestProblems({ name, paths }: Module, language: LanguageName, existing: readonly string[]): string[] {
  return MANIFESTS[language]
    .filter((path) => paths.includes(path) && !existing.includes(path))
    .map((path) => `module "${name}" cannot own "${path}": it is written for a new program without you`)
}

/** A directory may hold test files; a file has to be one. */
function testPathProblems({ name, testPaths }: Module, language: LanguageName): string[] {
  const { isTestFile, testFiles } = LANGUAGES[language]
  if (testPaths.some((path) => path.endsWith('/') || isTestFile(path))) return []
  const paths = testPaths.map((path) => JSON.stringify(path)).join(', ')
  return [`the tests of module "${name}" would not be found in ${paths}: test files are ${testFiles}`]
}
