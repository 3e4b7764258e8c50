// TEAM. What is wrong with an architecture that its schema cannot say: everything at once, in words that its author can
// act on, since they are sent back to the model.
import { findCycles } from '../../contract/cycles'
import { choicesHint } from '../../contract/nearest'
import { isOwned } from '../../workspace/paths'
import { criterionIds } from '../specification'
import { LANGUAGES, type LanguageName } from '../languages'
import type { Architecture, Module, Specification } from '../documents'
import { pathProblems } from './check-paths'
import { sizeProblems, type FileSize } from './check-sizes'
import { startedFile } from './started-file'

export interface ArchitectureContext {
  specification: Specification
  language: LanguageName
  /** Paths of the files that are there already; empty for a new program. */
  existing: readonly string[]
  /** Those among them that people write, with their sizes. */
  sizes?: readonly FileSize[]
}

export function architectureProblems(
  architecture: Architecture,
  { specification, language, existing, sizes = [] }: ArchitectureContext,
): string[] {
  const { modules } = architecture
  return [
    ...nameProblems(modules),
    ...importProblems(modules),
    ...cycleProblems(modules),
    ...pathProblems(modules, language, existing),
    ...sizeProblems(modules, sizes),
    ...criteriaProblems(modules, specification),
    ...commandProblems(architecture, language),
    ...startProblems(architecture, existing),
  ]
}

function nameProblems(modules: readonly Module[]): string[] {
  const names = modules.map(({ name }) => name)
  const repeated = [...new Set(names.filter((name, place) => names.indexOf(name) !== place))]
  return repeated.map((name) => `two modules are named "${name}": every module needs a name of its own`)
}

function importProblems(modules: readonly Module[]): string[] {
  const names = modules.map(({ name }) => name)
  return modules.flatMap(({ name, imports }) =>
    imports
      .filter((imported) => !names.includes(imported))
      .map((imported) => {
        const hint = choicesHint(imported, names, 'modules')
        return `module "${name}" imports "${imported}", which is no module of this architecture (${hint})`
      }),
  )
}

function cycleProblems(modules: readonly Module[]): string[] {
  const places = new Map(modules.map(({ name }, place) => [name, place]))
  const edges = modules.map(({ imports }) => imports.flatMap((name) => places.get(name) ?? []))
  return findCycles(edges).map((cycle) => {
    const path = [...cycle, cycle[0]!].map((place) => modules[place]!.name).join(' → ')
    return `the modules import each other in a cycle: ${path}; move what they share into a module that both import`
  })
}

function criteriaProblems(modules: readonly Module[], specification: Specification): string[] {
  const known = criterionIds(specification)
  const covered = new Set(modules.flatMap(({ criteria }) => criteria))
  const unknown = modules.flatMap(({ name, criteria }) =>
    criteria
      .filter((id) => !known.includes(id))
      .map((id) => `module "${name}" names the criterion ${id}, which the specification does not have`),
  )
  const idle = modules
    .filter(({ criteria }) => criteria.length === 0)
    .map(({ name }) => `module "${name}" is there for no criterion: name those that it serves, or leave it out`)
  const missing = known
    .filter((id) => !covered.has(id))
    .map((id) => `no module is there for the criterion ${id}: add it to the "criteria" of the module that meets it`)
  return [...unknown, ...idle, ...missing]
}

function commandProblems({ testCommand, runCommand }: Architecture, language: LanguageName): string[] {
  const { testCommand: wanted, program } = LANGUAGES[language]
  const problems: string[] = []
  if (testCommand.join('\n') !== wanted.join('\n')) {
    problems.push(`"testCommand" has to be ${JSON.stringify(wanted)}, not ${JSON.stringify(testCommand)}`)
  }
  if (runCommand[0] !== program || runCommand.length < 2) {
    problems.push(`"runCommand" has to be "${program}" and its arguments, not ${JSON.stringify(runCommand)}`)
  }
  return problems
}

function startProblems({ runCommand, modules }: Architecture, existing: readonly string[]): string[] {
  const file = startedFile(runCommand)
  if (file === undefined || existing.includes(file) || modules.some(({ paths }) => isOwned(file, paths))) return []
  return [`"runCommand" starts ${JSON.stringify(file)}, which is in the "paths" of no module`]
}
