// TEAM. The architect-agent: a specification in, modules with contracts and owned paths out.
import { z } from 'zod'
import { defineAgent } from '../../agents/define-agent'
import { architectureProblems } from '../architecture/check-architecture'
import { architectureSchema, specificationSchema } from '../documents'
import { LANGUAGE_NAMES } from '../languages'
import { ARCHITECT_SYSTEM, architectPrompt } from '../prompts/architect-agent'
import { baseSnapshot, describeRepository } from '../texts'
import { ask } from './ask'
import { DOCUMENT_REPAIRS, MODEL_AGENT } from './settings'

/** Bytes of an existing repository's files: some 40,000 tokens, which every hosted model reads at once. */
export const REPOSITORY_BYTES = 150_000

export const architectAgent = defineAgent({
  ...MODEL_AGENT,
  name: 'architect-agent',
  input: z.object({
    request: z.string(),
    language: z.enum(LANGUAGE_NAMES),
    specification: specificationSchema,
    base: z.string().optional(),
  }),
  output: architectureSchema,
  async run({ request, language, specification, base }, context) {
    context.progress('dividing it into modules')
    const repository = await describeRepository(context.artifacts, base, REPOSITORY_BYTES)
    const existing = Object.keys((await baseSnapshot(context.artifacts, base)).files)
    return ask(context, {
      system: ARCHITECT_SYSTEM,
      prompt: architectPrompt({
        request,
        language,
        specification,
        ...(repository === undefined ? {} : { repository }),
      }),
      schema: architectureSchema,
      problems: (architecture) => architectureProblems(architecture, { specification, language, existing }),
      repairs: DOCUMENT_REPAIRS,
    })
  },
})
