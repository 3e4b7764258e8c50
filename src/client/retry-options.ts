// HOST. What may be said of a retry, and what it comes to.
import type { TeamManifest } from '../contract/agent'
import type { ChangeInput } from '../contract/changes'
import type { EffectName } from '../contract/effects'
import type { JsonValue } from '../contract/json'
import type { RunSpec } from '../contract/messages'
import type { Run } from './run'

export interface RetryOptions {
  /**
   * This subtask runs again, and all that depends on it. Of an open run: the held subtask that is meant; all that are held
   * unless given.
   */
  from?: string
  /** Another payload for `from`. */
  payload?: unknown
  /** Another agent for `from`. */
  agent?: string
  /** What became of effects of which nobody knows, since their execution died or threw: they were done, or they were not. */
  assume?: 'done' | 'not-done'
  /** Another plan than the run's own: of the results, those are taken over whose input hash is the same. */
  plan?: unknown
  /** Another team than the run's own: where an agent's version differs, its subtasks run again. */
  team?: TeamManifest
  /** The new run's id; `<plan>-<4 characters>` unless given. */
  id?: string
  /** Who says it; the login name unless given. */
  by?: string
  /** The file that `plan` came from. */
  planFile?: string
}

/** What is to be other than it was, in the words of a change to a plan; undefined if nothing is. */
export function changeOf({ payload, agent }: RetryOptions): Pick<ChangeInput, 'payload' | 'agentType'> | undefined {
  if (payload === undefined && agent === undefined) return undefined
  return {
    ...(payload === undefined ? {} : { payload: payload as JsonValue }),
    ...(agent === undefined ? {} : { agentType: agent }),
  }
}

/** A subtask that runs again, or for the first time. */
export interface RetriedSubtask {
  id: string
  agent: string
  /** As a clause: `it failed`. */
  because: string
  /** Attempts in the old run; 0 if it was never executed there. */
  attempts: number
  /** What those did beyond returning an output: names of recorded steps and tools, with how often each. */
  effects: { kind: 'step' | 'tool'; name: string; times: number }[]
}

export interface RetryListing {
  /** The run that is repeated. */
  runId: string
  /** The run is open and holds what is retried: it goes on. Else a new run is started. */
  inPlace: boolean
  again: RetriedSubtask[]
  /** Effects of those that run again, which were done and are not done again. */
  done: EffectName[]
  /** Effects of those of which a person says that they were not done, though nobody knows: they are done again. */
  notDone: EffectName[]
  /** Ids of subtasks whose results are taken over. */
  reused: string[]
  /** Ids of subtasks that another plan does not have: what they left is not taken over. */
  dropped: string[]
  /** What a new run is started with: whose agents are to be served. */
  spec?: RunSpec
}

/** A retry that was looked at, and has not begun. */
export interface PlannedRetry extends RetryListing {
  /**
   * Begins it, and returns the run: the same one in place, else the new one.
   *
   * @throws TroupeError `RunAlreadyExists`, `NoWorker` (in place), `DecisionRefused` if it is held no longer
   */
  begin(): Promise<Run>
}

export interface Retried extends RetryListing {
  run: Run
}
