// PURE. What events start: a plan's reactions, and those of agents that say `on`.
import type { Problem } from '../errors'
import { isObject, preview, type JsonObject } from '../json'
import { MAX_REACTIONS } from '../limits'
import type { CheckedReaction, ReactionRule } from '../messages'
import { INPUTS_ID } from '../names'
import type { FailurePolicy } from '../plan'
import { findReferences } from '../references'
import type { AgentIndex } from './agent-index'
import { referenceProblems, standInProblems } from './check-references'
import { checkTask, taskNode } from './check-task'
import { joinPath } from './path'
import { MAX_REACTION_ID_LENGTH, reactionKeys, reactionSchema } from './subtask-schema'
import { zodProblems } from './zod-problems'

export interface ReactionsContext {
  index: AgentIndex
  /** The inputs, where they are known. */
  inputs?: unknown
  /** The plan's policy, for what says nothing. */
  onFailure?: FailurePolicy
  /** The list of subtasks as it came: what reactions start must not have their ids. */
  subtasks: readonly unknown[]
}

export interface CheckedReactions {
  /** The plan's own, and then those of agents. */
  reactions: CheckedReaction[]
  rules: ReactionRule[]
  /** How many of them are the plan's. */
  own: number
}

/** Reactions with all defaults, and what the orchestrator has to know of them; or all that is wrong. */
export function checkReactions(
  list: readonly unknown[],
  context: ReactionsContext,
): { checked?: CheckedReactions; problems: Problem[] } {
  const { index, onFailure } = context
  const parsed = list.slice(0, MAX_REACTIONS).map((element, place) => parseReaction(element, place, context))
  const problems = parsed.flatMap((one) => one.problems)
  const places = new Map<string, number>()
  for (const [place, { id }] of parsed.entries()) {
    const earlier = id === undefined ? undefined : places.get(id)
    if (id === undefined) continue
    if (earlier === undefined) places.set(id, place)
    else
      problems.push({
        path: `reactions[${place}].id`,
        message: `duplicate id ${preview(id)}: reactions[${earlier}] has it already`,
        hint: 'give one of them an "id" of its own',
      })
  }
  const ofAgents = agentReactions(index, new Set(places.keys()))
  problems.push(...takenIds(context.subtasks, new Set([...places.keys(), ...ofAgents.map(({ id }) => id)])))
  const reactions = [...parsed.flatMap(({ reaction }) => reaction ?? []), ...ofAgents]
  const count = list.length + ofAgents.length
  if (count > MAX_REACTIONS)
    problems.push({
      path: 'reactions',
      message: `${count} reactions, those of agents ("on") included; a run has at most ${MAX_REACTIONS}`,
    })
  if (problems.length > 0) return { problems }
  const rules = reactions.map((reaction): ReactionRule => {
    const { id, on, where, run } = reaction
    const { agents } = index.candidates(run, '')
    return { id, on, ...(where ? { where } : {}), node: taskNode(run, agents, index, onFailure) }
  })
  return { checked: { reactions, rules, own: parsed.length }, problems: [] }
}

/** The problem of a subtask whose id belongs to a reaction, by the ids of all of them: what it starts is called `<id>-<n>`. */
export function takenIdProblem(id: string, reactions: ReadonlySet<string>, path: string): Problem | undefined {
  const started = reactions.has(id) ? id : /^(.*)-[1-9]\d*$/s.exec(id)?.[1]
  if (started === undefined || !reactions.has(started)) return undefined
  const message = `the id ${preview(id)} belongs to the reaction ${preview(started)}: what it starts is called ${preview(`${started}-<n>`)}`
  return { path, subtask: id, message, hint: 'give the subtask or the reaction another id' }
}

function takenIds(subtasks: readonly unknown[], reactions: ReadonlySet<string>): Problem[] {
  if (reactions.size === 0) return []
  return subtasks.flatMap((element, place) => {
    if (!isObject(element) || typeof element.id !== 'string') return []
    return takenIdProblem(element.id, reactions, `subtasks[${place}].id`) ?? []
  })
}

