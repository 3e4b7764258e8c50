// Histories as they are kept: without the names of whoever recorded them, and a check that none has stayed.

/** A history in Temporal's JSON. */
export interface HistoryJson {
  events: Record<string, unknown>[]
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** What identities are called. */
export const NEUTRAL = 'recorder'
/** `<process>@<machine>`, and what a worker of ours adds to it. */
const IDENTITY = /\b\d+@[A-Za-z0-9._-]+(\/[0-9a-f]{8})?/g
/** What a path on somebody's machine begins with. */
const PATH =
  /(?:^|[\s"'(:=])(?:\/|file:\/\/\/|[A-Z]:\\)(?:home|root|Users|tmp|var|private|opt|usr|mnt|srv|work|workspace|builds?)\b[^\s"']*/

/** The same history without identities, and without stack traces, which hold paths. */
export function neutral(history: HistoryJson): HistoryJson {
  return JSON.parse(JSON.stringify(history), revive) as HistoryJson
}

function revive(key: string, value: Json): Json {
  if (typeof value !== 'string') return value
  if (key === 'identity') return NEUTRAL
  if (key === 'stackTrace') return ''
  return key === 'data' ? encode(decode(value).replace(IDENTITY, NEUTRAL)) : value.replace(IDENTITY, NEUTRAL)
}

/** What the texts of a history, payloads included, tell of the machine that it was recorded on. */
export function revealed(history: HistoryJson, names: readonly string[] = []): string[] {
  const found: string[] = []
  JSON.stringify(history, (key, value: Json) => {
    if (typeof value !== 'string') return value
    const text = key === 'data' ? decode(value) : value
    const words = names.filter((name) => new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`).test(text))
    found.push(...words, ...(text.match(IDENTITY) ?? []), ...(PATH.exec(text) ?? []))
    if (key === 'identity' && value !== NEUTRAL) found.push(value)
    return value
  })
  return found
}

function decode(data: string): string {
  return Buffer.from(data, 'base64').toString()
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}
