// EFFECTS. The subtasks of a map: one for each element of its list, which they refer to and never hold.
import { TroupeError } from '../src/contract/errors'
import { jsonBytes, type JsonValue } from '../src/contract/json'
import { MAX_PLAN_BYTES } from '../src/contract/limits'
import type { FailedInput } from '../src/contract/activity-messages'
import type { CheckedSubTask, GraphNode, RunSpec } from '../src/contract/messages'
import type { ForEach } from '../src/contract/plan'
import { elementId } from '../src/contract/records'
import { replaceAll } from '../src/contract/references'
import { AgentIndex } from '../src/contract/schema/agent-index'
import { taskNode } from '../src/contract/schema/check-task'

export interface Expansion {
  map: CheckedSubTask
  forEach: ForEach
  /** How many elements the list has. */
  count: number
  failures?: Readonly<Record<string, FailedInput>> | undefined
}

/** @throws TroupeError `SpawnLimitExceeded` for more elements, or larger payloads, than any run could take */
export function expandMap(
  expansion: Expansion,
  { team, onFailure, maxSubtasks }: RunSpec,
): { subtasks: CheckedSubTask[]; nodes: GraphNode[] } {
  const { map, count } = expansion
  if (count > maxSubtasks)
    throw new TroupeError(
      'SpawnLimitExceeded',
      `its list has ${count} elements; a run has at most ${maxSubtasks} subtasks`,
    )
  if (count === 0) return { subtasks: [], nodes: [] }
  // The last one is the longest
  const bytes = jsonBytes(elementOf(expansion, count - 1)) * count
  if (bytes > MAX_PLAN_BYTES)
    throw new TroupeError(
      'SpawnLimitExceeded',
      `its ${count} elements would be ${bytes} bytes of subtasks; at most ${MAX_PLAN_BYTES} are taken`,
      { hint: 'refer to what is large in the payload ("$from") instead of repeating it' },
    )
  const subtasks = Array.from({ length: count }, (_, index) => elementOf(expansion, index))
  const index = new AgentIndex(team.agents)
  const { agents } = index.candidates(map, '')
  // Its budget is that of all of them together
  const { deadline, budget: _budget, ...task } = map
  const settings = { ...taskNode(task, agents, index, onFailure), ...(deadline === undefined ? {} : { deadline }) }
  return { subtasks, nodes: subtasks.map(({ id }) => ({ ...settings, id, dependsOn: [] })) }
}

/**
 * With the map's settings. What decided whether the map runs has been decided for all of them; and how its dependencies
 * ended that did not succeed, since its elements have none of their own.
 */
function elementOf({ map, forEach: { from, path = '' }, failures = {} }: Expansion, index: number): CheckedSubTask {
  const { when: _when, runIf: _runIf, forEach: _forEach, budget: _budget, ...settings } = map
  const payload = replaceAll(map.payload, {
    $element: (pointer) => ({ $from: from, path: `${path}/${index}${pointer}` }),
    $from: (reference) =>
      (Object.hasOwn(failures, reference.$from) ? failures[reference.$from] : reference) as unknown as JsonValue,
  })
  return { ...settings, id: elementId(map.id, index), payload, dependsOn: [] }
}
