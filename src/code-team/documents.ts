// TEAM. What the agents of the code team hand to each other: every document as a zod schema, which is also what the
// models are told of its shape.
import { z } from 'zod'
import { CACHE_TOOLS } from '../workspace/lending/lending'
import { EXCEEDED } from '../workspace/sandbox-options'

const text = z.string().min(1)

/** `AC-1`, `AC-2`, …: tests name in their titles the criteria that they cover, as `[AC-1]`. */
export const criterionIdSchema = z.string().regex(/^AC-[1-9][0-9]{0,3}$/, 'a criterion id is AC- and a number')

export const specificationSchema = z.object({
  title: text,
  summary: text,
  requirements: z
    .array(
      z.object({
        id: z.string().regex(/^R-[1-9][0-9]{0,3}$/, 'a requirement id is R- and a number'),
        text,
        criteria: z.array(z.object({ id: criterionIdSchema, text })).min(1),
      }),
    )
    .min(1),
  openQuestions: z.array(z.object({ question: text, assumption: text })),
  outOfScope: z.array(text),
  /** Paths of tests of an existing repository that have to change, since what they check is to change: nobody may touch others. */
  changedTests: z.array(text).optional(),
})
export type Specification = z.infer<typeof specificationSchema>

/** Names of modules become parts of subtask ids. */
export const moduleNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a module name has lower-case letters, digits and "-"')

export const moduleSchema = z.object({
  name: moduleNameSchema,
  purpose: text,
  /** Files, or directories ending in `/`, that only this module's coder may write. */
  paths: z.array(text).min(1),
  /** Files, or directories ending in `/`, that only this module's test-agent may write. */
  testPaths: z.array(text).min(1),
  /** What it exports, for those who import it and for those who test it: signatures, behaviour, errors. */
  contract: text,
  /** Names of the modules that it imports. */
  imports: z.array(z.string()),
  /** Ids of the criteria that it is there for. */
  criteria: z.array(criterionIdSchema),
})
export type Module = z.infer<typeof moduleSchema>

export const architectureSchema = z.object({
  decisions: z.array(z.object({ decision: text, reason: text })).min(1),
  modules: z.array(moduleSchema).min(1).max(20),
  /** Program and arguments that run all tests. */
  testCommand: z.array(text).min(1),
  /** Program and arguments that run the program, for people. */
  runCommand: z.array(text).min(1),
  /** Mermaid source of the modules and their imports, without a fence. */
  diagram: text,
})
export type Architecture = z.infer<typeof architectureSchema>

/** What coder and test-agent answer: files whole, never parts of files. */
export const filesAnswerSchema = z.object({
  files: z.array(z.object({ path: text, content: z.string() })),
  /** Paths to remove. */
  remove: z.array(text),
  /** What is worth knowing for the reviewer, in a sentence or two. */
  notes: z.string(),
})
export type FilesAnswer = z.infer<typeof filesAnswerSchema>

export const severitySchema = z.enum(['blocking', 'advice'])

export const findingSchema = z.object({
  /** Empty where it is about no file. */
  file: z.string(),
  /** From 1; 0 where it is about no line. */
  line: z.int().nonnegative(),
  severity: severitySchema,
  text,
})
export type Finding = z.infer<typeof findingSchema>

export const reviewSchema = z
  .object({ verdict: z.enum(['approve', 'changes']), findings: z.array(findingSchema) })
  .refine(
    ({ verdict, findings }) => verdict === 'approve' || findings.some(({ severity }) => severity === 'blocking'),
    'the verdict "changes" needs a finding of severity "blocking"',
  )
export type Review = z.infer<typeof reviewSchema>

/** The coder of a module, or its test-agent. */
export const roleSchema = z.enum(['code', 'tests'])
export type Role = z.infer<typeof roleSchema>

const snapshotFileSchema = z.object({
  artifact: z.string(),
  bytes: z.int().nonnegative(),
  executable: z.literal(true).optional(),
})

/**
 * What a coder or test-agent has left in all rounds so far, as one patch to the base. `refusal` says why its newest answer
 * was not taken: the patch is then what stood before, or empty.
 */
