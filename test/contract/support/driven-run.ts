// What happens to a compared run: executions, evaluations and answers begin and end, people pause, cancel and publish.
import type { Verdict } from '../../../src/contract/activity-messages'
import type { AgentEvent } from '../../../src/contract/event'
import type { JsonValue } from '../../../src/contract/json'
import type { GraphNode } from '../../../src/contract/messages'
import type { SubtaskError } from '../../../src/contract/run'
import { ComparedRun, same, type Work } from './compared-run'
import { AGENTS, nodesOf } from './defined-nodes'
import type { Fate } from './defined-plan'
import { elementOf, personOf } from './expected-outcomes'
import type { Item } from './reference-item'
import type { ReferenceVerdict } from './reference-work'

export class DrivenRun extends ComparedRun {
  private pauseVersion = 0

  /** Hands a ready subtask to an agent; false if there is none, for both. */
  start(agent: number): boolean {
    const startable = this.model.startable(agent)
    const place = this.state.next(agent)
    const names = startable.map(({ id }) => id).join(', ')
    if (place === undefined) {
      if (startable.length > 0) throw new Error(`${AGENTS[agent]!.name} gets nothing, and might get ${names}`)
      return false
    }
    const item = this.item(place)
    this.act(`start ${item.id} at ${AGENTS[agent]!.name}`, () => {
      if (!startable.includes(item)) throw new Error(`${item.id} is started; what may start is: ${names}`)
      const rank = { high: 0, normal: 1, low: 2 }
      const isFirst = startable.every((o) => rank[o.definition.priority] >= rank[item.definition.priority])
      if (!isFirst) throw new Error(`${item.id} is started before others of a higher priority: ${names}`)
      this.state.started(place)
      this.model.started(item)
      this.inFlight.push({ kind: 'execution', place })
    })
    return true
  }

  /** Looks at a subtask's conditions, elements or question. */
  look(): boolean {
    const lookable = this.model.lookable()
    const place = this.state.evaluations.next()
    const names = lookable.map(({ id }) => id).join(', ')
    if (place === undefined) {
      if (lookable.length > 0) throw new Error(`nothing is evaluated, though there is ${names}`)
      return false
    }
    const item = this.item(place)
    this.act(`look at ${item.id}`, () => {
      if (!lookable.includes(item)) throw new Error(`${item.id} is evaluated; what may be is: ${names}`)
      this.model.looking(item)
      this.inFlight.push({ kind: 'look', place })
    })
    return true
  }

  keep(): boolean {
    const given = this.state.requests.next()
    if (!given) return false
    this.inFlight.push({ kind: 'keep', place: given.place })
    return true
  }

  react(): boolean {
    const { waiting, making } = this.model.reactions
    const batch = this.state.reactions.next()
    const expected = making > 0 ? [] : waiting.slice(0, 100)
    same('what reactions start', batch?.map(nameOf) ?? [], expected.map(nameOf))
    if (!batch) return false
    this.model.reactions.making = batch.length
    this.inFlight.push({ kind: 'react' })
    return true
  }

  /** Ends what is under way as its script says, or as `fate`. */
  finish(work: Work, fate?: Fate): void {
    this.inFlight.splice(this.inFlight.indexOf(work), 1)
    if (work.kind === 'react') {
      return this.act('react', () => {
        this.state.reactions.made(`reacted at ${this.trace.length}`)
        this.model.reacted()
      })
    }
    const { place } = work
    const item = this.item(place)
    if (work.kind === 'look') return this.finishLook(place, item)
    if (work.kind === 'keep') {
      return this.act(`keep ${item.id}`, () => {
        this.state.requests.kept(place, { agentVersion: '' })
        this.model.kept(item)
      })
    }
    if (item.definition.publishes) this.publish(item.definition.publishes, { k: item.definition.n % 2 }, item.id)
    this.finishExecution(place, item, fate ?? this.model.fateOf(item))
  }

  publish(type: string, payload: JsonValue, source: string): void {
    this.act(`${source} publishes ${type}`, () => {
      const event = this.log({ key: `published/${this.trace.length}`, type, payload, source, correlationId: source })
      this.state.observe(event)
    })
  }

