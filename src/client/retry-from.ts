// HOST. The subtask that a retry starts from: whether it can be, and what it is to be.
import type { AgentManifest } from '../contract/agent'
import { TroupeError } from '../contract/errors'
import { isObject, quote } from '../contract/json'
import type { CheckedSubTask, RunSpec } from '../contract/messages'
import { choicesHint } from '../contract/nearest'
import { describeProblem } from '../contract/problems'
import type { Past } from '../contract/run/reuse'
import { troupeCommand } from '../contract/run/waiting-commands'
import { checkReplacement } from '../contract/schema/check-replacement'
import { changeOf, type RetryOptions } from './retry-options'

/** @throws TroupeError `SubtaskNotFound`, `RetryRefused`, `InvalidUsage` */
export function checkFrom(runId: string, past: Past, options: RetryOptions): void {
  const { from, plan } = options
  if (from === undefined) {
    if (!changeOf(options)) return
    throw new TroupeError('InvalidUsage', 'which subtask is to have another payload or agent?', {
      hint: troupeCommand('retry', [runId], ['--from', 'ID']),
    })
  }
  const started = startedByEvent(past, from)
  if (started !== undefined)
    throw new TroupeError('RetryRefused', `${quote(started)} was started by an event, and no plan holds it`, {
      hint: 'such an event starts another one: troupe publish',
    })
  // Another plan may have subtasks of its own
  if (past.has(from) || plan !== undefined) return
  const hint = choicesHint(from, [...past.keys()], 'subtasks')
  throw new TroupeError('SubtaskNotFound', `the run "${runId}" has no subtask ${quote(from)}`, { hint })
}

/** The subtask that an event started, above or at this one. */
function startedByEvent(past: Past, id: string): string | undefined {
  for (let at: string | undefined = id; at !== undefined; at = past.get(at)?.parent)
    if (past.get(at)?.definition.event) return at
  return undefined
}

/** A plan in which `from` has another payload or agent; what is wrong with that is said where the plan is checked. */
export function withChange(plan: unknown, options: RetryOptions, agents: readonly AgentManifest[]): unknown {
  const change = changeOf(options)
  if (!change || !isObject(plan) || !Array.isArray(plan.subtasks)) return plan
  const { from, agent } = options
  const changed = (subtask: unknown): unknown => {
    if (!isObject(subtask) || subtask.id !== from) return subtask
    const { type, ...rest } = subtask
    const isTaken = agents.some(({ name, capabilities }) => name === agent && capabilities.includes(String(type)))
    return {
      ...rest,
      // A type that the other agent does not take was the first one's own
      ...(type !== undefined && (agent === undefined || isTaken) ? { type } : {}),
      ...change,
    }
  }
  return { ...plan, subtasks: plan.subtasks.map(changed) }
}

/** A spawned `from` as it is to be. @throws TroupeError `InvalidInput` with all problems */
export function replacedSpawned(
  past: Past,
  options: RetryOptions,
  { agents, spec, now }: { agents: readonly AgentManifest[]; spec: RunSpec; now: number },
): CheckedSubTask {
  const { from } = options
  const places = new Map([...past.keys()].map((id, place) => [id, place]))
  const known = [...past].map(([id, { dependsOn }]) => ({ id, dependsOn: dependsOn.map((need) => places.get(need)!) }))
  const { checked, problems } = checkReplacement(past.get(from!)!.definition, changeOf(options) ?? {}, {
    ...{ known, agents, inputs: spec.inputs, now },
    ...(spec.onFailure === undefined ? {} : { onFailure: spec.onFailure }),
  })
  if (checked) return checked.subtask
  throw new TroupeError('InvalidInput', `${quote(from!)} cannot be so: ${problems.map(describeProblem).join('; ')}`, {
    problems,
  })
}
