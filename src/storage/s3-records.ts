// HOST. Records as objects of a bucket, under the names that they have as files: the service lets only the first creation succeed.
import { randomUUID } from 'node:crypto'
import { TroupeError } from '../contract/errors'
import { inPortions } from '../contract/in-portions'
import type { JsonValue } from '../contract/json'
import { mayLeadTo, nameOf, prefixPath, recordPath } from './record-names'
import { assertJson } from './record-values'
import type { S3Objects } from './s3-objects'
import type { RecordStore } from './store'

const DIRECTORY = 'records/'
/** Objects fetched at once where a listing does not tell their names. */
const FETCHED_AT_ONCE = 32

/** A record's object. It knows its name, since a long one is only a hash in its key. */
interface RecordObject {
  name: string
  value: JsonValue
  /** Of whoever created it: a creation that was sent twice is known as one. */
  writer: string
}

export class S3Records implements RecordStore {
  constructor(private readonly objects: S3Objects) {}

  async create(name: string, value: JsonValue): Promise<{ created: boolean; value: JsonValue }> {
    const key = keyOf(name)
    const writer = randomUUID()
    const text = JSON.stringify({ name, value, writer } satisfies RecordObject)
    const mine = assertJson(name, text)
    if (await this.objects.createOnce(key, Buffer.from(text))) return { created: true, value: mine }
    const standing = await this.load(key)
    if (!standing) throw unreadable(this.objects.place, key, 'it was removed')
    return { created: standing.writer === writer, value: standing.value }
  }

  async read(name: string): Promise<JsonValue | undefined> {
    return (await this.load(keyOf(name)))?.value
  }

  async list(prefix: string): Promise<string[]> {
    const { directory, start } = prefixPath(prefix)
    const place = DIRECTORY + directory.map((part) => `${part}/`).join('')
    const keys = (await this.objects.list(place)).filter((key) => mayLeadTo(key.slice(place.length), start))
    const names = await inPortions(keys, FETCHED_AT_ONCE, (key) => this.nameAt(key))
    return names.filter((name) => name.startsWith(prefix)).sort()
  }

  private async nameAt(key: string): Promise<string> {
    const name = nameOf(key.slice(DIRECTORY.length).split('/'))
    if (name !== undefined) return name
    const record = await this.load(key)
    if (!record) throw unreadable(this.objects.place, key, 'it was removed')
    return record.name
  }

  private async load(key: string): Promise<RecordObject | undefined> {
    const bytes = await this.objects.get(key)
    if (!bytes) return undefined
    try {
      return JSON.parse(bytes.toString()) as RecordObject
    } catch {
      throw unreadable(this.objects.place, key, 'it is not JSON')
    }
  }
}

function keyOf(name: string): string {
  return DIRECTORY + recordPath(name).join('/')
}

function unreadable(store: string, key: string, why: string): TroupeError {
  return new TroupeError('StoreUnavailable', `the store ${store} is damaged: ${key} cannot be read, ${why}`, {
    hint: 'restore the object from a copy, or set TROUPE_STORE to another store',
  })
}
