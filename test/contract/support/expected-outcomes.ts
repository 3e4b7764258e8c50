// How every subtask of a defined plan ends, by recursion over the rules of docs/semantics.md: no queue, no order, no time.
// For plans whose end does not depend on the moment: without fail-fast, deadlines, reactions, and what people do on their own.
import { MAX_SPAWN_DEPTH } from '../../../src/contract/limits'
import type { SubtaskOutcome } from '../../../src/contract/run'
import {
  fateAt,
  HUMAN_PLACE,
  isOwnFallback,
  TOLD_ONCE,
  type DefinedCondition,
  type DefinedPlan,
  type Definition,
  type Policy,
} from './defined-plan'
import { reactionId } from './reference-reactions'

export interface Ending {
  state: SubtaskOutcome
  code?: string
  /** The number in its output, if there is one. */
  n?: number
}

/** The number in an output that a person gives in the place of the agent. */
export const REPLACED = 7

export const succeeded = (n?: number): Ending => (n === undefined ? { state: 'succeeded' } : { state: 'succeeded', n })
const failed = (code: string): Ending => ({ state: 'failed', code })

export function dependenciesOf(definition: Definition, place: number): number[] {
  if (place === 0) return []
  const picks = [...definition.earlier, ...definition.conditions.map(({ earlier }) => earlier)]
  return [...new Set(picks.map((pick) => pick % place))]
}

/** A value is `undefined` where a dependency has none. */
export function holds({ test, value }: DefinedCondition, found: number | undefined): boolean {
  switch (test) {
    case 'exists':
      return found !== undefined
    case 'absent':
      return found === undefined
    case 'notEquals':
      return found !== value
    case 'equals':
      return found === value
    case 'in':
      return found === value || found === value + 1
  }
}

/** What its own policy and that of the plan come to: a fallback, and what follows where that is of no use. */
export function policyOf(
  definition: Definition,
  plan: Policy | undefined,
): { fallback?: number; then: 'skip-dependents' | 'fail-fast' | 'hold' } {
  const own = definition.policy ?? plan ?? 'skip-dependents'
  if (typeof own === 'string') return { then: own }
  const then = definition.policy !== undefined && typeof plan === 'string' ? plan : 'skip-dependents'
  return isOwnFallback(own, definition) ? { then } : { fallback: own.fallback, then }
}

/** An element of a map: the map's settings, without what made it one. */
export function elementOf(definition: Definition): Definition {
  return { ...definition, earlier: [], conditions: [], runIf: 'all-succeeded', map: undefined }
}

/** Where a subtask is in what its executions do. */
interface Script {
  executions: number
}

export interface Known {
  /** Subtasks that came to the plan later, with the ids of what they depend on. */
  added?: readonly { id: string; definition: Definition; dependsOn: readonly string[] }[]
  /** How something ended that people took a hand in; nothing below it is expected then. */
  observed?(id: string): Ending | undefined
}

