// WORKFLOW. A team's control: which of its agents are paused, over all its runs. New runs ask it, open ones are told. It is
// started with the first pause, and ends when nothing is paused and everybody knows.
import {
  ActivityCancellationType,
  allHandlersFinished,
  CancellationScope,
  condition,
  defineUpdate,
  isCancellation,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  upsertMemo,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow'
import {
  agentPauseProblem,
  fitsAnswer,
  nothingPaused,
  withoutPause,
  withPause,
  type PausedAgentsAnswer,
  type ResumeAgentInput,
  type SpreadPausesInput,
  type SpreadPausesResult,
} from '../src/contract/control'
import { PAUSE_AGENT_UPDATE, PAUSED_MEMO, RESUME_AGENT_UPDATE } from '../src/contract/names'
import type { PauseAgentInput, PausedAgents } from '../src/contract/people'
import { refuse } from './refusals'

export const pauseAgentUpdate = defineUpdate<PausedAgentsAnswer, [PauseAgentInput]>(PAUSE_AGENT_UPDATE)
export const resumeAgentUpdate = defineUpdate<PausedAgentsAnswer, [ResumeAgentInput]>(RESUME_AGENT_UPDATE)

/**
 * When runs are told, in milliseconds from a change. A run that asked before the change is told after it, as soon as the
 * server lists it: that takes below a second, and some seconds on a server under load.
 */
const ROUNDS_MS = [0, 2_000, 10_000]
/** Rounds after the first are for runs that are listed late, or as new again: a minute before the change is early enough. */
const YOUNG_MS = 70_000
/** Whoever paused waits so long until open runs know of it: a hundred are told in a second. */
const ANSWER_MS = 3_000
/** For the message with which it was started, before it ends for want of one: a refused one leaves nothing behind. */
const FIRST_MESSAGE_MS = 10_000
/** A thousand runs take some seconds, each of them heartbeats. Tried for ever: a pause that holds for some runs is none. */
const SPREAD_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '5m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
}

const { spreadPauses } = proxyActivities<{ spreadPauses(input: SpreadPausesInput): Promise<SpreadPausesResult> }>(
  SPREAD_OPTIONS,
)

/** What it takes along when it continues as new. */
interface Carried {
  paused: PausedAgents
  /** Times at which open runs are still to be told. */
  rounds: number[]
  /** Since the newest change all that were listed have been told. */
  toldAll: boolean
}

export async function control(team: string, carried?: Carried): Promise<PausedAgents> {
  let { paused, rounds, toldAll } = carried ?? { paused: nothingPaused(team), rounds: [], toldAll: true }
  let known: { version: number; told: number } | undefined
  let ending = false
  let stopTelling = (): void => undefined

  setHandler(pauseAgentUpdate, (input) => change(withPause(paused, input, Date.now())), {
    validator(input) {
      check(team, input)
      if (!fitsAnswer(withPause(paused, input, Date.now())))
        refuseInput('there is no room for another pause of this team')
    },
  })
  setHandler(resumeAgentUpdate, (input) => change(withoutPause(paused, input, Date.now())), {
    validator: (input) => check(team, input),
  })

  if (!carried) await condition(() => paused.version > 0, FIRST_MESSAGE_MS)
  for (;;) {
    if (workflowInfo().continueAsNewSuggested) {
      ending = true
      await condition(allHandlersFinished)
      await makeContinueAsNewFunc<typeof control>({ memo: { [PAUSED_MEMO]: paused } })(team, {
        paused,
        rounds,
        toldAll,
      })
    }
    const current = rounds
    const changed = (): boolean => rounds !== current
    const [next] = current
    if (next !== undefined) {
      const wait = next - Date.now()
      if (wait <= 0 || !(await condition(changed, wait))) await tell(next)
    } else if (Object.keys(paused.agents).length > 0) {
      await condition(changed)
    } else {
      await condition(allHandlersFinished)
      if (!changed()) return paused
    }
  }

  async function change(state: PausedAgents): Promise<PausedAgentsAnswer> {
    paused = state
    upsertMemo({ [PAUSED_MEMO]: state }) // before anybody is told: a run that begins meanwhile finds it
    rounds = ROUNDS_MS.map((wait) => Date.now() + wait)
    toldAll = false
    stopTelling()
    const isKnown = (): boolean => known !== undefined && known.version >= state.version
    await condition(() => isKnown() || ending, ANSWER_MS)
    return { ...state, ...(isKnown() ? { told: known!.told } : {}) }
  }

  /** One round; a change ends it, since what it tells is old then. */
  async function tell(round: number): Promise<void> {
    const current = rounds
    const { version } = paused
    const input = { paused, ...(toldAll ? { startedAfter: new Date(round - YOUNG_MS).toISOString() } : {}) }
    const scope = new CancellationScope()
    stopTelling = () => scope.cancel()
    try {
      const { told } = await scope.run(() => spreadPauses(input))
      if (!toldAll) known = { version, told }
      if (rounds !== current) return
      toldAll = true
      rounds = current.slice(1)
    } catch (error) {
      if (rounds === current || !isCancellation(error)) throw error
    }
  }
}

function check(team: string, input: unknown): void {
  const problem = agentPauseProblem(input)
  if (problem !== undefined) refuseInput(problem)
  const named = (input as PauseAgentInput).team
  if (named !== team) refuseInput(`this is the control of the team "${team}", not of "${named}"`)
}

function refuseInput(message: string): never {
  refuse({ code: 'InvalidInput', message })
}
