// PURE. The pauses of a team's agents: what its control workflow takes, how its state follows, and what it tells open runs.
import { isObject, jsonBytes, preview } from './json'
import { ANSWER_BYTES, MAX_PAUSED_AGENTS } from './limits'
import type { PauseAgentInput, PausedAgents } from './people'
import type { Pause } from './run'

/** Names of agents and teams. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/
/** Characters of `by`: a person's name and machine. */
const MAX_BY_LENGTH = 256
/** Characters of a reason: it stands in every status of every run of the team. */
const MAX_REASON_LENGTH = 1_000
/** Characters of an ISO time. */
const MAX_TIME_LENGTH = 32
/** Ends of pauses that are told: a run that is told now missed no more than a few. */
const RESUMED_TOLD = 10

export type ResumeAgentInput = Omit<PauseAgentInput, 'reason'>

/** What the updates of a control workflow answer. */
export interface PausedAgentsAnswer extends PausedAgents {
  /** Open runs that were told; absent where that takes longer than whoever asked is kept waiting. It goes on until it succeeds. */
  told?: number
}

export interface SpreadPausesInput {
  paused: PausedAgents
  /** Only runs that started at or after this time, ISO: all others have been told. */
  startedAfter?: string
}

export interface SpreadPausesResult {
  /** Open runs that were told. */
  told: number
}

/** What is wrong with an input of `pauseAgent` or `resumeAgent`, whatever it is. */
export function agentPauseProblem(input: unknown): string | undefined {
  const { team, agent, by, reason } = (input ?? {}) as Record<keyof PauseAgentInput, unknown>
  if (!isName(team)) return `${preview(team, 80)} is no name of a team`
  if (!isName(agent)) return `${preview(agent, 80)} is no name of an agent`
  if (!isText(by, MAX_BY_LENGTH)) return `by is to say who it is, in 1 to ${MAX_BY_LENGTH} characters`
  if (reason !== undefined && !isText(reason, MAX_REASON_LENGTH))
    return `a reason has 1 to ${MAX_REASON_LENGTH} characters`
  return undefined
}

/** Whether a signal holds the pauses of a team: anybody can send one, and a run must neither stumble over it nor swell. */
export function isPausedAgents(told: unknown): told is PausedAgents {
  if (!isObject(told) || !isName(told.team) || typeof told.version !== 'number') return false
  const { agents, resumed = {} } = told
  return isByAgent(agents, isPause) && isByAgent(resumed, ({ by }) => isShort(by, MAX_BY_LENGTH))
}

function isByAgent(told: unknown, isWhole: (entry: Record<string, unknown>) => boolean): boolean {
  if (!isObject(told)) return false
  const entries = Object.entries(told)
  return (
    entries.length <= MAX_PAUSED_AGENTS &&
    entries.every(([agent, entry]) => isName(agent) && isObject(entry) && isWhole(entry))
  )
}

function isPause({ by, at, reason }: Record<string, unknown>): boolean {
  return (
    isShort(by, MAX_BY_LENGTH) &&
    isShort(at, MAX_TIME_LENGTH) &&
    (reason === undefined || isShort(reason, MAX_REASON_LENGTH))
  )
}

function isShort(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length <= length
}

/** Whether a team, or an agent, may be called that. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value)
}

function isText(value: unknown, length: number): value is string {
  return isShort(value, length) && value.trim() !== ''
}

export function nothingPaused(team: string): PausedAgents {
  return { team, version: 0, agents: {} }
}

/** The state with one more agent paused; a pause that it had is replaced. */
export function withPause(state: PausedAgents, { agent, by, reason }: PauseAgentInput, now: number): PausedAgents {
  const pause: Pause = { by, at: new Date(now).toISOString(), ...(reason === undefined ? {} : { reason }) }
  const { [agent]: _, ...resumed } = state.resumed ?? {}
  return { ...nextVersion(state, now), agents: { ...state.agents, [agent]: pause }, resumed }
}

/** The state without the pause of an agent: a new version also if there was none, for runs that know of one. */
export function withoutPause(state: PausedAgents, { agent, by }: ResumeAgentInput, now: number): PausedAgents {
  const { [agent]: _, ...agents } = state.agents
  const { [agent]: __, ...before } = state.resumed ?? {}
  const newest = Object.entries(before).slice(1 - RESUMED_TOLD)
  return { ...nextVersion(state, now), agents, resumed: { ...Object.fromEntries(newest), [agent]: { by } } }
}

/** Whether a memo, a signal and each status have room for it. */
export function fitsAnswer(state: PausedAgents): boolean {
  return Object.keys(state.agents).length <= MAX_PAUSED_AGENTS && jsonBytes(state) <= ANSWER_BYTES / 2
}

/** Rises also over several lives of the control workflow: it ends when nothing is paused, and forgets. */
function nextVersion({ team, version }: PausedAgents, now: number): Pick<PausedAgents, 'team' | 'version'> {
  return { team, version: Math.max(version + 1, now) }
}
