// PURE. One agent or a team, from a plan and a directory that were measured: the numbers, the rule's advice, and how many slots.
import { graphShape, sideBySide } from '../contract/graph-shape'
import { oneOrTeam, type Advised } from '../contract/one-or-team'

export interface PlanToMeasure {
  name: string
  subtasks: readonly MeasuredSubtask[]
}

export interface MeasuredSubtask {
  id: string
  dependsOn: readonly number[]
  estimateMs?: number
  agent: string
  /** Slots of one worker process for its agent; none where a person does it. */
  maxConcurrency?: number
  /** Of its payload. */
  tokens: number
  /** One for each element of a list, which only the run knows. */
  isMap?: boolean
}

export interface MeasuredPlan {
  name: string
  subtasks: number
  dependencies: number
  /** How many subtasks say how long they take. */
  estimated: number
  /** The most that can run at a time. */
  width: number
  /** One after the other, and on the longest path: in milliseconds, or in subtasks where none says how long it takes. */
  work: number
  criticalPath: number
  unit: 'ms' | 'subtasks'
  /** Ids of the longest path. */
  path: string[]
  /** Of all payloads, and of the largest. */
  tokens: number
  largest?: { id: string; tokens: number }
}

export interface MeasuredDirectory {
  directory: string
  files: number
  tokens: number
  /** Some files were too large to be counted. */
  estimated?: true
  leftOut: Record<string, number>
}

export interface AgentSlots {
  agent: string
  /** How many of its subtasks run at a time with that many slots in all. */
  slots: number
  /** Worker processes that have as many. */
  processes: number
}

export interface MeasuredAdvice extends Advised {
  /** Subtasks at a time; 1 for one agent. */
  slots: number
  agents: AgentSlots[]
  plan?: MeasuredPlan
  directory?: MeasuredDirectory
  notes: string[]
}

export function measuredAdvice(plan: PlanToMeasure | undefined, directory?: MeasuredDirectory): MeasuredAdvice {
  const shape = plan && graphShape(plan.subtasks)
  const payloads = plan?.subtasks.reduce((sum, { tokens }) => sum + tokens, 0) ?? 0
  const advised = oneOrTeam({ tokens: payloads + (directory?.tokens ?? 0), ...(shape ? { shape } : {}) })
  const isTeam = advised.advice === 'team'
  return {
    ...advised,
    slots: isTeam ? Math.max(shape?.slots ?? 1, 1) : 1,
    agents: plan && shape && isTeam ? agentSlots(plan, shape.spans) : [],
    ...(plan && shape ? { plan: measured(plan, shape, payloads) } : {}),
    ...(directory ? { directory } : {}),
    notes: plan && shape ? notesOn(plan, shape.estimated) : [],
  }
}

function measured(plan: PlanToMeasure, shape: ReturnType<typeof graphShape>, tokens: number): MeasuredPlan {
  const { subtasks } = plan
  const largest = subtasks.reduce<MeasuredSubtask | undefined>(
    (most, one) => (most === undefined || one.tokens > most.tokens ? one : most),
    undefined,
  )
  return {
    name: plan.name,
    subtasks: subtasks.length,
    dependencies: subtasks.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0),
    ...{ estimated: shape.estimated, width: shape.width },
    ...{ work: shape.work, criticalPath: shape.criticalPath, unit: shape.estimated > 0 ? 'ms' : 'subtasks' },
    path: shape.path.map((place) => subtasks[place]!.id),
    tokens,
    ...(largest ? { largest: { id: largest.id, tokens: largest.tokens } } : {}),
  }
}

function agentSlots({ subtasks }: PlanToMeasure, spans: ReturnType<typeof graphShape>['spans']): AgentSlots[] {
  const agents = [...new Set(subtasks.map(({ agent }) => agent))].sort()
  return agents.flatMap((agent) => {
    const places = subtasks.flatMap((one, place) => (one.agent === agent ? [place] : []))
    const { maxConcurrency } = subtasks[places[0]!]!
    if (maxConcurrency === undefined) return []
    const slots = sideBySide(places.map((place) => spans[place]!))
    return [{ agent, slots, processes: Math.ceil(slots / maxConcurrency) }]
  })
}

function notesOn({ subtasks }: PlanToMeasure, estimated: number): string[] {
  const maps = subtasks.filter(({ isMap }) => isMap === true).map(({ id }) => `"${id}"`)
  const some = estimated > 0 && estimated < subtasks.length
  return [
    ...(estimated === 0 ? ['no subtask has an estimateMs: each counts as one'] : []),
    ...(some ? [`${subtasks.length - estimated} subtasks without estimateMs count as the mean of the others`] : []),
    ...(maps.length > 0
      ? [`forEach counts as one, since its elements are known only in the run: ${maps.join(', ')}`]
      : []),
  ]
}
