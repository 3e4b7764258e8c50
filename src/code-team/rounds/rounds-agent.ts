// TEAM. The rounds: no model, but the rule by which they follow each other. The first is spawned from the architecture, each
// later one by the decision at the end of the one before.
import { z } from 'zod'
import type { AgentContext } from '../../agents/context'
import { defineAgent } from '../../agents/define-agent'
import { TroupeError } from '../../contract/errors'
import {
  architectureSchema,
  buildSchema,
  checkSchema,
  missingSchema,
  ownTestsSchema,
  reviewSchema,
  specificationSchema,
  type Build,
} from '../documents'
import { choiceSchema, chosenArchitecture } from '../mode/choice'
import { isApproved } from './affected'
import { DECIDE, roundSubtasks } from './round-subtasks'
import { assignmentSchema, roundStateSchema, singleArchitecture, type RoundState } from './state'

const startSchema = assignmentSchema.extend({
  step: z.literal('start'),
  /** Missing in single mode, as is the architecture. */
  specification: specificationSchema.optional(),
  architecture: architectureSchema.optional(),
  baseline: z.object({ ownTests: ownTestsSchema.nullable(), missing: missingSchema }).optional(),
  /** In the mode `auto`. */
  choice: choiceSchema.optional(),
})

const decideSchema = z.object({
  step: z.literal('decide'),
  state: roundStateSchema,
  /** Modules that went in this round. */
  modules: z.array(z.string()),
  check: checkSchema,
  review: reviewSchema.optional(),
})

export const roundsAgent = defineAgent({
  name: 'rounds',
  input: z.discriminatedUnion('step', [startSchema, decideSchema]),
  output: buildSchema.nullable(),
  run: (input, context) => (input.step === 'start' ? start(input, context) : decide(input, context)),
})

/** Its own output is dropped: that of the last decision takes its place. */
function start({ step: _, baseline, choice, ...input }: z.output<typeof startSchema>, context: AgentContext): null {
  const mode = input.mode === 'single' ? 'single' : 'team'
  const planned = input.architecture && chosenArchitecture(input.architecture, choice)
  const architecture = mode === 'single' ? singleArchitecture(input.language) : planned
  if (!architecture) throw new TroupeError('InvalidPayload', `the mode "${input.mode}" needs an architecture`)
  const ownTests = baseline?.ownTests
  const state: RoundState = {
    ...input,
    mode,
    architecture,
    rounds: [],
    contributions: [],
    ...(ownTests ? { baseline: ownTests } : {}),
    ...(baseline?.missing ? { missingBefore: baseline.missing } : {}),
  }
  spawnRound(state, context)
  return null
}

function decide(input: z.output<typeof decideSchema>, context: AgentContext): Build {
  const { state, modules, check, review } = input
  const round = { number: state.rounds.length + 1, modules, check, ...(review ? { review } : {}) }
  const rounds = [...state.rounds, round]
  const approved = isApproved(round)
  if (!approved && rounds.length < state.maxRounds) spawnRound({ ...state, rounds }, context)
  return { approved, snapshot: check.snapshot, rounds }
}

function spawnRound(state: RoundState, context: AgentContext): void {
  context.progress(`round ${state.rounds.length + 1} of at most ${state.maxRounds}`)
  context.spawn(roundSubtasks(state), { output: DECIDE })
}
