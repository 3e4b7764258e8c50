// People in a driven run: decisions and what they make of held subtasks, also what is refused, and changes to the plan.
import type { Decision } from '../../../src/contract/people'
import { bareNode } from './defined-nodes'
import { REPLACED } from './expected-outcomes'
import { same } from './compared-run'
import type { DrivenRun } from './driven-run'
import type { Picks } from './picks'
import type { Definition } from './defined-plan'
import { hasEnded, type Item } from './reference-item'

let requests = 0

/** A decision, then the same again, and then another one: the first counts. */
export function decide(run: DrivenRun, item: Item, approved: boolean): void {
  const { approvalId } = run.state.rows[run.placeOf(item)]!.request ?? {}
  const which = approvalId === undefined ? {} : { approvalId }
  const decision: Decision = { taskId: item.id, ...which, requestId: `request ${requests++}`, approved, by: 'ann' }
  if (approvalId !== undefined) {
    const other = { ...decision, approvalId: 'another' }
    same('a decision on another call', run.state.requests.decisionProblem(other)?.code, 'DecisionRefused')
  }
  run.act(`${approved ? 'approve' : 'reject'} ${item.id}`, () => {
    same('a decision is refused', run.state.requests.decisionProblem(decision), undefined)
    const answer = run.state.requests.decide(decision)
    same(
      'the second answer is another',
      run.state.requests.decisionProblem(decision) ?? run.state.requests.decide(decision),
      answer,
    )
    run.model.decided(item, approved)
  })
  if (approvalId !== undefined) {
    const other = { ...decision, approvalId: 'another' }
    same('an id is used again', run.state.requests.decisionProblem(other)?.code, 'DecisionRefused')
  }
  refuse(run, item, 'another decision')
}

/** Nothing may come of a decision that is not, or no longer, asked for. */
export function refuse(run: DrivenRun, item: Item, why: string): void {
  const decision = { taskId: item.id, requestId: `request ${requests++}`, approved: true, by: 'eve' }
  if (item.state === 'asking' && !isOver(run, item)) return
  const problem = run.state.requests.decisionProblem(decision)
  if (problem?.code !== 'DecisionRefused') throw new Error(`a decision on ${item.id} is taken: ${why}`)
}

function isOver(run: DrivenRun, { expiresAt = Infinity, deadline = Infinity }: Item): boolean {
  return run.now >= expiresAt || run.now >= deadline
}

export function resolve(run: DrivenRun, item: Item): void {
  const planned = item.definition.resolutions[item.holds - 1] ?? 'skip'
  const late = planned === 'retry' && item.deadline !== undefined && item.deadline <= run.now
  const input = (action: typeof planned) => {
    const said = { taskId: item.id, by: 'ann' }
    return action === 'replace' ? { ...said, action, output: { n: REPLACED } } : { ...said, action }
  }
  if (late)
    same('to retry after the deadline', run.state.requests.resolveProblem(input('retry'))?.code, 'ChangeRefused')
  const action = late ? 'skip' : planned
  run.act(`${action} ${item.id}`, () => {
    same('a resolution is refused', run.state.requests.resolveProblem(input(action)), undefined)
    run.state.requests.resolve(input(action))
    run.model.resolved(item, action)
  })
  if (item.state !== 'held' && run.state.requests.resolveProblem(input('skip')) === undefined)
    throw new Error(`${item.id} can be resolved, and is ${item.state}`)
}

/** Subtasks that depend on any of the run. */
export function add(run: DrivenRun, picks: Picks, definitions: readonly Definition[]): void {
  const { state, model } = run
  if (definitions.length === 0) return
  // What was checked may know less than there is by now
  const first = Math.max(1, state.rows.length - picks.below(3))
  const known = model.all().filter((item) => run.placeOf(item) < first)
  const list = definitions.map((one, position) => ({
    id: `added${model.planVersion}-${position}`,
    definition: { ...one, conditions: [] },
    dependsOn: picks.some(known, 3),
    after: position > 0 && picks.chance(0.5) ? [position - 1] : [],
  }))
  const input = { version: state.planVersion, by: 'ann', subtasks: list.map(({ id }) => ({ id })) }
  const fragment = `added ${model.planVersion}`
  const nodes = list.map(({ id, definition, dependsOn, after }) => ({
    ...bareNode(definition, model.plan.policy),
    id,
    dependsOn: [...dependsOn.map((item) => run.placeOf(item)), ...after.map((position) => first + position)],
  }))
  run.act(
    `add ${list.map(({ id, dependsOn }) => `${id} after ${dependsOn.map((o) => o.id).join(' ')}`).join(', ')}`,
    () => {
      const problem = state.changes.addProblem(input) ?? state.changes.addedProblem(input, { first, fragment, nodes })
      if (model.stopping || list.length > model.room) return same('an addition', problem?.code, 'ChangeRefused')
      same('an addition', problem, undefined)
      state.changes.add(input, { first, fragment, nodes })
      model.added(list)
    },
  )
}

