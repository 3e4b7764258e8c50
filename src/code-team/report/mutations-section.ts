// TEAM. The report's part on small changes of the new code: which of them no test noticed.
import type { Mutations } from '../documents'
import { code, table } from './markdown'

export function mutationsSection(mutations: Mutations | undefined): string | undefined {
  if (!mutations) return undefined
  const { possible, tried, survived } = mutations
  const counts = `Of ${possible} small changes of the new code ${tried} were tried, and the tests noticed ${tried - survived.length}.`
  if (survived.length === 0) return counts
  const rows = survived.map(({ file, line, was, now }) => [code(`${file}:${line}`), code(was), code(now)])
  return `${counts} No test noticed these:\n\n${table(['where', 'it says', 'instead'], rows)}`
}
