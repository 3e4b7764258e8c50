// One defined plan on a real server: people do as it says, and at one moment, told by an event, somebody takes a hand in it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentEvent, Run, RunOutcome } from 'troupe'
import { personOf, REPLACED, type Ending } from '../../contract/support/expected-outcomes'
import type { Picks } from '../../contract/support/picks'
import type { DefinedPlan, Definition } from '../../contract/support/defined-plan'
import { payloadOf, realSubtask } from './real-plan'

export type Hand = 'none' | 'pause' | 'add' | 'change' | 'cancel one' | 'cancel'

export interface Case {
  /** Tells it from the others of its process. */
  name: string
  plan: DefinedPlan
  spare: Definition
  hand: Hand
  /** A subtask may fail fast. */
  sudden: boolean
  picks: Picks
}

/** What came of it. */
export interface Played {
  outcome: RunOutcome
  events: AgentEvent[]
  endings: Map<string, Ending>
  added: { id: string; definition: Definition; dependsOn: string[] }[]
  /** Subtasks that somebody took a hand in. */
  touched: Set<string>
}

/** What people say may come when the run has closed, or is closing: then it is too late. */
const LATE = ['RunNotFound', 'DecisionRefused', 'ChangeRefused', 'SubtaskNotFound', 'NoWorker']

export async function playReal(run: Run, { name, plan, spare, hand, sudden, picks }: Case): Promise<Played> {
  const events: AgentEvent[] = []
  const added: Played['added'] = []
  const touched = new Set<string>()
  const held = new Map<string, number>()
  /** Whoever is asked may hear that it is too late. */
  const mayBeLate = sudden || hand === 'cancel' || hand === 'cancel one'
  const moment = 1 + picks.below(12)
  for await (const event of run.events()) {
    events.push(event)
    if (event.type === 'person.asked') await inTime(answer(event), mayBeLate)
    if (event.type === 'subtask.held') await inTime(resolve(subtaskOf(event)), mayBeLate)
    if (events.length === moment) await inTime(takeAHand(), true)
  }
  const outcome = await run.outcome()
  return { outcome, events, endings: endingsOf(outcome), added, touched }

  async function answer(event: AgentEvent): Promise<void> {
    const id = subtaskOf(event)
    const { tool, approvalId = '' } = event.payload as { tool?: string; approvalId?: string }
    // It goes on either way
    if (tool !== undefined)
      return void (await (picks.chance(0.5) ? run.approve(id, { approvalId }) : run.reject(id, { approvalId })))
    const { reply } = personOf(definitionOf(plan, added, id))
    if (reply === 'nothing') return
    await (reply === 'approve' ? run.approve(id) : run.reject(id))
  }

  async function resolve(id: string): Promise<void> {
    const time = held.get(id) ?? 0
    held.set(id, time + 1)
    const action = definitionOf(plan, added, id).resolutions[time] ?? 'skip'
    await run.resolve(action === 'replace' ? { taskId: id, action, output: { n: REPLACED } } : { taskId: id, action })
  }

  async function takeAHand(): Promise<void> {
    const ids = plan.subtasks.map((_, place) => `s${place}`)
    const id = picks.of(ids)
    if (hand === 'cancel') return run.cancel()
    if (hand === 'pause') {
      await run.pause()
      await sleep(150)
      return run.resume()
    }
    if (hand === 'add') {
      const dependsOn = picks.some(ids, 2)
      const definition: Definition = { ...spare, conditions: [] }
      await run.add([realSubtask(definition, 'added', dependsOn, name)])
      added.push({ id: 'added', definition, dependsOn })
    } else if (hand === 'change') {
      const definition = { ...definitionOf(plan, [], id), n: spare.n, executions: spare.executions }
      await run.change(id, { payload: payloadOf(definition, name) as never })
      touched.add(id)
    } else if (hand === 'cancel one') {
      const { subtasks } = await run.cancelSubtask(id, { dependents: picks.chance(0.5) })
      for (const one of subtasks) touched.add(one)
    }
  }
}

async function inTime(said: Promise<void>, mayBeLate: boolean): Promise<void> {
  try {
    await said
  } catch (error) {
    if (!mayBeLate || !LATE.includes((error as { code?: string }).code ?? '')) throw error
  }
}

function subtaskOf({ payload }: AgentEvent): string {
  return (payload as { subtask: string }).subtask
}

/** By the id: `s3/0/s1` is the second of what the first element of the map `s3` spawns. */
function definitionOf(plan: DefinedPlan, added: Played['added'], id: string): Definition {
  const [first = '', ...steps] = id.split('/')
  const reaction = /^reaction(\d+)-/.exec(first)
  const start = reaction
    ? plan.reactions[Number(reaction[1])]!.run
    : (added.find((one) => one.id === first)?.definition ?? plan.subtasks[Number(first.slice(1))]!)
  return steps.reduce((at, step) => (step.startsWith('s') ? at.spawn!.list[Number(step.slice(1))]! : at), start)
}

function endingsOf({ results }: RunOutcome): Map<string, Ending> {
  return new Map(
    Object.entries(results).map(([id, { status, error, output }]) => {
      const { n } = (output ?? {}) as { n?: number }
      return [id, { state: status, ...(error ? { code: error.code } : {}), ...(n === undefined ? {} : { n }) }]
    }),
  )
}
