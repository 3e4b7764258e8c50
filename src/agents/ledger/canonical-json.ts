// HOST. One text for one value, whatever the order of its keys: what a call was asked is known again by its hash.
import { createHash } from 'node:crypto'

/** SHA-256 of the canonical JSON, as 64 hexadecimal digits. */
export function inputHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

/** Keys in order, undefined left out, bytes as base64, addresses as text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, ordered) ?? 'null'
}

function ordered(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