interface ParsedReaction {
  id?: string
  reaction?: CheckedReaction
  problems: Problem[]
}

function parseReaction(element: unknown, place: number, { index, inputs }: ReactionsContext): ParsedReaction {
  const path = `reactions[${place}]`
  const loose: Record<string, unknown> = isObject(element) ? element : {}
  const run: Record<string, unknown> = isObject(loose.run) ? loose.run : {}
  const payload = run.payload === undefined ? { $event: '' } : run.payload
  const parsed = reactionSchema.safeParse(element)
  const problems = parsed.success ? [] : zodProblems(parsed.error, element, path, reactionKeys)
  const task = checkTask({ ...run, payload }, `${path}.run`, index)
  if (isObject(loose.run)) problems.push(...task.problems)
  if (run.payload === undefined && task.agents.some((agent) => index.agents[agent]!.person))
    problems.push({
      path: `${path}.run`,
      message: 'no payload: an event alone is no question to a person',
      hint: 'for example {"prompt": "Is this right?", "details": {"$event": ""}}',
    })
  problems.push(
    ...referencesOutside(payload, `${path}.run.payload`, inputs),
    ...standInProblems(payload, '$element', `${path}.run.payload`, false),
    ...standInProblems(payload, '$event', `${path}.run.payload`, true),
  )
  const id = typeof loose.id === 'string' ? loose.id : typeof loose.on === 'string' ? defaultId(loose.on) : undefined
  if (!parsed.success || problems.length > 0) return { ...(id === undefined ? {} : { id }), problems }
  const { on, where } = parsed.data
  const type = parsed.data.run.type ?? index.agents[task.agents[0]!]!.name
  const priority = parsed.data.run.priority ?? 'normal'
  const reaction = { id: id!, on, ...(where ? { where } : {}), run: { ...parsed.data.run, type, payload, priority } }
  return { id: id!, reaction, problems: [] }
}

/** An event comes at any time: the inputs are all that is there for sure. */
function referencesOutside(payload: unknown, path: string, inputs: unknown): Problem[] {
  const scope = {
    places: new Map<string, number>(),
    ...(inputs === undefined ? {} : { inputs }),
    outputSchema: (): JsonObject | undefined => undefined,
    hint: () => 'a reaction may refer to the inputs only; what happened is in "$event"',
  }
  return findReferences(payload).flatMap(({ reference, at }) => {
    const place = joinPath(path, at)
    const { $from } = reference
    if (typeof $from !== 'string' || $from === INPUTS_ID) return referenceProblems(reference, place, scope)
    const message = `a reaction cannot refer to the subtask ${preview($from)}`
    return [{ path: `${place}.$from`, message, hint: scope.hint() }]
  })
}

function defaultId(on: string): string {
  return `on-${on.replace(/[^\p{L}\p{N}]/gu, '-')}`.slice(0, MAX_REACTION_ID_LENGTH)
}

/** Each event type that an agent names starts a task of its own name, with the event as payload. */
function agentReactions(index: AgentIndex, taken: Set<string>): CheckedReaction[] {
  return index.agents.flatMap(({ name, on = [] }) =>
    on.map((type): CheckedReaction => {
      const id = freeId(`${name}-${defaultId(type)}`, taken)
      taken.add(id)
      return { id, on: type, run: { agentType: name, type: name, payload: { $event: '' }, priority: 'normal' } }
    }),
  )
}

/** Two types may read alike without their dots. */
function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted.slice(0, MAX_REACTION_ID_LENGTH)
  for (let number = 2; taken.has(id); number++) {
    const ending = `.${number}`
    id = wanted.slice(0, MAX_REACTION_ID_LENGTH - ending.length) + ending
  }
  return id
}
