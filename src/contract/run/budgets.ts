// PURE. The budgets of a run as they stand: what each execution counts against, and what becomes of what is held for one when
// somebody raises it.
import {
  BUDGET_KEYS,
  defaultBudget,
  isLimit,
  MAX_USD,
  type Budget,
  type BudgetLevel,
  type BudgetOwner,
  type RaiseBudgetInput,
  type RunBudget,
} from '../budget'
import { isObject, preview } from '../json'
import { choicesHint } from '../nearest'
import { budgetText, budgetValue, ownerText } from './budget-texts'
import type { Refusal } from './refusal'
import { restart } from './restart'
import type { Subtasks } from './subtasks'
import { runEvent } from './transition-events'

const LIMITS_HINT = `usd is above 0 and at most ${MAX_USD}; tokens, calls and wallMs are whole numbers above 0`
/** Subtasks and agents that a refusal names. */
const NAMED = 10

/** What a run takes along when it continues as new. */
export interface CarriedBudgets {
  raises: number
  run?: Budget
  agents: [name: string, budget: Budget][]
  subtasks: [id: string, budget: Budget][]
  /** When agents began whose wall time is limited, ISO. */
  since?: [name: string, at: string][]
}

export class Budgets {
  /** How often somebody has raised one. */
  private raises = 0
  private run: Budget | undefined
  private readonly agents = new Map<string, Budget>()
  private readonly subtasksRaised = new Map<string, Budget>()
  /** Of executions that are in flight: how often budgets had been raised when they began. */
  private readonly beganAt = new Map<number, number>()
  /** When the first subtask of an agent began, ISO; of agents whose wall time is limited. */
  private readonly agentsSince = new Map<string, string>()

  constructor(
    private readonly subtasks: Subtasks,
    private readonly planned: RunBudget | undefined,
  ) {}

  /** As an answer tells it; undefined where nobody has said anything. */
  get told(): RunBudget | undefined {
    if (!this.planned && !this.run) return undefined
    const agents = { ...this.planned?.agents, ...Object.fromEntries(this.agents) }
    return {
      ...this.ofRun(),
      ...(Object.keys(agents).length > 0 ? { agents } : {}),
      ...(this.planned?.onBudget ? { onBudget: this.planned.onBudget } : {}),
    }
  }

  /** An execution is handed to its agent. */
  began(place: number): void {
    this.beganAt.set(place, this.raises)
    const { agent } = this.subtasks.at(place).row
    // Not when the subtask began: another agent may have had it before
    if (this.ofAgent(agent)?.wallMs !== undefined && !this.agentsSince.has(agent))
      this.agentsSince.set(agent, this.subtasks.isoNow())
  }

  /** What it counts against; undefined if that is the default alone. The run began at `startedAt`, ISO. */
  levelsOf(place: number, startedAt: string): BudgetLevel[] | undefined {
    const { agent } = this.subtasks.at(place).row
    const limited = this.ofAgent(agent)
    const { run, assumed } = this.ofRun()
    const below = [
      ...(limited ? [level({ level: 'agent', name: agent }, limited, this.agentsSince.get(agent))] : []),
      ...this.above(place),
    ]
    if (assumed && below.length === 0) return undefined
    return [{ ...level({ level: 'run' }, run, startedAt), ...(assumed ? { assumed } : {}) }, ...below]
  }

  /** Whether a budget was raised since the execution began that has just ended: what it met may hold no more. */
  raisedSince(place: number): boolean {
    return (this.beganAt.get(place) ?? this.raises) < this.raises
  }

  /** The run began at `startedAt`, ISO; where that is not known, it is not looked at. */
  problem(input: RaiseBudgetInput, startedAt?: string): Refusal | undefined {
    const { agent, taskId, budget } = input
    const refuse = (message: string, hint?: string): Refusal => ({ code: 'ChangeRefused', message, hint })
    if (agent !== undefined && taskId !== undefined)
      return refuse('one budget is raised at a time: of an agent, or of a subtask')
    if (agent !== undefined && typeof agent !== 'string') return refuse(`"agent" is a name, this is ${preview(agent)}`)
    if (!isObject(budget) || BUDGET_KEYS.every((key) => budget[key] === undefined))
      return refuse(`a budget limits at least one of ${BUDGET_KEYS.join(', ')}`)
    const owner = ownerOf(input)
    const now = this.limitsOf(owner)
    if (!now) return refuse(`${ownerText(owner)} has no budget`, this.ownersHint(owner))
    for (const [key, value] of Object.entries(budget)) {
      const known = BUDGET_KEYS.find((one) => one === key)
      if (!known)
        return refuse(`${preview(key)} is nothing that a budget limits`, `it limits: ${BUDGET_KEYS.join(', ')}`)
      if (!isLimit(known, value)) return refuse(`${preview(value)} is no value for ${key}`, LIMITS_HINT)
      const before = now[known]
      if (before === undefined)
        return refuse(`the ${key} of ${ownerText(owner)} are not limited`, `its budget: ${budgetText(now)}`)
      if (value <= before)
        return refuse(
          `${ownerText(owner)} may already use ${budgetValue(known, before)}`,
          'a budget can only be raised',
        )
      const taken = known === 'wallMs' ? this.taken(owner, startedAt) : 0
      if (value <= taken)
        return refuse(
          `${ownerText(owner)} has taken ${budgetValue(known, taken)} by now`,
          'its time goes on while it is held: it needs more than that',
        )
    }
    return undefined
  }

