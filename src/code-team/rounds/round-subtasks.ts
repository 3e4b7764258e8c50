// TEAM. A round as subtasks: those who go (coders in the order of imports, test-agents beside them), then the check, the
// review, and the decision that may spawn the next round. Pure: the state in, the graph out.
import type { SubTask } from '../../contract/plan'
import type { Module, Role } from '../documents'
import { specificationFor } from '../specification'
import { affected, type Assigned } from './affected'
import type { RoundState } from './state'

/** The short id of the subtask whose output is the round's. */
export const DECIDE = 'decide'

export function roundSubtasks(state: RoundState): SubTask[] {
  const going = whoGoes(state)
  const contributions = newestContributions(state, going)
  const work = going.map((one) => workSubtask(state, one, going))
  const { specification, architecture, baseline, missingBefore, language, mode, base, installed, request } = state
  const check: SubTask = {
    id: 'check',
    agentType: 'check',
    payload: {
      step: 'check',
      title: specification?.title ?? request,
      ...{ language, mode, architecture, contributions },
      ...(base === undefined ? {} : { base }),
      ...(installed ? { installed } : {}),
      ...(baseline ? { baseline } : {}),
      ...(missingBefore ? { missingBefore } : {}),
      ...specified(state),
      ...(state.mutate ? { mutate: true } : {}),
    },
  }
  const review: SubTask = {
    id: 'review',
    agentType: 'reviewer-agent',
    payload: {
      ...{ request, language, specification, architecture, contributions },
      ...(base === undefined ? {} : { base }),
      check: { $from: 'check' },
    },
  }
  const decide: SubTask = {
    id: DECIDE,
    agentType: 'rounds',
    payload: {
      step: 'decide',
      state: { ...state, contributions },
      modules: [...new Set(going.map(({ module }) => module))],
      check: { $from: 'check' },
      ...(mode === 'team' ? { review: { $from: 'review' } } : {}),
    },
  }
  return [...work, check, ...(mode === 'team' ? [review] : []), decide]
}

/** What says which tests of a repository may change. */
function specified({ base, specification, mayChange }: RoundState): Record<string, unknown> {
  if (base === undefined) return {}
  const { changedTests } = specification ?? {}
  if (specification) return { specification: changedTests ? { changedTests } : {} }
  return mayChange ? { mayChange } : {}
}

/** In the first round everybody, later those that the last one left something to mend. */
function whoGoes({ architecture, rounds, mode }: RoundState): Assigned[] {
  const last = rounds.at(-1)
  const all = last
    ? affected(architecture, last, rounds.at(-2))
    : architecture.modules.flatMap(({ name }) =>
        (['code', 'tests'] as const).map((role) => ({ module: name, role, failures: [], problems: [], findings: [] })),
      )
  return mode === 'team' ? all : all.filter(({ role }) => role === 'code')
}

function subtaskId(module: string, role: Role): string {
  return role === 'code' ? `code-${module}` : `test-${module}`
}

/** Of every module and role: a reference to this round's, where it goes, else what stands. */
function newestContributions(state: RoundState, going: readonly Assigned[]): unknown[] {
  return state.architecture.modules.flatMap(({ name }) =>
    (['code', 'tests'] as const).flatMap((role) => newest(state, going, name, role)),
  )
}

function newest(state: RoundState, going: readonly Assigned[], module: string, role: Role): unknown[] {
  if (going.some((one) => one.module === module && one.role === role)) return [{ $from: subtaskId(module, role) }]
  return standing(state, module, role)
}

function standing({ contributions }: RoundState, module: string, role: Role): RoundState['contributions'] {
  return contributions.filter((one) => one.module === module && one.role === role)
}

function workSubtask(state: RoundState, assigned: Assigned, going: readonly Assigned[]): SubTask {
  const { architecture, specification, language, mode, base, installed, request, mayChange, rounds } = state
  const { module: name, role, failures, problems, findings } = assigned
  const module = architecture.modules.find((one) => one.name === name)!
  const imported = module.imports.flatMap((one) => architecture.modules.find((other) => other.name === one) ?? [])
  const [previous] = standing(state, name, role)
  const payload = {
    ...{ language, module, round: rounds.length + 1, failures, problems, findings },
    ...(specification ? { specification: specificationFor(specification, module) } : {}),
    ...(previous ? { previous } : {}),
    ...(base === undefined ? {} : { base }),
    ...(installed ? { installed } : {}),
  }
  if (role === 'tests') {
    // Contracts only: whoever has seen the code tests what it does, not what it should do
    const contracts = imported.map(({ name: of, contract }) => ({ name: of, contract }))
    return { id: subtaskId(name, role), agentType: 'test-agent', payload: { ...payload, imports: contracts } }
  }
  const imports = imported.map((one: Module) => ({
    module: one,
    contributions: newest(state, going, one.name, 'code'),
  }))
  const single = mode === 'single' ? { request, ...(mayChange ? { mayChange } : {}) } : {}
  return { id: subtaskId(name, role), agentType: 'coder-agent', payload: { ...payload, ...single, mode, imports } }
}