export const contributionSchema = z.object({
  module: z.string(),
  role: roleSchema,
  patch: z.object({ write: z.record(z.string(), snapshotFileSchema), remove: z.array(z.string()) }),
  notes: z.string(),
  refusal: z.string().optional(),
  /** Artifact of what a program printed that was the coder. */
  log: z.string().optional(),
})
export type Contribution = z.infer<typeof contributionSchema>

export const testResultSchema = z.object({
  file: z.string(),
  /** With the names of the suites around it, joined by " > ". */
  name: z.string(),
  /** The module whose test-agent wrote the file; absent for files that were there before. */
  module: z.string().optional(),
  /** The file itself did not run to its end; `name` is its path then. */
  crashed: z.literal(true).optional(),
  status: z.enum(['passed', 'failed', 'skipped']),
  /** The failure, shortened. */
  message: z.string().optional(),
})
export type TestResult = z.infer<typeof testResultSchema>

export const checkProblemSchema = z.object({ module: z.string().optional(), role: roleSchema.optional(), text })
export type CheckProblem = z.infer<typeof checkProblemSchema>

/** What was installed beside an existing repository when the run began: commands that work on copies of it are lent that. */
export const installedSchema = z.object({
  directory: text,
  commit: text,
  paths: z.array(text),
  tools: z.array(z.enum(CACHE_TOOLS)),
})

/** What of it was not to be had on the worker's machine, a sentence each. */
export const missingSchema = z.array(z.string()).optional()

/** One run of the tests that an existing repository had before. */
export const ownTestsSchema = z.object({
  /** As a person would type it. */
  command: z.string(),
  passed: z.boolean(),
  exitCode: z.int().nullable(),
  /** The limit that it was ended for. */
  exceeded: z.enum(EXCEEDED).optional(),
  /** What failed, as the runner calls it; empty also where it says nothing of single tests. */
  failing: z.array(z.string()).default([]),
  /** How many tests ran; absent where the runner does not say. */
  ran: z.int().nonnegative().optional(),
  /** The end of what it printed. */
  output: z.string(),
  missing: missingSchema,
})
export type OwnTests = z.infer<typeof ownTestsSchema>

/** Small changes of the new code, of which the tests should notice each. */
export const mutationsSchema = z.object({
  /** How many there are. */
  possible: z.int(),
  tried: z.int(),
  /** Those that no test noticed. */
  survived: z.array(z.object({ file: z.string(), line: z.int(), was: z.string(), now: z.string() })),
})
export type Mutations = z.infer<typeof mutationsSchema>

export const checkSchema = z.object({
  /** Everything ran, at least one test did for each module, and none failed. */
  passed: z.boolean(),
  /** Artifact of the checked `Snapshot`. */
  snapshot: z.string(),
  command: z.array(z.string()),
  exitCode: z.int().nullable(),
  tests: z.array(testResultSchema),
  /** What else stands against it: no test ran, a patch was refused, a time limit. By module where it lies in one. */
  problems: z.array(checkProblemSchema),
  /** The end of what the command printed. */
  output: z.string(),
  /** False where no sandbox was to be had and this was allowed. */
  sandboxed: z.boolean(),
  missing: missingSchema,
  /** Where they were asked for, and everything passed. */
  mutations: mutationsSchema.optional(),
  /** Only where there is an existing repository that has tests. */
  ownTests: z
    .object({
      before: ownTestsSchema,
      after: ownTestsSchema,
      /** Files of tests that were there before, are not what they were, and were named by the specification. */
      changed: z.array(z.string()).default([]),
    })
    .optional(),
})
export type Check = z.infer<typeof checkSchema>

/** One round as it is reported. */
export const roundSchema = z.object({
  number: z.int().positive(),
  /** Modules that were worked on. */
  modules: z.array(z.string()),
  check: checkSchema,
  /** Missing in single mode. */
  review: reviewSchema.optional(),
})
export type Round = z.infer<typeof roundSchema>

/** How the building ended: what the gate judges and the delivery writes down. */
export const buildSchema = z.object({
  approved: z.boolean(),
  snapshot: z.string(),
  rounds: z.array(roundSchema).min(1),
})
export type Build = z.infer<typeof buildSchema>
