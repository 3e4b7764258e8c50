// PURE. People in a run: what they are asked and decide, and what they make of a subtask that is held.
import type { AgentExecution, SuspendedCall } from '../activity-messages'
import { callQuestion } from '../asked-calls'
import type { JsonValue } from '../json'
import { preview, shortened } from '../json'
import { choicesHint } from '../nearest'
import type { Decision, DecisionAnswer, HumanRequest, ResolveInput, ToolDecision } from '../people'
import type { ShownRequest, TimeoutMeaning } from '../run'
import { answerProblem, askedIn, givenProblem } from './given-answers'
import type { Refusal } from './refusal'
import { restart } from './restart'
import { skippedByError } from './subtask-errors'
import type { Subtasks } from './subtasks'

/** Who is said to have decided where nobody did. */
const NOBODY = 'timeout'
/** Characters of a question in answers. */
const PROMPT_LENGTH = 200
/** Of these, for what is asked about a call: the rest shows the beginning of its input, whatever it is called. */
const QUESTION_LENGTH = 140
/** Subtasks that a refusal names. */
const NAMED = 10

/** An output that somebody gave and that is to be written down. */
export interface Given {
  place: number
  output: JsonValue
}

export class Requests {
  /** By request id. */
  readonly answers = new Map<string, DecisionAnswer>()
  /** Outputs that are not written down yet. */
  readonly given: Given[] = []

  constructor(private readonly subtasks: Subtasks) {}

  ask(place: number, request: HumanRequest): void {
    const { node } = this.subtasks.at(place)
    const { prompt, choices, output, timeoutMs, onTimeout, tool, effect } = request
    const row = this.subtasks.move(place, 'asking')
    node.request = request
    const now = this.subtasks.surroundings.now()
    const expiry = timeoutMs === undefined ? undefined : now + timeoutMs
    row.startedAt ??= new Date(now).toISOString()
    const shown: ShownRequest = { prompt }
    if (choices) shown.choices = choices
    if (output) shown.schema = true
    if (tool) Object.assign(shown, { tool: tool.name, approvalId: tool.approvalId })
    if (effect) Object.assign(shown, { effect: effect.name, approvalId: effect.approvalId })
    if (expiry !== undefined) Object.assign(shown, { expiresAt: new Date(expiry).toISOString(), onTimeout })
    row.request = shown
    if (expiry !== undefined) this.subtasks.alarms.add([{ at: expiry, place }])
    this.subtasks.tell('person.asked', place, { ...shown })
  }

  /** An execution has ended so that a person may be asked about a tool's call, or an effect. */
  suspend(place: number, call: SuspendedCall): void {
    const { row, node } = this.subtasks.at(place)
    const { approvalId, input } = call
    const shown = 'inline' in input ? JSON.stringify(input.inline) : input.reference.preview
    const question = shortened(callQuestion(row.agent, call), QUESTION_LENGTH)
    const prompt = shortened(`${question} ${shown}`, PROMPT_LENGTH)
    const asked =
      'tool' in call ? { tool: { name: call.tool, approvalId } } : { effect: { name: call.effect.name, approvalId } }
    node.suspendedAt = this.subtasks.surroundings.now()
    // Its deadline may have been forgotten while it ran
    this.subtasks.watchDeadlines([place])
    this.ask(place, { prompt, onTimeout: 'fail', ...asked })
  }

  /** Why a decision is not taken; undefined too for one that was taken before. */
  decisionProblem(decision: Decision): Refusal | undefined {
    const { taskId, requestId } = decision
    const known = this.answers.get(requestId)
    if (known && known.taskId === taskId && [undefined, decision.approvalId].includes(known.approvalId))
      return undefined
    const refuse = (message: string, hint?: string): Refusal => ({ code: 'DecisionRefused', message, hint })
    if (typeof requestId !== 'string' || requestId === '')
      return refuse(`a decision has a "requestId", this is ${preview(requestId)}`)
    if (typeof decision.approved !== 'boolean')
      return refuse(`"approved" is true or false, this is ${preview(decision.approved)}`)
    if (known)
      return refuse(`the request id ${preview(requestId)} belongs to another decision, on ${preview(known.taskId)}`)
    const place = this.subtasks.placeOf(taskId)
    if (place === undefined) return refuse(`there is no subtask ${preview(taskId)}`, this.openHint(String(taskId)))
    const { row, node } = this.subtasks.at(place)
    if (row.state !== 'asking') {
      const before = [...this.answers.values()].filter((answer) => answer.taskId === taskId).at(-1)
      const how = before
        ? `: ${preview(before.by)} ${before.approved ? 'approved' : 'rejected'} it at ${before.at}`
        : ''
      return refuse(`nobody is asked about ${preview(taskId)}, it is ${row.state}${how}`, this.openHint(taskId))
    }
    for (const end of [row.request!.expiresAt, node.graph.deadline])
      if (end !== undefined && this.subtasks.surroundings.now() >= Date.parse(end))
        return refuse(`the time to decide on ${preview(taskId)} was over at ${end}`)
    return answerProblem(decision, node.request!)
  }

