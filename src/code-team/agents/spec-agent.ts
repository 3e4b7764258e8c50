// TEAM. The spec-agent: a request in, requirements with acceptance criteria out.
import { z } from 'zod'
import { defineAgent } from '../../agents/define-agent'
import { specificationSchema } from '../documents'
import { LANGUAGE_NAMES } from '../languages'
import { SPEC_SYSTEM, specPrompt } from '../prompts/spec-agent'
import { specificationProblems } from '../specification'
import { describeRepository } from '../texts'
import { SPEC_MAP_TOKENS } from '../token-limits'
import { ask } from './ask'
import { DOCUMENT_REPAIRS, MODEL_AGENT } from './settings'

export const specAgent = defineAgent({
  ...MODEL_AGENT,
  name: 'spec-agent',
  input: z.object({ request: z.string(), language: z.enum(LANGUAGE_NAMES), base: z.string().optional() }),
  output: specificationSchema,
  async run({ request, language, base }, context) {
    context.progress('writing the specification')
    const { artifacts, signal } = context
    const repository = await describeRepository(artifacts, base, { budget: SPEC_MAP_TOKENS, signal })
    return ask(context, {
      system: SPEC_SYSTEM,
      prompt: specPrompt({ request, language, ...(repository === undefined ? {} : { repository }) }),
      schema: specificationSchema,
      problems: specificationProblems,
      repairs: DOCUMENT_REPAIRS,
    })
  },
})