  pause(paused: boolean): void {
    this.act(paused ? 'pause' : 'resume', () => {
      if (paused) this.state.pauses.pause({ by: 'ann' })
      else this.state.pauses.resume({ by: 'ann' })
      this.model.paused = paused
    })
  }

  pauseAgents(agents: number[]): void {
    this.act(`pause the agents ${agents.join(', ')}`, () => {
      const pause = { by: 'ann', at: new Date(this.now).toISOString() }
      const named = Object.fromEntries(agents.map((agent) => [AGENTS[agent]!.name, pause]))
      this.state.pauses.pauseAgents({ team: 'team', version: ++this.pauseVersion, agents: named })
      this.model.pausedAgents = new Set(agents)
    })
  }

  cancel(): void {
    this.act('cancel the run', () => {
      this.state.cancel()
      this.model.cancel()
    })
  }

  close(): void {
    this.act('close', () => {
      this.state.close({ by: 'ann' })
      this.model.open = false
    })
  }

  private finishLook(place: number, item: Item): void {
    const verdict = this.model.verdictOf(item)
    this.act(`found for ${item.id}: ${verdict.verdict}`, () => {
      if (verdict.verdict === 'fail') this.state.failed(place, errorOf('InvalidPayload'))
      else this.state.evaluations.ended(place, this.verdictOf(item, verdict))
      this.model.looked(item, verdict, this.now)
    })
  }

  private verdictOf(item: Item, verdict: Exclude<ReferenceVerdict, { verdict: 'fail' }>): Verdict {
    if (verdict.verdict === 'skip') return { verdict: 'skip', reason: 'a condition does not hold' }
    if (verdict.verdict === 'run') return { verdict: 'run' }
    if (verdict.verdict === 'map') {
      const element = elementOf(item.definition)
      const nodes = this.nodes(
        Array.from({ length: verdict.length }, () => element),
        `${item.id}/`,
      )
      return { verdict: 'map', spawned: { fragment: `elements of ${item.id}`, nodes } }
    }
    const { reply, timeoutMs, onTimeout } = personOf(item.definition)
    const time = reply === 'nothing' ? { timeoutMs } : {}
    return { verdict: 'ask', request: { prompt: `${item.id}?`, onTimeout, ...time } }
  }

  private finishExecution(place: number, item: Item, fate: Fate): void {
    this.act(`${item.id} ends: ${fate}`, () => {
      const { spawn } = item.definition
      const ended = { attempt: 1, durationMs: 7 }
      if (fate === 'refuse') this.state.refused(place, errorOf('CannotHandle'), ended)
      else if (fate === 'fail') this.state.failed(place, errorOf('AgentFailed'), ended)
      else if (fate === 'cancelled') this.state.failed(place, errorOf('Cancelled'), ended)
      else if (fate === 'suspend')
        this.state.returned(place, {
          ...ended,
          tokensUsed: 1,
          suspended: { approvalId: `call ${this.trace.length}`, tool: 'push', input: { inline: {} } },
        })
      else {
        const nodes = spawn && this.nodes(spawn.list, `${item.id}/s`)
        this.state.succeeded(place, {
          ...ended,
          tokensUsed: 1,
          ...(nodes ? { spawned: { fragment: `fragment of ${item.id}`, nodes } } : {}),
          ...(nodes && spawn.output !== undefined ? { outputFrom: nodes[spawn.output % nodes.length]!.id } : {}),
        })
      }
      this.interrupted.delete(place)
      this.model.executed(item, fate)
    })
  }

  private nodes(list: Parameters<typeof nodesOf>[0], prefix: string): GraphNode[] {
    return nodesOf(list, prefix, this.model.plan.policy)
  }
}

function nameOf({ reaction, id, event }: { reaction: number; id: string; event: AgentEvent }): string {
  return `${reaction} ${id} ${event.id}`
}

function errorOf(code: SubtaskError['code']): SubtaskError {
  return { code, message: `it is ${code}`, retryable: false }
}
