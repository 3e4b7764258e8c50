// HOST. Retries: what is to run again, looked at first; then in place, or as a new run that takes results over.
import { createHash } from 'node:crypto'
import type { TeamManifest } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import { quote } from '../contract/json'
import type { CheckedSubTask, RunSpec } from '../contract/messages'
import { candidates } from '../contract/run/input-hash'
import { droppedFrom, planDifferences, renewedDeadline, repeatedPlan, teamForPlan } from '../contract/run/repeated-plan'
import { judgeReuse, type Again, type Judgement, type Past } from '../contract/run/reuse'
import { troupeCommand } from '../contract/run/waiting-commands'
import type { CheckedPlan } from '../contract/schema/check-plan'
import { explained } from './errors'
import { closeEffects, pastEffects, withAssumption } from './past-effects'
import { readPast, startedWith } from './past-run'
import { beginRetry } from './retry-begin'
import { effectsOf } from './retry-effects'
import { checkFrom, replacedSpawned, withChange } from './retry-from'
import { planInPlace } from './retry-in-place'
import { changeOf, type PlannedRetry, type RetriedSubtask, type RetryOptions } from './retry-options'
import { viewRun, type RunView } from './run-view'
import { errorContext, type ClientScope } from './scope'

/** Checks a plan as the client does before it starts one. */
export type CheckPlan = (
  plan: unknown,
  settings: Pick<RunSpec, 'inputs' | 'model' | 'budget' | 'onBudget' | 'prices' | 'maxSubtasks' | 'team'>,
) => CheckedPlan

/**
 * What a retry would do. Nothing is started or changed before its `begin`.
 *
 * @throws TroupeError `RetryRefused`, `SubtaskNotFound`, `InvalidPlan`, `InvalidInput`, `RunNotFound`, `StoreMismatch`
 */
export async function planRetry(
  scope: ClientScope,
  runId: string,
  options: RetryOptions,
  check: CheckPlan,
): Promise<PlannedRetry> {
  return explained(errorContext(scope, runId), async () => {
    const view = await viewRun(scope, runId)
    return view.endedAt === undefined ? planInPlace(scope, view, options) : planNewRun(scope, view, options, check)
  })
}

async function planNewRun(
  scope: ClientScope,
  view: RunView,
  options: RetryOptions,
  check: CheckPlan,
): Promise<PlannedRetry> {
  const { runId } = view
  const { from } = options
  const { spec, planFile } = await startedWith(scope, view)
  const past = await readPast(scope.store, view, spec)
  checkFrom(runId, past, options)
  const now = Date.now()
  const deadline = renewedDeadline(view.startedAt, now)
  const team = teamOf(spec, options)
  const stored = options.plan ?? storedPlan(runId, spec, past, deadline)
  const isSpawned = from !== undefined && past.get(from)?.parent !== undefined
  const replaced =
    isSpawned && changeOf(options) ? replacedSpawned(past, options, { agents: team.agents, spec, now }) : undefined
  const plan = isSpawned ? stored : withChange(stored, options, team.agents)
  const checked = check(plan, { ...spec, team })
  const judgement = judgeReuse(
    { past, context: contextOf(spec) },
    {
      ...{ subtasks: checked.spec.subtasks, context: contextOf(checked.spec) },
      ...(from === undefined ? {} : { from }),
      ...(replaced ? { replaced } : {}),
    },
  )
  refuseInVain(runId, past, judgement, { ...options, isSpawned })
  const isTheFile = options.plan === undefined && planDifferences(spec, checked.spec).length === 0
  const remembered = isTheFile ? planFile : options.planFile
  const { again, reused } = judgement
  const listed = await retried(scope, view, { past, again, was: spec, is: checked.spec, replaced })
  const executed = new Set(listed.flatMap(({ id, attempts }) => (attempts > 0 ? [id] : [])))
  const ids = new Set(again.map(({ id }) => id))
  const pastDone = await pastEffects(scope.store, view.run)
  const { done, notDone } = withAssumption(runId, pastDone, { again: ids, assume: options.assume, from })
  return {
    ...{
      runId,
      inPlace: false,
      reused,
      done: done.filter(({ subtask }) => ids.has(subtask)),
      notDone,
      dropped: droppedFrom(past, checked.spec.subtasks),
      spec: checked.spec,
    },
    again: listed,
    begin: async () => {
      await closeEffects(scope.store, view.run, executed, pastDone)
      return beginRetry(scope, {
        ...{ view, past, done, reused, checked, deadline, was: spec.team.agents },
        ...(replaced ? { replaced } : {}),
        launch: { id: options.id, planFile: remembered },
      })
    },
  }
}

