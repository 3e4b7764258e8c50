// HOST. A short name for a definition: equal definitions share it, and the task queue of an inline agent ends in it.
import { createHash } from 'node:crypto'

/** The first 8 hexadecimal digits of the text's SHA-256. */
export function definitionHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
