// EFFECTS. The first step of a run: checks plan, team and inputs, keeps them as one artifact, and returns the bare graph.
import type { TeamManifest } from '../src/contract/agent'
import { TroupeError } from '../src/contract/errors'
import type { PreparedRun, PreparePlanInput } from '../src/contract/activity-messages'
import { choicesHint } from '../src/contract/nearest'
import { preparedRecord, type PreparedRecord } from '../src/contract/records'
import { checkPlan, invalidPlan } from '../src/contract/schema/check-plan'
import type { ActivityDependencies } from './dependencies'
import { toRefusal } from './failures'
import { pausedAgents } from './paused-agents'
import { takeOver } from './reuse'
import { assertStore } from './store-identity'

export function createPreparePlan(deps: ActivityDependencies): (input: PreparePlanInput) => Promise<PreparedRun> {
  return async function preparePlan(input) {
    try {
      return await prepare(input, deps)
    } catch (error) {
      throw toRefusal(error)
    }
  }
}

async function prepare(
  { plan, team, inputs, store, model, maxSubtasks: limit, retry, run, now, ...input }: PreparePlanInput,
  deps: ActivityDependencies,
): Promise<PreparedRun> {
  if (store) assertStore(deps.store, store)
  const manifest = typeof team === 'string' ? servedTeam(team, deps.teams) : team
  const { baseDirectory, hash } = deps
  const { checked, problems } = checkPlan(plan, {
    ...(manifest ? { team: manifest } : {}),
    inputs,
    model,
    maxTokens: input.maxTokens,
    budget: input.budget,
    onBudget: input.onBudget,
    prices: input.prices,
    maxSubtasks: limit,
    now: Date.parse(now),
    baseDirectory,
    hash,
  })
  if (!checked) throw invalidPlan(nameOf(plan), problems)
  await deps.requirePrices(checked)
  const spec = await deps.store.artifacts.put(Buffer.from(JSON.stringify(checked.spec)))
  const record: PreparedRecord = { spec }
  await deps.store.records.create(preparedRecord(run), { ...record })
  const { nodes, agents, reactions, maxSubtasks } = checked
  const prepared: PreparedRun = {
    plan: checked.spec.name,
    team: checked.spec.team.name,
    store: deps.store.identity,
    spec,
    nodes,
    agents,
    reactions,
    maxSubtasks,
    searchAttributes: deps.searchAttributes,
    ...(checked.budget ? { budget: checked.budget } : {}),
    ...(deps.continueAfterEvents === undefined ? {} : { continueAfterEvents: deps.continueAfterEvents }),
    ...(retry ? await takeOver(retry, run, deps) : {}),
  }
  // Last, as it says
  const paused = await pausedAgents(prepared.team)
  return paused ? { ...prepared, paused } : prepared
}

function servedTeam(name: string, teams: TeamManifest[]): TeamManifest {
  const found = teams.find((team) => team.name === name)
  if (found) return found
  const hint = choicesHint(
    name,
    teams.map((team) => team.name),
    "teams of the orchestrator's worker",
  )
  throw new TroupeError('InvalidPlan', `unknown team "${name}"; ${hint}`, {
    hint,
    problems: [{ path: 'team', message: `unknown team "${name}"`, hint }],
  })
}

/** A name of another shape is one of the problems. */
function nameOf(plan: unknown): string {
  const name = (plan as { name?: unknown } | null | undefined)?.name
  return typeof name === 'string' ? name : ''
}
