// WORKFLOW. The run's event log with its place in a workflow: what is published to it, and the sealing of its oldest part.
import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { AgentEvent, EventSegment } from '../src/contract/event'
import type { SealEventsInput } from '../src/contract/activity-messages'
import type { EventsAnswer, EventsInput, RunKey } from '../src/contract/messages'
import type { StoreIdentity } from '../src/contract/run'
import type { CarriedRun } from '../src/contract/run/carried'
import { EventLog } from '../src/contract/run/event-log'
import { Published } from '../src/contract/run/publish'
import type { NewEvent } from '../src/contract/run/run-state'
import { KEEP_OPTIONS } from './options'

const { sealEvents } = proxyActivities<{ sealEvents(input: SealEventsInput): Promise<EventSegment> }>(KEEP_OPTIONS)

export class RunLog {
  readonly events: EventLog
  private sealing?: Promise<void>
  private readonly published: Published

  /** `wake` is called when a segment has been written. */
  constructor(
    private readonly run: RunKey,
    private readonly wake: () => void,
    carried?: CarriedRun,
  ) {
    this.events = carried ? EventLog.restore(carried.segments, carried.events) : new EventLog()
    this.published = new Published(carried?.published)
  }

  append({ key, ...event }: NewEvent): AgentEvent {
    const id = `${this.run.workflowId}#${key}`
    return this.events.append({ id, timestamp: new Date(Date.now()).toISOString(), ...event }, currentTask())
  }

  /** A signal from outside, of whatever shape. */
  publish(input: unknown): AgentEvent[] {
    return this.published.accept(input).map((event) => this.append(event))
  }

  read(filter: EventsInput, closing: boolean): EventsAnswer {
    return this.events.read(filter, closing, currentTask())
  }

  /** Seals the oldest events if there are too many; one segment at a time. */
  sealIfDue(store: StoreIdentity): void {
    const due = this.sealing ? undefined : this.events.due()
    if (!due) return
    const seal = CancellationScope.nonCancellable(() => sealEvents({ run: this.run, store, events: due }))
    this.sealing = seal.then((segment) => {
      this.events.sealed(segment)
      this.sealing = undefined
      this.sealIfDue(store)
      if (!this.sealing) this.wake()
    })
  }

  get isSealing(): boolean {
    return this.sealing !== undefined
  }

  /** Resolves when no segment is being written. */
  async settled(): Promise<void> {
    while (this.sealing) await this.sealing
  }

  carry(): Pick<CarriedRun, 'segments' | 'events' | 'published'> {
    return { segments: this.events.segments, events: [...this.events.unsealed()], published: this.published.count }
  }
}

/** The history's length changes with each workflow task, and with nothing else. */
function currentTask(): number {
  return workflowInfo().historyLength
}
