// PURE. A plan in the making: subtasks as data, and every mistake made on the way.
import { TroupeError, type Problem } from '../errors'
import { isObject, preview } from '../json'
import { INPUTS_ID } from '../names'
import { MAX_JSON_DEPTH } from '../limits'
import type { SubTask } from '../plan'
import { isPlain, notJson } from './not-json'
import { joinPath } from './path'
import type { AddOptions, NamedAgent, PlanNode } from './plan-types'
import { referenceOf, typedReference } from './typed-reference'

/** A class, so that a subtask in the place of its output is noticed. */
class AddedSubtask implements PlanNode {
  readonly output: PlanNode['output']

  constructor(
    readonly plan: object,
    readonly id: string,
  ) {
    this.output = typedReference(plan, id)
  }
}

type Refuse = (path: string, message: string, hint?: string) => void

const FOREIGN_HINT = 'use what this plan\'s own "add" and "inputs" gave'

export class PlanDraft {
  readonly subtasks: SubTask[] = []
  readonly problems: Problem[] = []
  readonly inputs = typedReference(this, INPUTS_ID)
  private readonly ids = new Set<string>()
  private closed = false

  add(id: string, agent: NamedAgent | string, payload?: unknown, options: AddOptions = {}): AddedSubtask {
    if (this.closed)
      throw new TroupeError('InvalidPlan', `the plan is complete: the subtask ${preview(id)} comes too late`, {
        hint: 'add subtasks before the function that definePlan is given returns',
      })
    const path = `subtasks[${this.subtasks.length}]`
    const refuse: Refuse = (at, message, hint) => {
      this.problems.push({ path: at, subtask: String(id), message, ...(hint ? { hint } : {}) })
    }
    if (this.ids.has(id)) refuse(`${path}.id`, `duplicate id ${preview(id)}: it was added before`)
    this.ids.add(id)
    const data = this.toData(payload, `${path}.payload`, refuse)
    for (const problem of notJson(data, `${path}.payload`)) refuse(problem.path, problem.message, problem.hint)
    const { dependsOn, ...settings } = options
    this.subtasks.push({
      id,
      agentType: this.toAgent(agent, `${path}.agentType`, refuse),
      ...(data === undefined ? {} : { payload: data }),
      ...(dependsOn ? { dependsOn: dependsOn.map((on, at) => this.toId(on, `${path}.dependsOn[${at}]`, refuse)) } : {}),
      ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
    })
    return new AddedSubtask(this, id)
  }

  /** Whoever still adds has let definePlan go by. */
  close(): void {
    this.closed = true
  }

  /** A copy in which every reference is written out; what is no JSON stays, for `notJson` to name it. */
  private toData(value: unknown, path: string, refuse: Refuse, within: readonly unknown[] = []): unknown {
    if (typeof value !== 'object' || value === null) return value
    const found = referenceOf(value, this)
    if (found) {
      if (found.foreign) refuse(path, `${preview(found.reference)} refers into another plan`, FOREIGN_HINT)
      return found.reference
    }
    if (value instanceof AddedSubtask) {
      refuse(path, `the subtask ${preview(value.id)} itself is no value`, 'hand its output on: node.output')
      return null
    }
    if (within.includes(value) || within.length > MAX_JSON_DEPTH) {
      refuse(path, `nested deeper than ${MAX_JSON_DEPTH} levels, or in a circle`)
      return null
    }
    const inner = [...within, value]
    if (Array.isArray(value)) return value.map((one, at) => this.toData(one, joinPath(path, [at]), refuse, inner))
    if (!isPlain(value)) return value
    const entries = Object.entries(value).filter(([, one]) => one !== undefined)
    return Object.fromEntries(
      entries.map(([key, one]) => [key, this.toData(one, joinPath(path, [key]), refuse, inner)]),
    )
  }

  private toAgent(agent: unknown, path: string, refuse: Refuse): string {
    const name = isObject(agent) ? agent.name : agent
    if (typeof name === 'string') return name
    const hint = 'hand over what defineAgent or `new` made, or a name'
    refuse(
      path,
      `no agent: ${typeof agent === 'function' ? `the class or function "${agent.name}"` : preview(name)}`,
      hint,
    )
    return ''
  }

  private toId(dependency: string | Pick<PlanNode, 'id'>, path: string, refuse: Refuse): string {
    if (typeof dependency === 'string') return dependency
    if (!(dependency instanceof AddedSubtask))
      refuse(path, `${preview(dependency)} is neither an id nor a subtask of the plan`)
    else if (dependency.plan !== this) refuse(path, `${preview(dependency.id)} is of another plan`, FOREIGN_HINT)
    return dependency.id
  }
}
