// What executions of a test have around them besides their store: the run's name, a hash, and outputs that stay where they are.
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../../src/contract/json'

export const run = { workflowId: 'w', firstRunId: 'r' }
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
export const outputs = {
  keep: async (inline: JsonValue) => ({ inline }),
  load: async (stored: object) => (stored as { inline: JsonValue }).inline,
}