/** Another payload, agent, priority or deadline, and perhaps a reference to any other subtask. */
export function change(run: DrivenRun, picks: Picks, item: Item, like: Definition): void {
  const { state, model } = run
  const { candidates, priority, n, executions, deadlineMs } = like
  const { deadlineMs: _old, ...before } = item.definition
  const patch = picks.of<Partial<Definition>>([
    { candidates },
    { priority },
    { n, executions },
    { candidates, priority, n },
  ])
  const isLate = deadlineMs !== undefined && picks.chance(0.5)
  const deadline = isLate ? { deadlineMs: run.now - run.begun + deadlineMs } : {}
  const definition: Definition = { ...before, ...patch, ...deadline }
  const dependsOn = [...new Set([...item.dependsOn, ...picks.some(model.all(), 1)])]
  const place = run.placeOf(item)
  const input = { version: state.planVersion, by: 'ann', taskId: item.id }
  const conditions = item.conditions.map(({ condition }) => condition)
  const node = {
    ...bareNode({ ...definition, conditions }, model.plan.policy),
    id: item.id,
    dependsOn: dependsOn.map((other) => run.placeOf(other)),
  }
  run.act(`change ${item.id}, after ${dependsOn.map((other) => other.id).join(' ')}`, () => {
    const problem = state.changes.changeProblem(input) ?? state.changes.replaceProblem({ fragment: 'changed', node })
    const isOpen = (item.state === 'waiting' && item.look !== 'now') || item.state === 'ready' || item.state === 'held'
    if (model.stopping || !isOpen || waitsForItself(item, dependsOn))
      return same(`a change of ${item.id}, ${item.state}`, problem?.code, 'ChangeRefused')
    same('a change', problem, undefined)
    state.changes.replace(input, { fragment: `changed at ${place}`, node })
    const { deadlineMs: at } = definition
    model.changed(item, definition, dependsOn, at === undefined ? undefined : run.begun + at)
  })
}

export function cancelOne(run: DrivenRun, item: Item, dependents: boolean): void {
  const { state, model } = run
  const input = { version: state.planVersion, by: 'ann', taskId: item.id, dependents }
  run.act(`cancel ${item.id}${dependents ? ' with its dependents' : ''}`, () => {
    const problem = state.changes.cancelProblem(input)
    if (model.stopping || hasEnded(item) || item.given !== undefined)
      return same(`to cancel ${item.id}, ${item.state}`, problem?.code, 'ChangeRefused')
    same('to cancel', problem, undefined)
    state.changes.cancel(input)
    model.cancelSubtask(item, dependents)
  })
}

/** A change against a version that is over is refused, whatever it is. */
export function tryStale({ state, model }: DrivenRun, item: Item): void {
  if (model.stopping) return
  const stale = { version: state.planVersion - 1, by: 'eve', taskId: item.id }
  same('a stale change', state.changes.changeProblem(stale)?.code, 'StalePlanVersion')
  same('a stale cancel', state.changes.cancelProblem(stale)?.code, 'StalePlanVersion')
}

/** A subtask waits for its dependencies, for all that it spawned, and for those of its map that are under way. */
function waitsForItself(item: Item, dependsOn: readonly Item[]): boolean {
  const seen = new Set<Item>([...dependsOn, ...others(item)])
  for (const one of seen) for (const next of [...one.dependsOn, ...one.children, ...others(one)]) seen.add(next)
  return seen.has(item)
}

function others(item: Item): Item[] {
  if (item.parent?.definition.map?.maxInFlight === undefined || item.admitted || hasEnded(item)) return []
  return item.parent.children.filter(({ admitted }) => admitted)
}
