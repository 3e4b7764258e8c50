// TEAM. The agent `mode`: no model. Measures an architecture, and says whether one coder or a team is to build it, and why.
import { z } from 'zod'
import { defineAgent } from '../../agents/define-agent'
import { architectureSchema } from '../documents'
import { inventoryOf } from '../map/repository-map'
import { chooseMode, choiceSchema, choiceText } from './choice'

export const modeAgent = defineAgent({
  name: 'mode',
  input: z.object({
    architecture: architectureSchema,
    /** Artifact of the `Snapshot` of an existing repository. */
    base: z.string().optional(),
  }),
  output: choiceSchema,
  async run({ architecture, base }, context) {
    const { artifacts, signal } = context
    const sizes = base === undefined ? [] : (await inventoryOf(artifacts, base, signal)).files
    const choice = chooseMode(architecture, sizes)
    context.progress(choiceText(choice))
    return choice
  },
})
