// HOST. Records as files: a hard link gives a record its name, and the file system lets only the first one succeed.
import path from 'node:path'
import { TroupeError } from '../contract/errors'
import type { JsonValue } from '../contract/json'
import type { DurableFiles } from './durable-files'
import { assertJson } from './record-values'
import { isRecord, mayLeadTo, nameOf, prefixPath, recordPath } from './record-names'
import type { RecordStore } from './store'

/** A record's file. It knows its name, since a long one is only a hash in its path. */
interface RecordFile {
  name: string
  value: JsonValue
}

export class FileRecords implements RecordStore {
  constructor(
    private readonly files: DurableFiles,
    private readonly directory: string,
  ) {}

  async create(name: string, value: JsonValue): Promise<{ created: boolean; value: JsonValue }> {
    const file = path.join(this.directory, ...recordPath(name))
    const standing = await this.load(file)
    if (standing) return { created: false, value: standing.value }
    const text = JSON.stringify({ name, value } satisfies RecordFile)
    const mine = assertJson(name, text)
    if (await this.files.createOnce(file, Buffer.from(text))) return { created: true, value: mine }
    const first = await this.load(file)
    if (!first) throw this.unreadable(file, 'it was removed')
    return { created: false, value: first.value }
  }

  async read(name: string): Promise<JsonValue | undefined> {
    return (await this.load(path.join(this.directory, ...recordPath(name))))?.value
  }

  async list(prefix: string): Promise<string[]> {
    const { directory, start } = prefixPath(prefix)
    const names = await this.walk(directory, start)
    return names.filter((name) => name.startsWith(prefix)).sort()
  }

  private async walk(parts: string[], start: string): Promise<string[]> {
    const entries = await this.files.entries(path.join(this.directory, ...parts))
    const names = await Promise.all(
      entries
        .filter((entry) => mayLeadTo(entry, start))
        .map((entry) => (isRecord(entry) ? this.nameAt([...parts, entry]) : this.walk([...parts, entry], ''))),
    )
    return names.flat()
  }

  private async nameAt(parts: string[]): Promise<string> {
    const name = nameOf(parts)
    if (name !== undefined) return name
    const file = path.join(this.directory, ...parts)
    const record = await this.load(file)
    if (!record) throw this.unreadable(file, 'it was removed')
    return record.name
  }

  private async load(file: string): Promise<RecordFile | undefined> {
    const bytes = await this.files.read(file)
    if (!bytes) return undefined
    try {
      const record = JSON.parse(bytes.toString()) as Partial<RecordFile> | null
      if (typeof record?.name === 'string' && record.value !== undefined)
        return { name: record.name, value: record.value }
    } catch {
      // Not JSON: said below, as for JSON of another shape.
    }
    throw this.unreadable(file, 'it is not a record')
  }

  private unreadable(file: string, why: string): TroupeError {
    return new TroupeError('StoreUnavailable', `the store ${this.files.directory} is damaged: ${file}: ${why}`, {
      hint: 'restore the file from a copy, or start the run anew with another store (TROUPE_STORE)',
    })
  }
}
