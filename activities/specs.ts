// EFFECTS. What was checked before a run began, and what joined it since, read from the store once for each process.
import { TroupeError } from '../src/contract/errors'
import type { CheckedSubTask, RunSpec, SpawnFragment } from '../src/contract/messages'
import type { Store } from '../src/storage/store'
import { Recent } from './recent'

/**
 * Bytes, as JSON, of specs and fragments that are kept parsed: a run reads the same spec for each of its subtasks, and a
 * run whose subtasks come from reactions has a fragment for every few of them.
 */
const KEPT_BYTES = 64 * 1024 * 1024
/** Of a small fragment: what it costs beside its text. */
const ENTRY_BYTES = 1024

interface Parsed {
  value: unknown
  byId: ReadonlyMap<string, CheckedSubTask>
}

export class Specs {
  private readonly parsed = new Recent<Parsed>(KEPT_BYTES)

  constructor(private readonly store: Store) {}

  async spec(artifact: string): Promise<RunSpec> {
    return (await this.read(artifact)).value as RunSpec
  }

  /** The definition of a subtask. */
  async subtask(artifact: string, id: string): Promise<CheckedSubTask> {
    const found = (await this.read(artifact)).byId.get(id)
    if (found) return found
    throw new TroupeError('Internal', `the subtask "${id}" is not in the artifact ${artifact}`)
  }

  /** Where untrusted text came from that the spawner of a fragment had read. */
  async untrusted(fragment: string): Promise<string | undefined> {
    return ((await this.read(fragment)).value as SpawnFragment).untrusted
  }

  private async read(artifact: string): Promise<Parsed> {
    return (await this.parsed.get(artifact, () => this.load(artifact)))!
  }

  private async load(artifact: string): Promise<{ value: Parsed; bytes: number }> {
    const bytes = await this.store.artifacts.get(artifact)
    const value = JSON.parse(bytes.toString()) as RunSpec | SpawnFragment
    const byId = new Map(value.subtasks.map((subtask) => [subtask.id, subtask]))
    return { value: { value, byId }, bytes: bytes.length + ENTRY_BYTES }
  }
}
