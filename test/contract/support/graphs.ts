// Random graphs of subtasks without cycles.
import fc from 'fast-check'
import type { Priority } from '../../../src/contract/agent'

export interface RandomNode {
  dependsOn: number[]
  priority: Priority
  estimateMs?: number
  agent: number
}

/** Nodes depend on earlier ones only. */
export function graphs(maxSize: number, agents: number): fc.Arbitrary<RandomNode[]> {
  const node = fc.record(
    {
      chosen: fc.uniqueArray(fc.nat(1_000), { maxLength: 4 }),
      priority: fc.constantFrom<Priority>('low', 'normal', 'high'),
      estimateMs: fc.integer({ min: 0, max: 5_000 }),
      agent: fc.nat(agents - 1),
    },
    { requiredKeys: ['chosen', 'priority', 'agent'] },
  )
  return fc.array(node, { minLength: 1, maxLength: maxSize }).map((nodes) =>
    nodes.map(({ chosen, ...rest }, place) => ({
      ...rest,
      dependsOn: place === 0 ? [] : [...new Set(chosen.map((number) => number % place))],
    })),
  )
}