/** The run's own plan as it stood at the end. */
function storedPlan(runId: string, spec: RunSpec, past: Past, deadline: (old: string) => string): unknown {
  const { plan, misfits } = repeatedPlan(spec, past, deadline)
  if (misfits.length === 0) return plan
  const message = `the plan of the run "${runId}" was changed while it ran, to what a new run cannot begin with: ${misfits.join(', ')}`
  throw new TroupeError('RetryRefused', message, {
    hint: 'what was spawned, or started by an event, is not there at the start; --plan FILE says which plan to run instead',
  })
}

/** The old run's, unless another is given; the plan's own agents stay with a plan that is not given anew, and go with one that is. */
function teamOf(spec: RunSpec, { plan, team: given }: RetryOptions): TeamManifest {
  if (plan !== undefined) return given ?? teamForPlan(spec)
  const { team } = spec
  if (!given) return team
  const names = new Set(given.agents.map(({ name }) => name))
  return { ...given, agents: [...given.agents, ...team.agents.filter((one) => one.inline && !names.has(one.name))] }
}

function contextOf({ team, inputs }: RunSpec) {
  return { agents: team.agents, inputs, hash: (text: string) => createHash('sha256').update(text).digest('hex') }
}

/** @throws TroupeError `RetryRefused` */
function refuseInVain(
  runId: string,
  past: Past,
  { again, reused }: Judgement,
  { from, isSpawned, ...options }: RetryOptions & { isSpawned: boolean },
): void {
  if (again.length === 0)
    throw new TroupeError('RetryRefused', `nothing of the run "${runId}" would run again: all of it succeeded`, {
      hint: `${troupeCommand('retry', [runId], ['--from', 'ID'])} runs a subtask again, and what depends on it`,
    })
  if (from === undefined) return
  if (!again.some(({ id }) => id === from))
    throw new TroupeError('RetryRefused', `${quote(from)} is no part of the plan that would be run`)
  const spawner = past.get(from)?.parent
  if (!isSpawned || !changeOf(options) || reused.includes(spawner!)) return
  const because = again.find(({ id }) => id === spawner)?.because ?? 'it runs again'
  const message = `${quote(from)} is spawned anew, since ${quote(spawner!)} runs again (${because}): what it will be is not ours to say`
  throw new TroupeError('RetryRefused', message, { hint: `without --payload and --agent, or from ${quote(spawner!)}` })
}

interface Judged {
  past: Past
  again: readonly Again[]
  was: RunSpec
  is: RunSpec
  replaced: CheckedSubTask | undefined
}

async function retried(
  scope: ClientScope,
  view: RunView,
  { past, again, was, is, replaced }: Judged,
): Promise<RetriedSubtask[]> {
  const rows = new Map(view.subtasks.map((row) => [row.id, row]))
  const definitions = new Map([...is.subtasks, ...(replaced ? [replaced] : [])].map((one) => [one.id, one]))
  const people = new Set(was.team.agents.filter(({ person }) => person).map(({ name }) => name))
  const attempts = (id: string): number => {
    const row = rows.get(id)
    // Maps and people are not executed
    if (!row || past.get(id)!.definition.forEach || people.has(row.agent)) return 0
    return row.attempt ?? (row.startedAt === undefined ? 0 : 1)
  }
  const effects = again.some(({ id }) => attempts(id) > 0) ? await effectsOf(scope.store, view.run) : undefined
  return again.map(({ id, because }) => {
    const definition = definitions.get(id) ?? past.get(id)!.definition
    const able = candidates(definition, is.team.agents).map((place) => is.team.agents[place]!.name)
    const before = rows.get(id)?.agent
    return {
      ...{ id, because, attempts: attempts(id), effects: effects?.get(id) ?? [] },
      agent: before !== undefined && able.includes(before) ? before : (able[0] ?? definition.agentType ?? ''),
    }
  })
}
