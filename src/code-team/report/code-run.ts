// TEAM. A run of the code team as it is reported and delivered, collected from its results by subtask and agent: complete,
// failed, or ended anywhere in its middle. What is not there is left out, never made up.
import { sumOfCosts, type Cost } from '../../contract/prices'
import type { z } from 'zod'
import { isObject } from '../../contract/json'
import type { AgentResult, SubtaskError } from '../../contract/run'
import {
  architectureSchema,
  checkSchema,
  contributionSchema,
  ownTestsSchema,
  reviewSchema,
  specificationSchema,
  type Architecture,
  type Contribution,
  type OwnTests,
  type Round,
  type Specification,
} from '../documents'
import { choiceSchema, chosenArchitecture, type Choice } from '../mode/choice'
import { isApproved } from '../rounds/affected'
import { assignmentSchema, MAX_ROUNDS, singleArchitecture, type Assignment } from '../rounds/state'
import { sharesOf, type AgentShare } from './shares'

/** What is known of a run: `RunOutcome` and `RunResults` are both enough. */
export interface RunFacts {
  runId: string
  status: string
  code?: string
  error?: { message: string }
  inputs: unknown
  /** By subtask id, outputs in full. */
  results: Readonly<Record<string, AgentResult>>
}

export interface CodeRun extends Partial<Assignment> {
  runId: string
  status: string
  /** Why it did not succeed. */
  code?: string
  error?: string
  /** The gate let it pass. */
  done: boolean
  specification?: Specification
  /** In single mode the one that stands for it. */
  architecture?: Architecture
  /** In the mode `auto`: what was chosen, and why. */
  choice?: Choice
  /** Those whose check ended. */
  rounds: Round[]
  /** The newest of every module and role. */
  contributions: Contribution[]
  /** Whether the last check saw all of them. */
  checked: boolean
  /** The repository's own tests before anything was changed; null where it has none. */
  baseline?: OwnTests | null
  agents: AgentShare[]
  tokensUsed: number
  /** In US dollars; absent if no model was called. */
  cost?: Cost
  unconfirmedCalls: number
  /** Subtasks that failed, in their order. */
  failures: { subtask: string; agent?: string; code: string; message: string; hint?: string }[]
}

export function codeRunOf({ runId, status, code, error, inputs, results }: RunFacts): CodeRun {
  const assignment = assignmentSchema.partial().safeParse(isObject(inputs) ? inputs : {}).data ?? {}
  const choice = outputOf(results.mode, choiceSchema)
  const planned = outputOf(results.architect, architectureSchema)
  const architecture = planned ? chosenArchitecture(planned, choice) : singleOf(assignment)
  const specification = outputOf(results.spec, specificationSchema)
  const baseline = baselineOf(results.baseline)
  const built = collectRounds(results)
  const agents = sharesOf(Object.values(results))
  const last = built.rounds.at(-1)
  const cost = sumOfCosts(agents.map((agent) => agent.cost))
  return {
    ...{ runId, status, ...assignment },
    ...(code === undefined ? {} : { code }),
    ...(error === undefined ? {} : { error: error.message }),
    done: results.gate?.success === true && last !== undefined && isApproved(last),
    ...(specification ? { specification } : {}),
    ...(architecture ? { architecture } : {}),
    ...(choice ? { choice } : {}),
    ...(baseline === undefined ? {} : { baseline }),
    ...built,
    agents,
    tokensUsed: agents.reduce((sum, { tokensUsed }) => sum + tokensUsed, 0),
    ...(cost === undefined ? {} : { cost }),
    unconfirmedCalls: agents.reduce((sum, { unconfirmedCalls }) => sum + unconfirmedCalls, 0),
    failures: failuresOf(results),
  }
}

type Built = Pick<CodeRun, 'rounds' | 'contributions' | 'checked'>

/** Round by round, as they were spawned below each other. */
function collectRounds(results: RunFacts['results']): Built {
  const rounds: Round[] = []
  const newest = new Map<string, Contribution>()
  let checked = false
  for (let place = 0; place < MAX_ROUNDS; place++) {
    const prefix = `build/${'decide/'.repeat(place)}`
    const worked = new Set<string>()
    for (const [id, result] of Object.entries(results)) {
      const contribution = /^(code|test)-[^/]+$/.test(id.slice(prefix.length)) && id.startsWith(prefix)
      const parsed = contribution ? outputOf(result, contributionSchema) : undefined
      if (!parsed) continue
      newest.set(`${parsed.role} ${parsed.module}`, parsed)
      worked.add(parsed.module)
      checked = false
    }
    const check = outputOf(results[`${prefix}check`], checkSchema)
    if (!check) continue
    const review = outputOf(results[`${prefix}review`], reviewSchema)
    rounds.push({ number: place + 1, modules: [...worked], check, ...(review ? { review } : {}) })
    checked = true
  }
  return { rounds, contributions: [...newest.values()], checked }
}

function outputOf<Value>(result: AgentResult | undefined, schema: z.ZodType<Value>): Value | undefined {
  return result?.success ? schema.safeParse(result.output).data : undefined
}

function singleOf({ mode, language }: Partial<Assignment>): Architecture | undefined {
  return mode === 'single' && language ? singleArchitecture(language) : undefined
}

function baselineOf(result: AgentResult | undefined): OwnTests | null | undefined {
  const output = result?.success && isObject(result.output) ? result.output.ownTests : undefined
  return output === undefined ? undefined : ownTestsSchema.nullable().safeParse(output).data
}

/** What failed by itself: not those that only joined a failure, or waited for one. */
function failuresOf(results: RunFacts['results']): CodeRun['failures'] {
  return Object.entries(results).flatMap(([subtask, { status, error, agent }]) =>
    status === 'failed' && error && error.code !== 'SpawnedSubtaskFailed'
      ? [{ subtask, ...(agent === undefined ? {} : { agent }), ...saidBy(error) }]
      : [],
  )
}

function saidBy({ code, message, hint }: SubtaskError): Pick<CodeRun['failures'][number], 'code' | 'message' | 'hint'> {
  return { code, message, ...(hint === undefined ? {} : { hint }) }
}