export function expectedOutcomes(plan: DefinedPlan, { added = [], observed }: Known = {}): Map<string, Ending> {
  const endings = new Map<string, Ending>()
  endList(plan.subtasks, 's', 0)
  for (const { id, definition, dependsOn } of added) {
    const dependencies = dependsOn.map((other) => endings.get(other)!)
    endings.set(id, endOf({ ...definition, conditions: [] }, id, 0, { dependencies, conditions: [] }))
  }
  for (const [at, { on, where, run }] of plan.reactions.entries()) {
    const cause = endings.get((where as { subtask: string }).subtask)
    const id = `${reactionId(at)}-1`
    if (cause && (on === 'task.created' || TOLD_ONCE[on] === cause.state))
      endings.set(id, observed?.(id) ?? perform(run, id, 1, true))
  }
  return endings

  function endList(list: readonly Definition[], prefix: string, depth: number): Ending[] {
    const ends: Ending[] = []
    for (const [place, definition] of list.entries()) {
      const id = `${prefix}${place}`
      const end = endOf(definition, id, depth, {
        dependencies: dependenciesOf(definition, place).map((other) => ends[other]!),
        // The first has nothing before it that it could look at
        conditions: place === 0 ? [] : definition.conditions.map((one) => holds(one, ends[one.earlier % place]!.n)),
      })
      ends.push(end)
      endings.set(id, end)
    }
    return ends
  }

  function endOf(
    definition: Definition,
    id: string,
    depth: number,
    { dependencies, conditions }: { dependencies: Ending[]; conditions: boolean[] },
  ): Ending {
    const successes = dependencies.filter(({ state }) => state === 'succeeded').length
    const enough = {
      'all-succeeded': successes === dependencies.length,
      'all-done': true,
      'any-succeeded': dependencies.length === 0 || successes > 0,
    }[definition.runIf]
    const known = observed?.(id)
    if (known) return known
    if (!enough) return { state: 'skipped', code: 'DependencyFailed' }
    if (conditions.includes(false)) return { state: 'skipped', code: 'ConditionNotMet' }
    return perform(definition, id, depth)
  }

  /** From its first start to its end, with all that people say of it when it is held; `direct`: an event asked for it. */
  function perform(definition: Definition, id: string, depth: number, direct = false): Ending {
    const { then } = policyOf(definition, plan.policy)
    const script = { executions: 0 }
    for (let round = 0; ; round++) {
      const end = attempt(definition, id, depth, script, direct)
      if (end.state !== 'failed' || then !== 'hold' || end.code === 'SpawnedSubtaskFailed') return end
      const resolution = definition.resolutions[round] ?? 'skip'
      if (resolution === 'replace') return succeeded(REPLACED)
      if (resolution === 'skip') return { state: 'skipped', code: 'SkippedByPerson' }
    }
  }

  /** Its candidates, or its person, or its elements; and then the fallback. */
  function attempt(definition: Definition, id: string, depth: number, script: Script, direct: boolean): Ending {
    const { fallback } = policyOf(definition, plan.policy)
    const first = firstTakers(definition, id, depth, script)
    // Nobody will have it: so be it
    if (direct && first.code === 'CannotHandle') return { state: 'skipped', code: 'CannotHandle' }
    if (first.state !== 'failed' || first.code === 'SpawnedSubtaskFailed' || fallback === undefined) return first
    // Whoever has it, a map is a map
    if (definition.map) return mapOver(definition, id, depth)
    return fallback === HUMAN_PLACE ? answerOf(personOf(definition)) : execute(definition, id, depth, script)
  }

  function firstTakers(definition: Definition, id: string, depth: number, script: Script): Ending {
    if (definition.map) return mapOver(definition, id, depth)
    if (definition.person) return answerOf(definition.person)
    let end = failed('CannotHandle')
    for (let taker = 0; taker < definition.candidates.length && end.code === 'CannotHandle'; taker++)
      end = execute(definition, id, depth, script)
    return end
  }

  function mapOver(definition: Definition, id: string, depth: number): Ending {
    const { length } = definition.map!
    if (length === 'none') return failed('InvalidPayload')
    const elements = Array.from({ length }, (_, index) => {
      const end = perform(elementOf(definition), `${id}/${index}`, depth + 1)
      endings.set(`${id}/${index}`, end)
      return end
    })
    return joined(elements, succeeded())
  }

  function execute(definition: Definition, id: string, depth: number, script: Script): Ending {
    let fate = fateAt(definition, script.executions++)
    // Whatever a person says of the tool's call, another execution goes on
    while (fate === 'suspend') fate = fateAt(definition, script.executions++)
    if (fate === 'refuse') return failed('CannotHandle')
    if (fate === 'fail') return failed('AgentFailed')
    if (fate === 'cancelled') return { state: 'cancelled', code: 'Cancelled' }
    const { spawn, n } = definition
    if (!spawn) return succeeded(n)
    if (depth >= MAX_SPAWN_DEPTH) return failed('SpawnLimitExceeded')
    const ends = endList(spawn.list, `${id}/s`, depth + 1)
    const source = spawn.output === undefined ? undefined : ends[spawn.output % ends.length]!
    if (source && source.state !== 'succeeded') return failed('SpawnedSubtaskFailed')
    return joined(ends, source ? succeeded(source.n) : succeeded(n))
  }

  function joined(ends: readonly Ending[], success: Ending): Ending {
    const broken = ends.some(({ state }) => state === 'failed' || state === 'cancelled')
    return broken ? failed('SpawnedSubtaskFailed') : success
  }
}

type Person = NonNullable<Definition['person']>

/** What is said where a person stands in for an agent. */
export function personOf({ person }: Definition): Person {
  return person ?? { reply: 'approve', onTimeout: 'fail', timeoutMs: 1_000 }
}

function answerOf({ reply, onTimeout }: Person): Ending {
  const meaning = reply === 'nothing' ? onTimeout : reply
  if (meaning === 'approve') return succeeded()
  return failed(meaning === 'fail' ? 'NobodyDecided' : 'Rejected')
}
