// TEAM. The check: no model, but the program itself. Merges what was written, runs the tests for real, and says what stands
// against it.
import { z } from 'zod'
import type { AgentContext } from '../../agents/context'
import { defineAgent, type FunctionAgent } from '../../agents/define-agent'
import { lendInstalled } from '../../workspace/lending/lend-installed'
import type { Lending } from '../../workspace/lending/lending'
import type { Snapshot } from '../../workspace/snapshot'
import { EMPTY_SNAPSHOT, loadSnapshot, storeSnapshot, textFiles } from '../../workspace/snapshots'
import { CHECK_AGENT, TESTS_TIMEOUT_MS } from '../agents/settings'
import {
  architectureSchema,
  checkSchema,
  contributionSchema,
  installedSchema,
  missingSchema,
  ownTestsSchema,
  specificationSchema,
  type Check,
  type CheckProblem,
  type OwnTests,
} from '../documents'
import { startedFile } from '../architecture/started-file'
import { changedTests, refusedTests, testRefusal } from '../existing-tests'
import { LANGUAGE_NAMES, LANGUAGES } from '../languages'
import { ownerOf } from '../rounds/affected'
import { modeSchema } from '../rounds/state'
import { ownTestProblems } from './compare-own-tests'
import { ownTestCommand } from './find-tests'
import { tryMutations } from '../mutations/try-mutations'
import { elsewhere, notStarted } from './cannot-run'
import { judge } from './judge'
import { mergeContributions } from './merge'
import { endOfOutput } from './output'
import { neverStarted, runOwnTests, withoutNewTests } from './own-tests'
import { runTests } from './run-tests'
import { chooseSandbox, type SandboxLeave } from './sandbox-choice'
import { scaffoldFiles } from './scaffold'
import { testCommandOf } from './test-command'

/** Milliseconds for the tests of a changed program, at least, and how many times as long as before they may take. */
const TRIAL_TIMEOUT_MS = 10_000
const TRIAL_FACTOR = 3

const baselineSchema = z.object({
  step: z.literal('baseline'),
  language: z.enum(LANGUAGE_NAMES),
  base: z.string(),
  installed: installedSchema.optional(),
  /** Found unless given. */
  testCommand: z.string().optional(),
})
const inputSchema = z.object({
  step: z.literal('check'),
  language: z.enum(LANGUAGE_NAMES),
  mode: modeSchema,
  /** Names a new program. */
  title: z.string(),
  architecture: architectureSchema,
  contributions: z.array(contributionSchema),
  base: z.string().optional(),
  installed: installedSchema.optional(),
  baseline: ownTestsSchema.nullable().optional(),
  missingBefore: missingSchema,
  /** Which existing tests may change: the paths that the specification names, or without one those that the user does. */
  specification: specificationSchema.pick({ changedTests: true }).optional(),
  mayChange: z.array(z.string()).optional(),
  /** Whether the tests are tried on small changes of the new code. */
  mutate: z.boolean().optional(),
})
type Baseline = z.output<typeof baselineSchema>
type CheckInput = z.output<typeof inputSchema>

/** What the step `baseline` leaves: the repository's own tests before anything was changed, null where it has none. */
const baselineResultSchema = z.object({
  ownTests: ownTestsSchema.nullable(),
  /** What was not to be had before anything was changed: of own tests they say it themselves. */
  missing: missingSchema,
})

export function checkAgent(leave: SandboxLeave): FunctionAgent<Baseline | CheckInput, unknown> {
  return defineAgent({
    ...CHECK_AGENT,
    name: 'check',
    capabilities: ['check', 'baseline'],
    input: z.discriminatedUnion('step', [baselineSchema, inputSchema]),
    output: z.union([checkSchema, baselineResultSchema]),
    run: (input, context) =>
      input.step === 'baseline' ? baseline(input, context, leave) : check(input, context, leave),
  }) as FunctionAgent<Baseline | CheckInput, unknown>
}

async function baseline(
  { language, base, installed, testCommand }: Baseline,
  context: AgentContext,
  leave: SandboxLeave,
): Promise<z.output<typeof baselineResultSchema>> {
  context.progress("running the repository's own tests")
  const { artifacts, signal } = context
  const snapshot = await loadSnapshot(artifacts, base)
  const command = testCommand ?? (await ownTestCommand(artifacts, snapshot, language))
  if (command === undefined && !installed) return { ownTests: null }
  const sandbox = await chooseSandbox(snapshot, leave)
  const lending = await lendInstalled(installed, sandbox)
  if (command === undefined)
    return { ownTests: null, ...(lending.missing.length > 0 ? { missing: lending.missing } : {}) }
  const ownTests = await runOwnTests(artifacts, snapshot, command, { signal, sandbox, lending })
  // What somebody has typed is mended before anything is paid for
  if (testCommand !== undefined && neverStarted(ownTests)) throw notStarted(ownTests, sandbox)
  return { ownTests }
}

