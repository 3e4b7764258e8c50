// WORKFLOW. The run's event log with its place in a workflow: what is published to it, and the sealing of its oldest part.
import { CancellationScope, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { EventSegment } from '../src/contract/event'
import type { EventsAnswer, EventsInput, RunKey, SealEventsInput } from '../src/contract/messages'
import type { StoreIdentity } from '../src/contract/run'
import { EventLog } from '../src/contract/run/event-log'
import { acceptPublished } from '../src/contract/run/publish'
import type { NewEvent } from '../src/contract/run/run-state'
import { KEEP_OPTIONS } from './options'

const { sealEvents } = proxyActivities<{ sealEvents(input: SealEventsInput): Promise<EventSegment> }>(KEEP_OPTIONS)

export class RunLog {
  readonly events = new EventLog()
  private sealing?: Promise<void>
  private published = 0

  constructor(private readonly run: RunKey) {}

  append({ key, ...event }: NewEvent): void {
    const id = `${this.run.workflowId}#${key}`
    this.events.append({ id, timestamp: new Date(Date.now()).toISOString(), ...event }, currentTask())
  }

  /** A signal from outside, of whatever shape. */
  publish(input: unknown): void {
    this.append(acceptPublished(input, this.published++))
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
    })
  }

  /** Resolves when no segment is being written. */
  async settled(): Promise<void> {
    while (this.sealing) await this.sealing
  }
}

/** The history's length changes with each workflow task, and with nothing else. */
function currentTask(): number {
  return workflowInfo().historyLength
}
