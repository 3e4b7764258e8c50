// HOST. `--model`, `--max-tokens` and `--record`: which model a run's agents ask, how much they may, and what is kept of it.
import type { Command } from 'commander'
import { Option } from 'commander'
import { checkModel } from '../../agents/models/check-model'
import { requireSettings } from '../../agents/models/providers'
import type { AgentManifest } from '../../contract/agent'
import { TroupeError } from '../../contract/errors'
import { DEFAULT_MAX_TOKENS } from '../../contract/limits'
import { DEFAULT_MODEL, parseModelId } from '../../contract/model-id'
import type { CheckedPlan } from '../../contract/schema/check-plan'
import { checkRecordingFile } from './recording'
import { notEmpty, wholeNumber } from './options'

export interface ModelOptions {
  model?: string
  maxTokens?: number
  record?: string
  /** False where the command does not see the run's end. True unless given. */
  waits?: boolean
  /** True where subtasks that are spawned later will need the default model. */
  spawnsModels?: boolean
}

export function withModelOptions(command: Command): Command {
  const limit = DEFAULT_MAX_TOKENS.toLocaleString('en-US')
  return command
    .addOption(new Option('--model <id>', 'the model of agents that name none: <provider>/<model>'))
    .addOption(
      new Option('--max-tokens <count>', `tokens that all model calls may use together; ${limit} unless given`) //
        .argParser(wholeNumber(1)),
    )
    .option('--record <file>', "keep the models' answers, to be played by --model scripted/FILE", notEmpty)
}

/** What of these options a start takes. */
export interface ModelsOfRun {
  model?: string
  maxTokens?: number
}

/**
 * The models of a run, checked before it is started: the default one where an agent that the plan uses needs it, and the
 * ones that agents name which this process is going to host.
 *
 * @throws TroupeError `ModelNotConfigured`, `InvalidUsage`
 */
export async function checkModels(
  { model, maxTokens, record, waits = true, spawnsModels = false }: ModelOptions,
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
  return {
    ...(chosen === undefined ? {} : { model: isOurs ? await checkModel(chosen, process.cwd()) : chosen }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  }
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
