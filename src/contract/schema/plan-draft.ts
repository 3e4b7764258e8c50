// PURE. A plan in the making: subtasks and reactions as data, and every mistake made on the way.
import { TroupeError, type Problem } from '../errors'
import { isObject, preview } from '../json'
import { INPUTS_ID } from '../names'
import { MAX_JSON_DEPTH } from '../limits'
import type { Condition, FailurePolicy, ForEach, Reaction, SubTask } from '../plan'
import { isPlain, notJson } from './not-json'
import { joinPath } from './path'
import type { AddOptions, MapOptions, NamedAgent, PlanNode, PolicyOption, ReactionOptions } from './plan-types'
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
  readonly reactions: Reaction[] = []
  readonly problems: Problem[] = []
  readonly inputs = typedReference(this, INPUTS_ID)
  readonly element = typedReference(this, '$element')
  readonly event = typedReference(this, '$event')
  private readonly ids = new Set<string>()
  private closed = false

  add(
    id: string,
    agent: NamedAgent | string,
    payload?: unknown,
    options: AddOptions & Partial<MapOptions> = {},
  ): AddedSubtask {
    this.assertOpen(`the subtask ${preview(id)}`)
    const path = `subtasks[${this.subtasks.length}]`
    const refuse = this.refusing(String(id))
    if (this.ids.has(id)) refuse(`${path}.id`, `duplicate id ${preview(id)}: it was added before`)
    this.ids.add(id)
    const { dependsOn, when, forEach, onFailure, ...settings } = options
    this.subtasks.push({
      id,
      agentType: this.toAgent(agent, `${path}.agentType`, refuse),
      ...this.toPayload(payload, `${path}.payload`, refuse),
      ...(dependsOn ? { dependsOn: dependsOn.map((on, at) => this.toId(on, `${path}.dependsOn[${at}]`, refuse)) } : {}),
      ...(when ? { when: when.map((one, at) => this.toSource<Condition>(one, `${path}.when[${at}]`, refuse)) } : {}),
      ...(forEach ? { forEach: this.toSource<ForEach>(forEach, `${path}.forEach`, refuse) } : {}),
      ...(onFailure ? { onFailure: this.toPolicy(onFailure, `${path}.onFailure`, refuse) } : {}),
      ...said(settings),
    })
    return new AddedSubtask(this, id)
  }

  on(type: string, agent: NamedAgent | string, payload?: unknown, options: ReactionOptions = {}): void {
    this.assertOpen(`the reaction to ${preview(type)}`)
    const path = `reactions[${this.reactions.length}]`
    const refuse = this.refusing()
    const { id, where, onFailure, ...settings } = options
    this.refuseForeign(where, `${path}.where`, refuse)
    this.reactions.push({
      ...said({ id }),
      on: type,
      ...said({ where }),
      run: {
        agentType: this.toAgent(agent, `${path}.run.agentType`, refuse),
        ...this.toPayload(payload, `${path}.run.payload`, refuse),
        ...(onFailure ? { onFailure: this.toPolicy(onFailure, `${path}.run.onFailure`, refuse) } : {}),
        ...said(settings),
      },
    })
  }

  /** The plan's own. */
  policy(option: PolicyOption | undefined): FailurePolicy | undefined {
    return option && this.toPolicy(option, 'onFailure', this.refusing())
  }

  /** Whoever still adds has let definePlan go by. */
  close(): void {
    this.closed = true
  }

  private assertOpen(late: string): void {
    if (!this.closed) return
    throw new TroupeError('InvalidPlan', `the plan is complete: ${late} comes too late`, {
      hint: 'add it before the function that definePlan is given returns',
    })
  }

  private refusing(subtask?: string): Refuse {
    const named = subtask === undefined ? {} : { subtask }
    return (path, message, hint) => {
      this.problems.push({ path, ...named, message, ...(hint ? { hint } : {}) })
    }
  }

  private toPayload(payload: unknown, path: string, refuse: Refuse): { payload?: unknown } {
    const data = this.toData(payload, path, refuse)
    this.refuseForeign(data, path, refuse)
    return data === undefined ? {} : { payload: data }
  }

  private refuseForeign(value: unknown, path: string, refuse: Refuse): void {
    for (const problem of notJson(value, path)) refuse(problem.path, problem.message, problem.hint)
  }

  /** A condition or a map, whose `from` may be a reference. */
  private toSource<Source extends Condition | ForEach>(
    given: { from: unknown; path?: string },
    path: string,
    refuse: Refuse,
  ): Source {
    const { from, ...rest } = given
    this.refuseForeign(rest, path, refuse)
    if (typeof from === 'string') return said(given) as Source
    const found = typeof from === 'object' && from !== null ? referenceOf(from, this) : undefined
    if (found?.foreign) refuse(`${path}.from`, `${preview(found.written)} refers into another plan`, FOREIGN_HINT)
    if (!found?.source) {
      const what = found
        ? preview(found.written)
        : from instanceof AddedSubtask
          ? `the subtask ${preview(from.id)}`
          : preview(from)
      refuse(`${path}.from`, `${what} is no output`, 'hand over node.output, p.inputs or a part of them, or an id')
    }
    return { from: '', ...said(rest), ...found?.source } as Source
  }

  private toPolicy(policy: PolicyOption, path: string, refuse: Refuse): FailurePolicy {
    if (typeof policy === 'string') return policy
    return { fallback: this.toAgent(policy.fallback, `${path}.fallback`, refuse) }
  }

  /** A copy in which every reference is written out; what is no JSON stays, for `notJson` to name it. */
  private toData(value: unknown, path: string, refuse: Refuse, within: readonly unknown[] = []): unknown {
    if (typeof value !== 'object' || value === null) return value
    const found = referenceOf(value, this)
    if (found) {
      if (found.foreign) refuse(path, `${preview(found.written)} refers into another plan`, FOREIGN_HINT)
      return found.written
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

/** Without what was left open. */
function said<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options
}