  /** A decision that has no problem. */
  decide(decision: Decision): DecisionAnswer {
    const { taskId, requestId, approved, by, comment, output } = decision
    const known = this.answers.get(requestId)
    if (known) return known
    const place = this.subtasks.placeOf(taskId)!
    const at = this.subtasks.isoNow()
    const { request } = this.subtasks.nodes[place]!
    const asked = request && askedIn(request)
    const which = asked ? { approvalId: asked.approvalId } : {}
    const answer: DecisionAnswer = { taskId, requestId, approved, by, at, ...which }
    this.answers.set(requestId, answer)
    this.subtasks.tell('person.decided', place, { approved, by, ...(comment === undefined ? {} : { comment }) })
    const said = { by, ...(comment === undefined ? {} : { comment }) }
    if (asked) this.goOn(place, { approvalId: asked.approvalId, approved, ...said, at })
    else if (approved) this.give(place, output === undefined ? { approved, ...said } : output)
    else this.reject(place, `${preview(by)} rejected it${comment === undefined ? '' : `: ${preview(comment, 500)}`}`)
    return answer
  }

  /** The next output to be written down. */
  next(): Given | undefined {
    return this.given.shift()
  }

  /** It is in its record, or what an execution that was given up has left there all the same. */
  kept(place: number, { agentVersion }: Pick<AgentExecution, 'agentVersion'>): void {
    const { row } = this.subtasks.at(place)
    if (row.state !== 'running' || !row.settling) return
    if (agentVersion !== '') delete row.replacedBy // a person has none
    row.durationMs = Math.max(0, this.subtasks.surroundings.now() - Date.parse(row.startedAt ?? this.subtasks.isoNow()))
    this.subtasks.end(place, 'succeeded')
  }

  /** Nobody decided in time. */
  expire(place: number): void {
    const { row } = this.subtasks.at(place)
    const { onTimeout = 'fail', expiresAt } = row.request!
    this.subtasks.tell('person.decided', place, { by: NOBODY, onTimeout })
    const message = `nobody decided by ${expiresAt}`
    const meanings: Record<TimeoutMeaning, () => void> = {
      approve: () => this.give(place, { approved: true, by: NOBODY }),
      reject: () => this.reject(place, message),
      fail: () => this.subtasks.fail(place, { code: 'NobodyDecided', message, retryable: false }),
    }
    meanings[onTimeout]()
  }

  resolveProblem(input: ResolveInput): Refusal | undefined {
    const { taskId, action } = input
    const place = this.subtasks.placeOf(taskId)
    if (place === undefined) return { code: 'SubtaskNotFound', message: `there is no subtask ${preview(taskId)}` }
    const refuse = (message: string, hint?: string): Refusal => ({ code: 'ChangeRefused', message, hint })
    if (!['retry', 'replace', 'skip'].includes(action))
      return refuse(`${preview(action)} is nothing that can be done with it`, 'actions: retry, replace, skip')
    const { row, node } = this.subtasks.at(place)
    if (row.state !== 'held') return refuse(`${preview(taskId)} is not held, it is ${row.state}`)
    if (action === 'replace') return givenProblem(input.output, refuse)
    const { deadline } = node.graph
    if (action !== 'retry' || deadline === undefined || Date.parse(deadline) > this.subtasks.surroundings.now())
      return undefined
    return refuse(`the deadline of ${preview(taskId)}, ${deadline}, has passed`, 'change its deadline first')
  }

  /** A subtask that is held, by an input that has no problem. */
  resolve(input: ResolveInput): void {
    const { taskId, action, by, comment } = input
    const place = this.subtasks.placeOf(taskId)!
    const { row, node } = this.subtasks.at(place)
    this.subtasks.tell('subtask.resolved', place, { action, by, ...(comment === undefined ? {} : { comment }) })
    if (action === 'replace') {
      delete row.error
      row.replacedBy = by
      return this.give(place, input.output)
    }
    if (action === 'skip') return this.subtasks.end(place, 'skipped', skippedByError(by, comment))
    node.candidate = 0
    restart(this.subtasks, place)
  }

  /** In flight until it is written down: then it has succeeded. */
  private give(place: number, output: JsonValue): void {
    const row = this.subtasks.move(place, 'running')
    delete row.request
    row.settling = true
    this.given.push({ place, output })
  }

  /** The agent is told, whatever was decided. */
  private goOn(place: number, decided: ToolDecision): void {
    const { row, node } = this.subtasks.at(place)
    const now = this.subtasks.surroundings.now()
    node.decided = decided
    node.waitedMs = (node.waitedMs ?? 0) + now - (node.suspendedAt ?? now)
    delete node.suspendedAt
    delete row.request
    delete node.request
    this.subtasks.watchDeadlines([place])
    this.subtasks.begin(place)
  }

  private reject(place: number, message: string): void {
    this.subtasks.fail(place, { code: 'Rejected', message, retryable: false })
  }

  private openHint(taskId: string): string {
    const open = this.subtasks.rows.filter(({ state }) => state === 'asking').map(({ id }) => id)
    return open.length === 0
      ? 'nobody is asked about anything'
      : choicesHint(taskId, open.slice(0, NAMED), 'open requests')
  }
}
