// TEAM. The mode `auto`: what was measured of an architecture, what the rule of contract/one-or-team.ts says of it, and the
// architecture that one coder works by.
import { z } from 'zod'
import { graphShape } from '../../contract/graph-shape'
import { oneOrTeam } from '../../contract/one-or-team'
import { isOwned } from '../../workspace/paths'
import type { FileSize } from '../architecture/check-sizes'
import type { Architecture, Module } from '../documents'
import { SINGLE_MODULE } from '../rounds/state'

export const choiceSchema = z.object({
  advice: z.enum(['one agent', 'team']),
  reasons: z.array(z.string()),
  measured: z.object({
    modules: z.int(),
    /** Modules that can be written at a time. */
    width: z.int(),
    /** Modules on the longest path of imports. */
    criticalPath: z.number(),
    /** Of the files that are there already: of all modules' code, or of their tests where those are more. */
    tokens: z.int(),
  }),
})
export type Choice = z.infer<typeof choiceSchema>

/** Pure. Each module counts as one: nobody knows before how long it takes. */
export function chooseMode({ modules }: Architecture, sizes: readonly FileSize[]): Choice {
  const places = new Map(modules.map(({ name }, place) => [name, place]))
  const nodes = modules.map(({ imports }) => ({ dependsOn: imports.flatMap((name) => places.get(name) ?? []) }))
  const { width, work, criticalPath } = graphShape(nodes)
  const tokensOf = (owned: (module: Module) => readonly string[]): number =>
    sizes.reduce((sum, { path, tokens: size }) => sum + (isOwned(path, modules.flatMap(owned)) ? size : 0), 0)
  // Code and tests are two agents' work, of whom each is shown its own
  const tokens = Math.max(
    tokensOf(({ paths }) => paths),
    tokensOf(({ testPaths }) => testPaths),
  )
  const advised = oneOrTeam({ tokens, shape: { width, work, criticalPath } })
  return { ...advised, measured: { modules: modules.length, width, criticalPath, tokens } }
}

/** For people, in a line. */
export function choiceText({ advice, reasons }: Choice): string {
  return `${advice === 'team' ? 'a team, module by module' : 'one coder for all modules'}: ${reasons.join('; ')}`
}

/** What is built by: for one coder all modules as one, with everything that each was to do and to own. */
export function chosenArchitecture(architecture: Architecture, choice: Choice | undefined): Architecture {
  const { modules, decisions } = architecture
  if (choice?.advice !== 'one agent' || modules.length === 1) return architecture
  const all = <Value>(of: (module: Module) => readonly Value[]): Value[] => [...new Set(modules.flatMap(of))]
  const module: Module = {
    name: SINGLE_MODULE,
    purpose: modules.map(({ name, purpose }) => `${name}: ${purpose}`).join(' '),
    paths: all(({ paths }) => paths),
    testPaths: all(({ testPaths }) => testPaths),
    contract: modules.map(({ name, contract }) => `${name}:\n${contract}`).join('\n\n'),
    imports: [],
    criteria: all(({ criteria }) => criteria),
  }
  const decision = { decision: 'One coder writes all modules.', reason: `${choice.reasons.join('; ')}.` }
  return {
    ...architecture,
    decisions: [...decisions, decision],
    modules: [module],
    diagram: `flowchart LR\n  ${SINGLE_MODULE}`,
  }
}
