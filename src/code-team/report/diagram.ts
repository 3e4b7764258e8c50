// TEAM. The diagram of the modules: the architect's, unless it holds what could do more than draw.
import type { Architecture } from '../documents'

/** Links and scripts behind nodes, settings, markup, and the end of the fence. */
const ACTIVE = /\bclick\b|\bhref\b|\bcall\b|javascript:|https?:|%%\{|^\s*---|[<`]|\blink(s)?\b/im
const LENGTH = 10_000

export function diagramOf({ diagram, modules }: Architecture): string {
  const text = diagram.trim()
  if (/^(flowchart|graph)\s/.test(text) && !ACTIVE.test(text) && text.length <= LENGTH) return text
  const arrows = modules.flatMap(({ name, imports }) => imports.map((one) => `  ${name} --> ${one}`))
  const alone = modules.filter(({ imports }) => imports.length === 0).map(({ name }) => `  ${name}`)
  return ['flowchart LR', ...alone, ...arrows].join('\n')
}
