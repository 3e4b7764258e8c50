// TEAM. Any program as the coder: it edits files in a working directory, and what it has changed there becomes the patch, under
// the same ownership and the same gates as a model's answer.
import { defineAgent, type FunctionAgent } from '../../agents/define-agent'
import type { AgentContext } from '../../agents/context'
import { tokenCounter } from '../../agents/models/count-tokens'
import { secretFilter } from '../../agents/models/secrets'
import { refuseSecretNames, withoutSecrets } from '../../agents/tools/files/without-secrets'
import { messageOf, asTroupeError, type ErrorCode } from '../../contract/errors'
import { editedCopy } from '../../workspace/edited-copy'
import { lendInstalled } from '../../workspace/lending/lend-installed'
import { applyPatches, ownershipProblems } from '../../workspace/patches'
import { EVERYTHING } from '../../workspace/paths'
import type { Artifacts, Patch, Snapshot } from '../../workspace/snapshot'
import { coderInputSchema, testsAmong, type CoderInput } from '../agents/coder-agent'
import { progressOf } from '../agents/work'
import { contributionOfPatch, ownerOfRole, refusedContribution } from '../contributions'
import { contributionSchema, type Contribution } from '../documents'
import { refusedTests, testRefusal } from '../existing-tests'
import { baseSnapshot } from '../texts'
import { checkProgram, type CoderProgram, type CoderProgramOptions } from './options'
import { programPrompt } from './prompt'
import { runProgram } from './run-program'

/** For copying and reading, beside the program's own time. */
const AROUND_MS = 2 * 60_000
/** What a program may leave that is no patch: it is told, and goes again. */
const NO_PATCH: readonly ErrorCode[] = ['PathRefused', 'OutputTooLarge', 'PatchConflict']

/**
 * A coder that is a program, for `troupe code --team FILE`. Export it in a team of its own, of any name.
 *
 * @example
 * export default defineTeam({
 *   name: 'claude',
 *   agents: [coderProgram({
 *     command: ['claude', '-p', '--permission-mode', 'acceptEdits'],
 *     env: ['ANTHROPIC_API_KEY'],
 *     sandbox: { network: ['api.anthropic.com'], home: ['.claude', '.claude.json'] },
 *   })],
 * })
 * @throws TroupeError `InvalidTeam` naming what is wrong
 */
export function coderProgram(options: CoderProgramOptions): FunctionAgent<CoderInput, Contribution> {
  const program = checkProgram(options)
  const { timeoutMs, maxConcurrency, retry } = program
  return defineAgent({
    name: CODER,
    capabilities: [CODER, 'code'],
    ...{ timeoutMs: timeoutMs + AROUND_MS, maxConcurrency, ...(retry ? { retry } : {}) },
    input: coderInputSchema,
    output: contributionSchema,
    run: (input, context) => work(program, input, context),
  }) as FunctionAgent<CoderInput, Contribution>
}

/** The agent whose place it takes. */
export const CODER = 'coder-agent'

async function work(program: CoderProgram, input: CoderInput, context: AgentContext): Promise<Contribution> {
  const { artifacts, signal } = context
  const { module, round, failures, mode } = input
  context.progress(progressOf(round, mode === 'single' ? 'the program and its tests' : module.name, failures.length))
  const base = await baseSnapshot(artifacts, input.base)
  const start = startingPoint(base, input)
  const whose = { module: module.name, role: 'code' as const, ...(input.previous ? { previous: input.previous } : {}) }
  const prompt = programPrompt(input, await tokenCounter())
  const lending = await lendInstalled(input.installed, program.sandbox === 'none' ? 'none' : 'required')
  let log: string | undefined
  const edit = async (directory: string): Promise<void> => {
    log = await runProgram(program, { directory, prompt, artifacts, lending, signal })
  }
  const patch = await editedPatch({ artifacts, start, program, edit })
  const kept = log === undefined ? {} : { log }
  if (typeof patch === 'string') return { ...refusedContribution(whose, patch), ...kept }
  const refused = refusals(patch, base, input)
  if (refused.length > 0) return { ...refusedContribution(whose, refused.join('; ')), ...kept }
  return { ...contributionOfPatch({ ...whose, patch, notes: '' }), ...kept }
}

/** The repository, with what the program sees of this run: its own files so far, and those of the modules that it imports. */
function startingPoint(base: Snapshot, { imports, previous, module }: CoderInput): Snapshot {
  const others = imports.flatMap(({ module: one, contributions }) =>
    contributions.map(({ patch }) => ({ ...ownerOfRole(one, 'code'), patch })),
  )
  const own = previous ? [{ ...ownerOfRole(module, 'code'), patch: previous.patch }] : []
  return applyPatches(base, [...others, ...own])
}

/** The patch, with nothing in it that the program was handed in its environment; otherwise why there is none. */
async function editedPatch({
  artifacts,
  start,
  program,
  edit,
}: {
  artifacts: Artifacts
  start: Snapshot
  program: CoderProgram
  edit(directory: string): Promise<void>
}): Promise<Patch | string> {
  const handed = { secrets: program.env }
  try {
    const guarded = withoutSecrets(artifacts, handed, start)
    const patch = await editedCopy({ artifacts: guarded, start, ignore: program.ignore, edit })
    refuseSecretNames({ files: patch.write }, handed, start)
    return patch
  } catch (error) {
    if (NO_PATCH.includes(asTroupeError(error)?.code ?? 'Internal'))
      return secretFilter(process.env, program.env)(messageOf(error))
    throw error
  }
}

/** Why its work is not taken: as of a model's files. */
function refusals(patch: Patch, base: Snapshot, input: CoderInput): string[] {
  const { module, mode, previous } = input
  const nothing = Object.keys(patch.write).length + patch.remove.length === 0
  const before = Object.keys(previous?.patch.write ?? {}).length
  const owner = mode === 'single' ? { owner: 'the coder', paths: [EVERYTHING] } : ownerOfRole(module, 'code')
  return [
    ...ownershipProblems(base, [{ ...owner, patch }]),
    ...refusedTests(base, patch, input).map(testRefusal),
    ...(mode === 'single' ? [] : testsAmong(Object.keys(patch.write), base, input)),
    ...(nothing && before === 0 ? ['no file was changed'] : []),
  ]
}
