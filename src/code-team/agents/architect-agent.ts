// TEAM. The architect-agent: a specification in, modules with contracts and owned paths out.
import { z } from 'zod'
import { defineAgent } from '../../agents/define-agent'
import { architectureProblems } from '../architecture/check-architecture'
import { architectureSchema, installedSchema, specificationSchema, type Architecture } from '../documents'
import { LANGUAGE_NAMES } from '../languages'
import { ARCHITECT_SYSTEM, architectPrompt } from '../prompts/architect-agent'
import { inventoryOf } from '../map/repository-map'
import { baseSnapshot, describeRepository } from '../texts'
import { MAP_TOKENS } from '../token-limits'
import { ask } from './ask'
import { askWithFiles } from './ask-with-files'
import { DOCUMENT_REPAIRS, MODEL_AGENT } from './settings'

export const architectAgent = defineAgent({
  ...MODEL_AGENT,
  name: 'architect-agent',
  input: z.object({
    request: z.string(),
    language: z.enum(LANGUAGE_NAMES),
    specification: specificationSchema,
    base: z.string().optional(),
    installed: installedSchema.optional(),
    /** The same, as agents name the files that their tools work on. */
    snapshot: z.string().optional(),
  }),
  output: architectureSchema,
  async run({ request, language, specification, base, installed, snapshot }, context) {
    context.progress('dividing it into modules')
    const { artifacts, signal } = context
    const repository = await describeRepository(artifacts, base, { budget: MAP_TOKENS, signal })
    const existing = Object.keys((await baseSnapshot(artifacts, base)).files)
    const sizes = base === undefined ? [] : (await inventoryOf(artifacts, base, signal)).files
    const question = {
      system: ARCHITECT_SYSTEM,
      prompt: architectPrompt({
        request,
        language,
        specification,
        ...(repository === undefined ? {} : { repository }),
        ...(installed ? { installed } : {}),
      }),
      schema: architectureSchema,
      problems: (architecture: Architecture) =>
        architectureProblems(architecture, { specification, language, existing, sizes }),
      repairs: DOCUMENT_REPAIRS,
    }
    return snapshot === undefined ? ask(context, question) : askWithFiles('architect-agent', context, question)
  },
})
