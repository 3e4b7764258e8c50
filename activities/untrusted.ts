// EFFECTS. Whether one subtask has read what others wrote, as a record: what one attempt has read, every later one has.
import type { UntrustedRecord } from '../src/contract/effects'
import type { RunAgentInput } from '../src/contract/activity-messages'
import { quote } from '../src/contract/json'
import type { CheckedSubTask, RunKey } from '../src/contract/messages'
import { INPUTS_ID, ORCHESTRATOR_SOURCE } from '../src/contract/names'
import { untrustedRecord } from '../src/contract/records'
import { findReferences } from '../src/contract/references'
import type { Store } from '../src/storage/store'
import type { Outputs } from './outputs'
import type { Specs } from './specs'

export class Untrusted {
  private writing?: Promise<unknown>

  constructor(
    private readonly of: { run: RunKey; subtask: string },
    private readonly store: Store,
    /** Where the text came from that this execution has read; at first, of what it was handed. */
    private known?: string,
  ) {}

  /** Before the agent is handed the text. */
  async note(source: string): Promise<void> {
    this.known ??= source
    this.writing ??= this.store.records.create(this.name, { source })
    try {
      await this.writing
    } catch (error) {
      delete this.writing
      throw error
    }
  }

  /** Of all executions so far: one that goes on after a person's word counts its attempts anew. */
  async source(): Promise<string | undefined> {
    if (this.known !== undefined) return this.known
    const record = (await this.store.records.read(this.name)) as UntrustedRecord | undefined
    return (this.known ??= record?.source)
  }

  private get name(): string {
    return untrustedRecord(this.of.run, this.of.subtask)
  }
}

/** Of what an execution is handed: by its spawner, by an event that somebody published, or by what it refers to. */
export async function untrustedInput(
  { run, fragment }: Pick<RunAgentInput, 'run' | 'fragment'>,
  { payload, event }: Pick<CheckedSubTask, 'payload' | 'event'>,
  specs: Specs,
  outputs: Outputs,
): Promise<string | undefined> {
  const ofSpawner = fragment === undefined ? undefined : await specs.untrusted(fragment)
  if (ofSpawner !== undefined) return ofSpawner
  if (event && event.source !== ORCHESTRATOR_SOURCE) return `the event ${quote(event.type)} of ${quote(event.source)}`
  for (const { reference } of findReferences(payload)) {
    if (reference.$from === INPUTS_ID) continue
    const source = await outputs.untrusted(run, reference.$from)
    if (source !== undefined) return source
  }
  return undefined
}