  /** An input that has no problem. What is held because a budget was used up goes on, with what it has done so far. */
  raise({ by, budget, ...of }: RaiseBudgetInput): void {
    const owner = ownerOf(of)
    const limits = { ...this.limitsOf(owner), ...budget }
    if (owner.level === 'run') this.run = limits
    else (owner.level === 'agent' ? this.agents : this.subtasksRaised).set(owner.name, limits)
    this.raises++
    const { surroundings, rows } = this.subtasks
    const named = owner.level === 'run' ? {} : { [owner.level]: owner.name }
    surroundings.emit(runEvent('budget.raised', { by, budget: { ...limits }, ...named }, this.raises))
    for (const [place, row] of rows.entries())
      if (row.state === 'held' && row.error?.code === 'BudgetExceeded' && !this.isLate(place))
        restart(this.subtasks, place)
  }

  carry(): CarriedBudgets | undefined {
    const { raises, run, agents, subtasksRaised, agentsSince } = this
    if (raises === 0 && agentsSince.size === 0) return undefined
    const since = agentsSince.size > 0 ? { since: [...agentsSince] } : {}
    return { raises, ...(run ? { run } : {}), agents: [...agents], subtasks: [...subtasksRaised], ...since }
  }

  restore({ raises, run, agents, subtasks, since = [] }: CarriedBudgets): void {
    this.raises = raises
    this.run = run
    for (const [name, budget] of agents) this.agents.set(name, budget)
    for (const [id, budget] of subtasks) this.subtasksRaised.set(id, budget)
    for (const [name, at] of since) this.agentsSince.set(name, at)
  }

  /** Whoever holds it first gives it a later deadline: to start it would end it. */
  private isLate(place: number): boolean {
    const { deadline } = this.subtasks.nodes[place]!.graph
    return deadline !== undefined && Date.parse(deadline) <= this.subtasks.surroundings.now()
  }

  private ofRun(): Pick<RunBudget, 'run' | 'assumed'> {
    if (this.run) return { run: this.run }
    return this.planned ?? defaultBudget(undefined)
  }

  private ofAgent(name: string): Budget | undefined {
    const { agents = {} } = this.planned ?? {}
    return this.agents.get(name) ?? (Object.hasOwn(agents, name) ? agents[name] : undefined)
  }

  private ofSubtask(place: number): Budget | undefined {
    const { row, node } = this.subtasks.at(place)
    return this.subtasksRaised.get(row.id) ?? node.graph.budget
  }

  /** Its own budget, and those of all that it comes from. */
  private above(place: number): BudgetLevel[] {
    const levels: BudgetLevel[] = []
    for (let at: number | undefined = place; at !== undefined; at = this.subtasks.rows[at]!.parent) {
      const limits = this.ofSubtask(at)
      if (limits) levels.push(level({ level: 'subtask', name: this.subtasks.rows[at]!.id }, limits, this.sinceOf(at)))
    }
    return levels
  }

  /** From when on its wall time counts: as if it had begun later by the time in which people were asked about its tools. */
  private sinceOf(place: number): string | undefined {
    const { row, node } = this.subtasks.at(place)
    const { startedAt } = row
    return startedAt === undefined || !node.waitedMs
      ? startedAt
      : new Date(Date.parse(startedAt) + node.waitedMs).toISOString()
  }

  /** Milliseconds since it began; 0 where that is not known, or it has not. */
  private taken(owner: BudgetOwner, startedAt: string | undefined): number {
    const since =
      owner.level === 'run'
        ? startedAt
        : owner.level === 'agent'
          ? this.agentsSince.get(owner.name)
          : this.sinceOf(this.subtasks.placeOf(owner.name)!)
    return since === undefined ? 0 : Math.max(0, this.subtasks.surroundings.now() - Date.parse(since))
  }

  private limitsOf(owner: BudgetOwner): Budget | undefined {
    if (owner.level === 'run') return this.ofRun().run
    if (owner.level === 'agent') return this.ofAgent(owner.name)
    const place = this.subtasks.placeOf(owner.name)
    return place === undefined ? undefined : this.ofSubtask(place)
  }

  private ownersHint(owner: BudgetOwner): string | undefined {
    if (owner.level === 'run') return undefined
    const { agents = {} } = this.planned ?? {}
    const limited = this.subtasks.nodes.flatMap(({ graph }) => (graph.budget ? graph.id : []))
    const known = owner.level === 'agent' ? Object.keys(agents) : limited.slice(0, NAMED)
    return known.length === 0
      ? `no ${owner.level} has one`
      : choicesHint(owner.name, known, `${owner.level}s that have one`)
  }
}

function ownerOf({ agent, taskId }: Pick<RaiseBudgetInput, 'agent' | 'taskId'>): BudgetOwner {
  if (agent !== undefined) return { level: 'agent', name: agent }
  return taskId === undefined ? { level: 'run' } : { level: 'subtask', name: taskId }
}

function level(owner: BudgetOwner, limits: Budget, since: string | undefined): BudgetLevel {
  return { ...owner, limits, ...(limits.wallMs === undefined || since === undefined ? {} : { since }) }
}
