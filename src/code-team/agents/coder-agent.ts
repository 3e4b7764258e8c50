// TEAM. The coder-agent: a module's contract and what it imports in, its files out. In single mode the whole program.
import { z } from 'zod'
import type { AgentContext } from '../../agents/context'
import { tokenCounter } from '../../agents/models/count-tokens'
import { defineAgent } from '../../agents/define-agent'
import type { Artifacts, Snapshot } from '../../workspace/snapshot'
import { fileAt, readText } from '../../workspace/snapshots'
import { filesAt } from '../contributions'
import { contributionSchema, moduleSchema, type FilesAnswer } from '../documents'
import { LANGUAGES } from '../languages'
import { CODER_SYSTEM, coderPrompt } from '../prompts/coder-agent'
import { SINGLE_SYSTEM, singlePrompt } from '../prompts/single-coder'
import { modeSchema } from '../rounds/state'
import { exportsOf, importedFiles, toldExports } from '../imported-contracts'
import { baseSnapshot, moduleTexts, wholeRepository } from '../texts'
import { MODEL_AGENT } from './settings'
import { progressOf, workInputShape, workOn, type Work } from './work'

export const coderInputSchema = z.object({
  ...workInputShape,
  mode: modeSchema,
  /** In single mode. */
  request: z.string().optional(),
  /** In single mode: tests that were there and may change. */
  mayChange: z.array(z.string()).optional(),
  /** Modules that it imports, with the newest files of each. */
  imports: z.array(z.object({ module: moduleSchema, contributions: z.array(contributionSchema) })),
})
export type CoderInput = z.output<typeof coderInputSchema>

export const coderAgent = defineAgent({
  ...MODEL_AGENT,
  name: 'coder-agent',
  capabilities: ['coder-agent', 'code'],
  input: coderInputSchema,
  output: contributionSchema,
  async run(input, context) {
    const { module, round, failures, mode } = input
    context.progress(progressOf(round, mode === 'single' ? 'the program and its tests' : module.name, failures.length))
    const { base, previous } = input
    const work = mode === 'single' ? await singleWork(input, context) : await moduleWork(input, context)
    return workOn(context, {
      module,
      role: 'code',
      change: input,
      ...(base === undefined ? {} : { base }),
      ...(previous ? { previous } : {}),
      ...work,
    })
  },
})

type Told = Pick<Work, 'system' | 'prompt' | 'wishes' | 'refusals'>

async function moduleWork(input: CoderInput, { artifacts }: AgentContext): Promise<Told> {
  const base = await baseSnapshot(artifacts, input.base)
  const whose = `the module "${input.module.name}"`
  const own = await moduleTexts(artifacts, filesAt(base, input.module.paths, input.previous), whose)
  const offered = input.imports.map(({ module, contributions }) => filesAt(base, module.paths, contributions[0]))
  const but = new Set(offered.flatMap((files) => Object.keys(files)))
  const used = importedFiles(base, own, { but, ...(await goModOf(artifacts, base)) })
  const groups = await Promise.all([used, ...offered].map((files) => exportsOf(artifacts, files)))
  const [uses = '', ...exports] = await toldExports(groups, whose)
  const imports = input.imports.map(({ module }, place) => ({ module, exports: exports[place]! }))
  const prompt = coderPrompt({ ...input, imports, uses, own }, await tokenCounter())
  return {
    system: CODER_SYSTEM,
    prompt,
    wishes: () => [],
    refusals: ({ files }) => testsAmong(pathsOf(files), base, input),
  }
}

async function goModOf(artifacts: Artifacts, base: Snapshot): Promise<{ goMod?: string }> {
  return fileAt(base, 'go.mod') ? { goMod: await readText(artifacts, base, 'go.mod') } : {}
}

function pathsOf(files: FilesAnswer['files']): string[] {
  return files.map(({ path }) => path)
}

/** Tests of a coder's own would stand for criteria that nobody else has tested. */
export function testsAmong(paths: readonly string[], base: Snapshot, { language }: CoderInput): string[] {
  return paths
    .filter((path) => LANGUAGES[language].isTestFile(path) && !fileAt(base, path))
    .map((path) => `"${path}" would be run as tests, which are not the coder's`)
}

async function singleWork(input: CoderInput, { artifacts, signal }: AgentContext): Promise<Told> {
  const repository = input.base === undefined ? undefined : await wholeRepository(artifacts, input.base, signal)
  const own = await moduleTexts(artifacts, input.previous?.patch.write ?? {}, 'what was written')
  for (const path of [...own.keys(), ...(input.previous?.patch.remove ?? [])]) repository?.delete(path)
  const { request = '', language } = input
  const told = { ...input, request, own, ...(repository === undefined ? {} : { repository }) }
  const { isNamedAsTests, testFiles, entry } = LANGUAGES[language]
  const wishes = (answer: FilesAnswer): string[] => {
    const paths = [...pathsOf(answer.files), ...own.keys()]
    return [
      ...(paths.some(isNamedAsTests) ? [] : [`there is no file of tests: they are ${testFiles}`]),
      ...(paths.includes(entry) || repository !== undefined ? [] : [`the file "${entry}" is missing`]),
    ]
  }
  return { system: SINGLE_SYSTEM, prompt: singlePrompt(told, await tokenCounter()), wishes }
}
