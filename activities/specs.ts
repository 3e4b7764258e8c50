// EFFECTS. What was checked before a run began, and what was spawned since, read from the store once for each process.
import { TroupeError } from '../src/contract/errors'
import type { CheckedSubTask, RunAgentInput, RunSpec, SpawnFragment } from '../src/contract/messages'
import type { Store } from '../src/storage/store'

/** Artifacts kept parsed: a run reads the same one for each of its subtasks. */
const KEPT = 20

export class Specs {
  private readonly kept = new Map<string, Promise<{ value: unknown; byId: Map<string, CheckedSubTask> }>>()

  constructor(private readonly store: Store) {}

  async spec(artifact: string): Promise<RunSpec> {
    return (await this.read(artifact)).value as RunSpec
  }

  /** The subtask that an execution is for. */
  async subtask({ spec, fragment, task }: RunAgentInput): Promise<CheckedSubTask> {
    const found = (await this.read(fragment ?? spec)).byId.get(task.id)
    if (found) return found
    throw new TroupeError('Internal', `the subtask "${task.id}" is not in the artifact ${fragment ?? spec}`)
  }

  private read(artifact: string): Promise<{ value: unknown; byId: Map<string, CheckedSubTask> }> {
    const known = this.kept.get(artifact)
    if (known) return known
    const reading = this.load(artifact)
    this.kept.set(artifact, reading)
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!)
    // A store that was out of reach is asked again
    reading.catch(() => this.kept.delete(artifact))
    return reading
  }

  private async load(artifact: string): Promise<{ value: unknown; byId: Map<string, CheckedSubTask> }> {
    const value = JSON.parse((await this.store.artifacts.get(artifact)).toString()) as RunSpec | SpawnFragment
    return { value, byId: new Map(value.subtasks.map((subtask) => [subtask.id, subtask])) }
  }
}
