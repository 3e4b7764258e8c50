// HOST. Retrying what an open run holds: it goes on where it stands.
import { asTroupeError, TroupeError } from '../contract/errors'
import { firstOf, quote } from '../contract/json'
import { choicesHint } from '../contract/nearest'
import type { SubtaskRow } from '../contract/run'
import { troupeCommand } from '../contract/run/waiting-commands'
import { loginName } from './login-name'
import { assumeInPlace, pastEffects, withAssumption } from './past-effects'
import { effectsOf } from './retry-effects'
import { changeOf, type PlannedRetry, type RetryOptions } from './retry-options'
import { Run } from './run'
import type { RunView } from './run-view'
import type { ClientScope } from './scope'

/** Ids that a refusal names. */
const NAMED = 5

/** @throws TroupeError `RetryRefused` if it does not hold what is meant, `SubtaskNotFound`, `InvalidUsage` */
export async function planInPlace(scope: ClientScope, view: RunView, options: RetryOptions): Promise<PlannedRetry> {
  const { runId } = view
  const { from, agent, by = loginName(), assume } = options
  if (options.plan !== undefined || options.team || options.id !== undefined)
    throw new TroupeError('InvalidUsage', `the run "${runId}" has not ended: it goes on with its own plan and team`, {
      hint: `without a plan, a team and an id, what it holds is tried again; or end it first: ${troupeCommand('cancel', [runId])}`,
    })
  const chosen = heldIn(view, from)
  const change = changeOf(options)
  if (change && chosen.length > 1)
    throw new TroupeError('InvalidUsage', `it holds ${named(chosen)}: which one is to have another payload or agent?`, {
      hint: troupeCommand('retry', [runId], ['--from', 'ID']),
    })
  const ids = new Set(chosen.map(({ id }) => id))
  const past = await pastEffects(scope.store, view.run)
  const { done: known, notDone } = withAssumption(runId, past, { again: ids, assume, from })
  const done = known.filter(({ subtask }) => ids.has(subtask))
  const effects = await effectsOf(scope.store, view.run).catch(() => new Map<string, never>())
  const begin = async (): Promise<Run> => {
    const run = new Run(scope, runId)
    if (assume) await assumeInPlace(scope.store, past, ids, { done: assume === 'done', by })
    // One that is refused keeps none of the others from being tried again
    const told = await Promise.allSettled(
      chosen.map(async ({ id }) => {
        if (change) await run.change(id, { ...change, by })
        await run.resolve({ taskId: id, action: 'retry', by })
      }),
    )
    const refused = told.filter((one) => one.status === 'rejected')
    if (refused.length > 0) throw partly(refused, told.length)
    return run
  }
  const again = chosen.map((row) => ({
    id: row.id,
    agent: agent ?? row.agent,
    because: 'it is held',
    attempts: row.attempt ?? 0,
    effects: effects.get(row.id) ?? [],
  }))
  return { runId, inPlace: true, again, done, notDone, reused: [], dropped: [], begin }
}

/** The first refusal; where there is more to say, how many of them there are. */
function partly([first, ...others]: readonly PromiseRejectedResult[], told: number): unknown {
  const known = asTroupeError(first!.reason)
  const refused = others.length + 1
  if (!known || told === 1) return first!.reason
  const { code, message, hint, retryable } = known
  const rest = refused === told ? 'none is tried again' : `${told - refused} of ${told} are tried again`
  return new TroupeError(code, `${rest}; ${refused} refused: ${message}`, {
    ...{ retryable, cause: known },
    ...(hint === undefined ? {} : { hint }),
  })
}

function heldIn({ runId, subtasks }: RunView, from: string | undefined): readonly SubtaskRow[] {
  const held = subtasks.filter(({ state }) => state === 'held')
  const hint = `${troupeCommand('status', [runId])} shows what it waits for; a run that has ended can be retried from any subtask: ${troupeCommand('cancel', [runId])}`
  if (held.length === 0)
    throw new TroupeError('RetryRefused', `the run "${runId}" has not ended, and holds nothing that could be retried`, {
      hint,
    })
  if (from === undefined) return held
  const row = subtasks.find(({ id }) => id === from)
  if (!row)
    throw new TroupeError('SubtaskNotFound', `the run "${runId}" has no subtask ${quote(from)}`, {
      hint: choicesHint(
        from,
        held.map(({ id }) => id),
        'subtasks that are held',
      ),
    })
  if (row.state === 'held') return [row]
  throw new TroupeError('RetryRefused', `${quote(from)} is not held, it is ${row.state}: the run has not ended`, {
    hint: `it holds ${named(held)}; ${hint}`,
  })
}

function named(rows: readonly SubtaskRow[]): string {
  return firstOf(rows, NAMED, ({ id }) => quote(id))
}
