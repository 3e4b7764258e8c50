// Defined plans as people write them: what the model takes as a whole becomes ids, references, conditions and payloads.
import type { Condition, FailurePolicy, Plan, SubTask } from 'troupe'
import { dependenciesOf, personOf } from '../../contract/support/expected-outcomes'
import type { DefinedCondition, DefinedPlan, Definition, Policy } from '../../contract/support/defined-plan'
import { reactionId } from '../../contract/support/reference-reactions'
import { FATED, typeOf, type Script, type ScriptedPayload } from './fates-team'

/** Lists that maps go over, by their length. */
export const INPUTS = { lists: Array.from({ length: 6 }, (_, length) => Array.from({ length }, (_, index) => index)) }

export function realPlan(plan: DefinedPlan, run: string): Plan {
  return {
    name: 'random',
    subtasks: realList(plan.subtasks, run),
    ...(plan.policy === undefined ? {} : { onFailure: realPolicy(plan.policy) }),
    reactions: plan.reactions.map(({ on, where, run: task }, at) => {
      const { id: _id, dependsOn: _none, runIf: _always, ...rest } = realSubtask(task, 'reaction', [], run)
      return { id: reactionId(at), on, ...(where ? { where } : {}), run: rest }
    }),
  }
}

/** As it is planned or spawned. */
function realList(list: readonly Definition[], run: string): SubTask[] {
  return list.map((definition, place) => {
    const dependsOn = dependenciesOf(definition, place).map((other) => `s${other}`)
    const when = place === 0 ? [] : definition.conditions.map((one) => realCondition(one, `s${one.earlier % place}`))
    return { ...realSubtask(definition, `s${place}`, dependsOn, run), ...(when.length > 0 ? { when } : {}) }
  })
}

export function realSubtask(definition: Definition, id: string, dependsOn: readonly string[], run: string): SubTask {
  const { candidates, person, map, runIf, priority, policy } = definition
  const [first] = candidates
  const agent = candidates.length === 1 ? { agentType: FATED[first! as 0] } : { type: typeOf(candidates) }
  return {
    id,
    ...(person ? { agentType: 'human' } : agent),
    dependsOn: [...dependsOn],
    runIf,
    priority,
    payload: payloadOf(definition, run) as unknown as SubTask['payload'] & object,
    ...(policy === undefined ? {} : { onFailure: realPolicy(policy) }),
    ...(map
      ? {
          forEach: {
            from: 'inputs',
            path: `/lists/${map.length}`,
            ...(map.maxInFlight === undefined ? {} : { maxInFlight: map.maxInFlight }),
          },
        }
      : {}),
  }
}

export function payloadOf(definition: Definition, run: string): ScriptedPayload {
  const { n, executions, spawn } = definition
  const { reply, onTimeout, timeoutMs } = personOf(definition)
  const details: Script = { run, n, fates: executions }
  if (spawn) {
    const subtasks = realList(spawn.list, run)
    const output = spawn.output === undefined ? {} : { output: subtasks[spawn.output % subtasks.length]!.id }
    details.spawn = { subtasks, ...output }
  }
  const waiting = reply === 'nothing' ? { timeoutMs, onTimeout } : {}
  return { prompt: 'what do you say?', ...waiting, details }
}

function realCondition({ test, value }: DefinedCondition, from: string): Condition {
  const at = { from, path: '/n' }
  if (test === 'exists' || test === 'absent') return { ...at, exists: test === 'exists' }
  return test === 'in' ? { ...at, in: [value, value + 1] } : { ...at, [test]: value }
}

function realPolicy(policy: Policy): FailurePolicy {
  if (typeof policy === 'string') return policy
  return { fallback: FATED[policy.fallback as 0] ?? 'human' }
}
