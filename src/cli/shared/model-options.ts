// HOST. `--model`, `--record` and the budget: which model a run's agents ask, how much they may, and what is kept of it.
import type { Command } from 'commander'
import { Option } from 'commander'
import { checkModel } from '../../agents/models/check-model'
import { requirePrices } from '../../agents/models/require-prices'
import { requireSettings } from '../../agents/models/providers'
import type { AgentManifest } from '../../contract/agent'
import type { Budget, OnBudget } from '../../contract/budget'
import { TroupeError } from '../../contract/errors'
import { DEFAULT_MODEL, parseModelId } from '../../contract/model-id'
import type { CheckedPlan } from '../../contract/schema/check-plan'
import { checkRecordingFile } from './recording'
import { budgetOf, withBudgetOptions, type BudgetOptions } from './budget-options'
import { notEmpty } from './options'

export interface ModelOptions extends BudgetOptions {
  model?: string
  record?: string
  /** False where the command does not see the run's end. True unless given. */
  waits?: boolean
  /** True where subtasks that are spawned later will need the default model. */
  spawnsModels?: boolean
}

export function withModelOptions(command: Command): Command {
  return withBudgetOptions(
    command.addOption(new Option('--model <id>', 'the model of agents that name none: <provider>/<model>')),
  ).option('--record <file>', "keep the models' answers, to be played by --model scripted/FILE", notEmpty)
}

/** What of these options a start takes. */
export interface ModelsOfRun {
  model?: string
  budget?: Budget
  onBudget?: OnBudget
}

/**
 * The models of a run, checked before it is started: the default one where an agent that the plan uses needs it, and the
 * ones that agents name which this process is going to host.
 *
 * @throws TroupeError `ModelNotConfigured`, `InvalidUsage`, `PriceUnknown`
 */
export async function checkModels(
  { model, record, waits = true, spawnsModels = false, ...limits }: ModelOptions,
  { spec, nodes }: CheckedPlan,
  hosts: boolean,
): Promise<ModelsOfRun> {
  if (record !== undefined) await checkRecordingFile(record, waits)
  const used = [...new Set(nodes.flatMap(({ agents }) => agents))].map((place) => spec.team.agents[place]!)
  const needsDefault = spawnsModels || used.some((agent) => agent.model === DEFAULT_MODEL)
  const named = model === DEFAULT_MODEL ? undefined : model
  const chosen = named ?? (hosts && (needsDefault || model !== undefined) ? DEFAULT_MODEL : undefined)
  const own = used.filter((agent) => agent.model !== DEFAULT_MODEL)
  if (hosts) for (const agent of own) await checkOwnModel(agent)
  // Whoever does not call it need not be able to
  const isOurs = hosts || (chosen !== undefined && parseModelId(chosen).provider === 'scripted')
  const ofRun = chosen === undefined ? undefined : isOurs ? await checkModel(chosen, process.cwd()) : chosen
  const given = budgetOf(limits, waits)
  const budget = given.budget ? { ...spec.budget, ...given.budget } : spec.budget
  await requirePrices({ spec: { ...spec, ...(budget ? { budget } : {}) }, nodes }, ofRun)
  return { ...(ofRun === undefined ? {} : { model: ofRun }), ...given }
}

/**
 * The model that an agent names; `default` is the environment's.
 *
 * @throws TroupeError `ModelNotConfigured`, `InvalidUsage`, naming the agent
 */
export async function checkOwnModel({ name, model, inline }: AgentManifest): Promise<void> {
  if (model === undefined) return
  const baseUrl = inline?.kind === 'model' ? inline.model.baseUrl : undefined
  try {
    if (model === DEFAULT_MODEL) return void (await checkModel(model, process.cwd()))
    const { provider } = parseModelId(model)
    // A plan may name the address itself
    if (baseUrl !== undefined && provider !== 'scripted') requireSettings(model, provider, process.env, baseUrl)
    else await checkModel(model, process.cwd())
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error
    const { code, message, hint } = error
    throw new TroupeError(code, `the agent "${name}": ${message}`, { ...(hint ? { hint } : {}), cause: error })
  }
}
