// EFFECTS. The subtasks of a map: one for each element of its list, which they refer to and never hold.
import { TroupeError } from '../src/contract/errors'
import { jsonBytes } from '../src/contract/json'
import { MAX_PLAN_BYTES } from '../src/contract/limits'
import type { CheckedSubTask, GraphNode, RunSpec } from '../src/contract/messages'
import type { ForEach } from '../src/contract/plan'
import { elementId } from '../src/contract/records'
import { replaceAll } from '../src/contract/references'
import { AgentIndex } from '../src/contract/schema/agent-index'
import { taskNode } from '../src/contract/schema/check-task'

/** @throws TroupeError `SpawnLimitExceeded` for more elements, or larger payloads, than any run could take */
export function expandMap(
  map: CheckedSubTask,
  forEach: ForEach,
  count: number,
  { team, onFailure, maxSubtasks }: RunSpec,
): { subtasks: CheckedSubTask[]; nodes: GraphNode[] } {
  if (count > maxSubtasks)
    throw new TroupeError(
      'SpawnLimitExceeded',
      `its list has ${count} elements; a run has at most ${maxSubtasks} subtasks`,
    )
  if (count === 0) return { subtasks: [], nodes: [] }
  // The last one is the longest
  const bytes = jsonBytes(elementOf(map, forEach, count - 1)) * count
  if (bytes > MAX_PLAN_BYTES)
    throw new TroupeError(
      'SpawnLimitExceeded',
      `its ${count} elements would be ${bytes} bytes of subtasks; at most ${MAX_PLAN_BYTES} are taken`,
      { hint: 'refer to what is large in the payload ("$from") instead of repeating it' },
    )
  const subtasks = Array.from({ length: count }, (_, index) => elementOf(map, forEach, index))
  const index = new AgentIndex(team.agents)
  const { agents } = index.candidates(map, '')
  const { deadline } = map
  const settings = { ...taskNode(map, agents, index, onFailure), ...(deadline === undefined ? {} : { deadline }) }
  return { subtasks, nodes: subtasks.map(({ id }) => ({ ...settings, id, dependsOn: [] })) }
}

/** With the map's settings. What decided whether the map runs has been decided for all of them. */
function elementOf(map: CheckedSubTask, { from, path = '' }: ForEach, index: number): CheckedSubTask {
  const { when: _when, runIf: _runIf, forEach: _forEach, ...settings } = map
  const payload = replaceAll(map.payload, {
    $element: (pointer) => ({ $from: from, path: `${path}/${index}${pointer}` }),
  })
  return { ...settings, id: elementId(map.id, index), payload, dependsOn: [] }
}
