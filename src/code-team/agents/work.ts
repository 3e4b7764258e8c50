// TEAM. What coder and test-agent have in common: their input of a round, and how their answer becomes a contribution.
import { z } from 'zod'
import type { AgentContext } from '../../agents/context'
import {
  contributionSchema,
  filesAnswerSchema,
  findingSchema,
  installedSchema,
  moduleSchema,
  specificationSchema,
  type Contribution,
  type FilesAnswer,
  type Module,
  type Role,
} from '../documents'
import { contributionOf, filesProblems, ownerOfRole, refusedContribution } from '../contributions'
import { refusedTestsIn, testRefusal, type SpecifiedChange } from '../existing-tests'
import { LANGUAGE_NAMES } from '../languages'
import { baseSnapshot } from '../texts'
import { askForBest } from './ask'
import { FILES_REPAIRS } from './settings'

export const workInputShape = {
  language: z.enum(LANGUAGE_NAMES),
  module: moduleSchema,
  round: z.int().positive(),
  /** The part that concerns the module; missing in single mode. */
  specification: specificationSchema.optional(),
  /** Artifact of the `Snapshot` of an existing repository. */
  base: z.string().optional(),
  /** What is installed beside it. */
  installed: installedSchema.optional(),
  /** What it has left in earlier rounds. */
  previous: contributionSchema.optional(),
  failures: z.array(z.object({ file: z.string(), name: z.string(), message: z.string() })),
  problems: z.array(z.string()),
  findings: z.array(findingSchema),
}

export interface Work {
  module: Module
  role: Role
  base?: string
  previous?: Contribution
  /** What says which tests of a repository may change. */
  change: SpecifiedChange
  system: string
  prompt: string
  /** Why its files cannot be taken, besides their paths. */
  refusals?(answer: FilesAnswer): string[]
  /** What is to be mended, but no reason to refuse the files. */
  wishes(answer: FilesAnswer): string[]
}

/** An answer that writes outside its paths goes back once; if it still does, what stood before stands. */
export async function workOn(context: AgentContext, work: Work): Promise<Contribution> {
  const base = await baseSnapshot(context.artifacts, work.base)
  const before = Object.keys(work.previous?.patch.write ?? {})
  const refusals = (answer: FilesAnswer): string[] => [
    ...filesProblems(answer, ownerOfRole(work.module, work.role), base),
    ...refusedTestsIn(base, answer, work.change).map(testRefusal),
    ...(answer.files.length === 0 && before.length === 0 ? ['no file is written'] : []),
    ...(work.refusals?.(answer) ?? []),
  ]
  const { answer, rejection } = await askForBest(context, {
    system: work.system,
    prompt: work.prompt,
    schema: filesAnswerSchema,
    problems: (given) => [...refusals(given), ...work.wishes(given)],
    repairs: FILES_REPAIRS,
  })
  const whose = { module: work.module.name, role: work.role, ...(work.previous ? { previous: work.previous } : {}) }
  if (!answer) return refusedContribution(whose, rejection ?? 'there is no answer')
  const refused = refusals(answer)
  if (refused.length > 0) return refusedContribution(whose, refused.join('; '))
  return contributionOf(context.artifacts, { ...whose, answer })
}

/** A line for the live view. */
export function progressOf(round: number, what: string, failures: number): string {
  if (round === 1) return `writing ${what}`
  return `round ${round}: mending ${what}${failures > 0 ? ` (${failures} failing tests)` : ''}`
}
