// Random plans with their scripts; fast-check makes and shrinks them.
import fc from 'fast-check'
import type { Priority } from '../../../src/contract/agent'
import type { RunIf } from '../../../src/contract/plan'
import {
  isOwnFallback,
  TOLD_ONCE,
  type DefinedCondition,
  type DefinedPlan,
  type DefinedReaction,
  type Definition,
  type Fate,
  type Policy,
  type Reply,
  type Resolution,
  type Test,
} from './defined-plan'

/** What is left out: for runs whose end may not depend on the moment, or that go over a real server. */
export interface Scope {
  agents: number
  failFast: boolean
  deadlines: boolean
  /** `once`: to what happens at most once, so that it does not matter when. */
  reactions: 'any' | 'once'
  limits: boolean
  /** Executions that are reported as cancelled, and maps over what is no list. */
  oddities: boolean
  maxSize: number
}

export const PUBLISHED = ['news.a', 'news.b']
const ONCE = ['task.created', ...Object.keys(TOLD_ONCE)]
const REACTED = { once: ONCE, any: [...PUBLISHED, ...ONCE, 'subtask.held'] }

function often<T>(weight: number, usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
}

function policies({ agents, failFast }: Scope): fc.Arbitrary<Policy> {
  return fc.oneof(
    fc.constantFrom<Policy>('skip-dependents', 'hold', ...(failFast ? ['fail-fast' as const] : [])),
    // The place after the last agent is the person's
    fc.nat(agents).map((fallback) => ({ fallback })),
  )
}

function shared(scope: Scope) {
  return {
    candidates: fc.uniqueArray(fc.nat(scope.agents - 1), { minLength: 1, maxLength: scope.agents }),
    priority: fc.constantFrom<Priority>('normal', 'high', 'low'),
    n: fc.nat(2),
    executions: often<Fate[]>(
      2,
      ['succeed'],
      fc.array(
        fc.constantFrom<Fate>(
          'succeed',
          'succeed',
          'fail',
          'fail',
          'refuse',
          'suspend',
          ...(scope.oddities ? ['cancelled' as const] : []),
        ),
        {
          minLength: 1,
          maxLength: 4,
          size: 'max',
        },
      ),
    ),
    policy: often<Policy | undefined>(2, undefined, policies(scope)),
    resolutions: fc.array(fc.constantFrom<Resolution>('retry', 'retry', 'replace', 'skip'), {
      maxLength: 3,
      size: 'max',
    }),
    publishes:
      scope.reactions === 'any'
        ? often<string | undefined>(5, undefined, fc.constantFrom(...PUBLISHED))
        : fc.constant(undefined),
    deadlineMs: scope.deadlines
      ? often<number | undefined>(6, undefined, fc.integer({ min: 1, max: 3_000 }))
      : fc.constant(undefined),
  }
}

/** Plans of up to `maxSize` subtasks at each level. */
export function definedPlans(scope: Scope): fc.Arbitrary<DefinedPlan> {
  const common = shared(scope)
  const { definition } = fc.letrec<{ definitions: Definition[]; definition: Definition }>((tie) => ({
    definitions: fc.array(tie('definition'), { minLength: 1, maxLength: 4, size: 'max' }),
    definition: fc.record({
      ...common,
      earlier: fc.array(fc.nat(1_000), { maxLength: 3, size: 'max' }),
      runIf: often<RunIf>(2, 'all-succeeded', fc.constantFrom('all-done', 'any-succeeded')),
      conditions: often<DefinedCondition[]>(
        4,
        [],
        fc.array(
          fc.record({
            earlier: fc.nat(1_000),
            test: fc.constantFrom<Test>('equals', 'notEquals', 'in', 'exists', 'absent'),
            value: fc.nat(2),
          }),
          { minLength: 1, maxLength: 2 },
        ),
      ),
      person: often<Definition['person']>(
        6,
        undefined,
        fc.record({
          reply: fc.constantFrom<Reply>('approve', 'approve', 'reject', 'nothing'),
          onTimeout: fc.constantFrom('approve' as const, 'reject' as const, 'fail' as const),
          timeoutMs: fc.integer({ min: 1, max: 2_000 }),
        }),
      ),
      map: often<Definition['map']>(
        6,
        undefined,
        fc.record({
          length: scope.oddities
            ? fc.oneof({ weight: 8, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.constant('none' as const) })
            : fc.nat(5),
          maxInFlight: often<number | undefined>(1, undefined, fc.integer({ min: 1, max: 3 })),
        }),
      ),
      spawn: fc.oneof(
        { maxDepth: 3 },
        { weight: 5, arbitrary: fc.constant(undefined) },
        {
          weight: 1,
          arbitrary: fc.record({
            list: tie('definitions'),
            output: often<number | undefined>(1, undefined, fc.nat(1_000)),
          }),
        },
      ),
    }),
  }))
  const whose = fc.nat(scope.maxSize - 1).map((place) => ({ subtask: `s${place}` }))
  const reaction: fc.Arbitrary<DefinedReaction> = fc.record({
    on: fc.constantFrom(...REACTED[scope.reactions]),
    where:
      scope.reactions === 'once'
        ? whose
        : often<DefinedReaction['where']>(
            2,
            undefined,
            fc.oneof(
              whose,
              fc.nat(1).map((k) => ({ k })),
            ),
          ),
    run: fc.record(common).map((own): Definition => ({ ...own, earlier: [], runIf: 'all-succeeded', conditions: [] })),
  })
  const plan = fc.record({
    subtasks: fc.array(definition, { minLength: 1, maxLength: scope.maxSize, size: 'max' }),
    policy: often<Policy | undefined>(2, undefined, policies(scope)),
    reactions: often<DefinedReaction[]>(1, [], fc.array(reaction, { maxLength: 2, size: 'max' })),
    maxSubtasks: scope.limits ? often(6, 400, fc.nat(20)) : fc.constant(100_000),
  })
  // Small plans alone would show little
  return fc.noBias(
    plan.map((one) => ({
      ...one,
      subtasks: scope.oddities ? one.subtasks : plausible(one.subtasks),
      reactions: one.reactions.map((reaction) => ({ ...reaction, run: plausible([reaction.run])[0]! })),
      maxSubtasks: one.maxSubtasks + one.subtasks.length,
    })),
  )
}

/** Without what is refused before a run starts: an agent as its own fallback, and a number looked for in a map's list. */
function plausible(list: readonly Definition[]): Definition[] {
  return list.map(({ policy, conditions, spawn, ...rest }, place) => ({
    ...rest,
    conditions: place === 0 ? [] : conditions.filter(({ earlier }) => !list[earlier % place]!.map),
    ...(policy !== undefined && isOwnFallback(policy, rest) ? {} : { policy }),
    ...(spawn ? { spawn: { ...spawn, list: plausible(spawn.list) } } : {}),
  }))
}