async function check(input: CheckInput, context: AgentContext, leave: SandboxLeave): Promise<Check> {
  const { artifacts, signal } = context
  const { language, mode, title, architecture, contributions } = input
  const base = input.base === undefined ? EMPTY_SNAPSHOT : await loadSnapshot(artifacts, input.base)
  context.progress('merging')
  const merged = mergeContributions(base, architecture, contributions)
  const scaffold = scaffoldFiles({ language, architecture, title, base, merged: merged.snapshot })
  const snapshot = { files: { ...merged.snapshot.files, ...(await textFiles(artifacts, scaffold)) } }
  const stored = await storeSnapshot(artifacts, snapshot)
  const sandbox = await chooseSandbox(snapshot, leave, Object.values(scaffold))
  const lending = await lendInstalled(input.installed, sandbox)
  const before = input.baseline ?? undefined
  const missingBefore = before ? before.missing : input.missingBefore
  if (!missingBefore && lending.missing.length > 0) throw elsewhere(lending.missing)
  context.progress('running the tests')
  const written = contributions
    .flatMap(({ patch }) => Object.keys(patch.write))
    .filter((path) => Object.hasOwn(snapshot.files, path))
  // In a repository that was there before, its own tests are not ours to judge
  const files = input.base === undefined ? undefined : written.filter(LANGUAGES[language].isTestFile)
  const { command, readOnly } = testCommandOf(language, files)
  const options = { command, readOnly, lending, timeoutMs: TESTS_TIMEOUT_MS, signal, sandbox }
  const { result, report } = files?.length === 0 ? NOTHING_RAN : await runTests(artifacts, snapshot, options)
  const { tests, problems } = judge({ language, mode, architecture, written, report, result })
  const begin = performance.now()
  const after = before && (await ownTestsAfter(before, base, snapshot, input, context, { sandbox, lending }))
  const ownMs = performance.now() - begin
  const compared = before && after ? ownTestProblems(before, after) : []
  const touched = testChanges(base, input)
  const all = [...merged.problems, ...touched, ...problems, ...missingStart(input, snapshot), ...compared]
  const failed = tests.some(({ status }) => status === 'failed')
  const passed = all.length === 0 && !failed && result.exitCode === 0
  const isNoticed = async (mutated: Snapshot): Promise<boolean> => {
    const trial = { signal, lending, sandbox: await chooseSandbox(mutated, leave, Object.values(scaffold)) }
    if (files?.length !== 0) {
      const timeoutMs = trialTimeout(result.durationMs)
      const { result: own } = await runTests(artifacts, mutated, { command, readOnly, ...trial, timeoutMs })
      if (own.exitCode !== 0 || own.exceeded) return true
    }
    if (!after) return false
    const theirs = withoutNewTests(base, mutated, language)
    const again = await runOwnTests(artifacts, theirs, after.command, { ...trial, timeoutMs: trialTimeout(ownMs) })
    return ownTestProblems(after, again).length > 0
  }
  const trials = { artifacts, base, now: snapshot, language, signal, isNoticed }
  if (passed && input.mutate) context.progress('trying the tests on small changes')
  const mutations = passed && input.mutate ? await tryMutations(trials) : undefined
  return {
    passed,
    snapshot: stored,
    command: [...architecture.testCommand, ...(files ?? [])],
    exitCode: result.exitCode,
    tests,
    problems: all,
    output: endOfOutput(result.output),
    sandboxed: sandbox === 'required',
    ...(lending.missing.length > 0 ? { missing: lending.missing } : {}),
    ...(mutations ? { mutations } : {}),
    ...(before && after ? { ownTests: { before, after, changed: changedTests(base, snapshot) } } : {}),
  }
}

/** A changed program may never end: its tests get some times what they took. */
function trialTimeout(durationMs: number): number {
  return Math.max(TRIAL_TIMEOUT_MS, TRIAL_FACTOR * durationMs)
}

/** For a repository that nobody added tests to: the test command would run its own. */
const NOTHING_RAN = {
  result: { exitCode: 0, signal: null, durationMs: 0, output: '' },
  report: { tests: [] },
}

async function ownTestsAfter(
  { command }: OwnTests,
  base: Snapshot,
  now: Snapshot,
  { language }: CheckInput,
  context: AgentContext,
  how: { sandbox: 'required' | 'none'; lending: Lending },
): Promise<OwnTests> {
  context.progress("running the repository's own tests")
  const { artifacts, signal } = context
  return runOwnTests(artifacts, withoutNewTests(base, now, language), command, { signal, ...how })
}

/** A program whose tests pass is none as long as it cannot be started. */
function missingStart({ architecture, base, mode }: CheckInput, { files }: Snapshot): CheckProblem[] {
  const file = startedFile(architecture.runCommand)
  // One coder in a repository that was there before has no command of its own
  if (file === undefined || Object.hasOwn(files, file) || (mode === 'single' && base !== undefined)) return []
  const owner = ownerOf(architecture, file)
  return [{ ...owner, text: `the command that runs the program starts "${file}", which nobody wrote` }]
}

/** Said once more, whoever wrote them: the author has been told, and may not have listened. */
function testChanges(base: Snapshot, { contributions, specification, mayChange }: CheckInput): CheckProblem[] {
  return contributions.flatMap(({ module, role, patch }) =>
    refusedTests(base, patch, { specification, mayChange }).map((path) => ({ module, role, text: testRefusal(path) })),
  )
}
