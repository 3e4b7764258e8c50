// TEAM. What a round begins with: everything that the building knows, handed from one round to the next by value, since a
// spawned subtask can refer only to those that were spawned with it.
import { z } from 'zod'
import {
  architectureSchema,
  contributionSchema,
  installedSchema,
  missingSchema,
  ownTestsSchema,
  roundSchema,
  specificationSchema,
  type Architecture,
} from '../documents'
import { EVERYTHING } from '../../workspace/paths'
import { LANGUAGE_NAMES, LANGUAGES, type LanguageName } from '../languages'

export const modeSchema = z.enum(['team', 'single'])
export type Mode = z.infer<typeof modeSchema>
/** As it is asked for: `auto` is decided when the architecture is there. */
export const askedModeSchema = z.enum(['team', 'single', 'auto'])

/** Rounds unless said: one to write, one to mend, one to spare. */
export const DEFAULT_MAX_ROUNDS = 3
/** Each round spawns below the last one's end, and a run spawns at most eight deep. */
export const MAX_ROUNDS = 5

/** What the request fixes for all rounds. */
export const assignmentSchema = z.object({
  request: z.string(),
  language: z.enum(LANGUAGE_NAMES),
  mode: askedModeSchema,
  maxRounds: z.int().min(1).max(MAX_ROUNDS),
  /** Artifact of the `Snapshot` of an existing repository. */
  base: z.string().optional(),
  /** What is installed beside it. */
  installed: installedSchema.optional(),
  /** Of that repository, as a shell reads it: what runs its own tests; found unless given. */
  testCommand: z.string().optional(),
  /** Paths of its tests that may change, where no specification says so. */
  mayChange: z.array(z.string()).optional(),
  /** Whether the tests are tried on small changes of the new code. */
  mutate: z.boolean().optional(),
})
export type Assignment = z.infer<typeof assignmentSchema>

export const roundStateSchema = assignmentSchema.extend({
  mode: modeSchema,
  /** Missing in single mode. */
  specification: specificationSchema.optional(),
  architecture: architectureSchema,
  /** The repository's own tests before anything was changed; null where it has none. */
  baseline: ownTestsSchema.nullable().optional(),
  /** What of the installed packages was not to be had then, where it has none. */
  missingBefore: missingSchema,
  /** Those that are over. */
  rounds: z.array(roundSchema),
  /** The newest of every module and role. */
  contributions: z.array(contributionSchema),
})
export type RoundState = z.infer<typeof roundStateSchema>

/** The only module in single mode: everything belongs to it. */
export const SINGLE_MODULE = 'program'

/** What stands for an architecture in single mode. */
export function singleArchitecture(language: LanguageName): Architecture {
  const { testCommand, program, entry } = LANGUAGES[language]
  return {
    decisions: [{ decision: 'One coder writes code and tests.', reason: 'It was asked for with the mode "single".' }],
    modules: [
      {
        name: SINGLE_MODULE,
        purpose: 'The whole program.',
        paths: [EVERYTHING],
        testPaths: [EVERYTHING],
        contract: 'What the request says.',
        imports: [],
        criteria: [],
      },
    ],
    testCommand: [...testCommand],
    runCommand: [program, entry],
    diagram: `flowchart LR\n  ${SINGLE_MODULE}`,
  }
}
