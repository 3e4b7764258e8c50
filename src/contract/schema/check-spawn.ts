// PURE. Subtasks that an agent returns: the plan's rules under the spawner's name.
import type { Problem } from '../errors'
import type { JsonValue } from '../json'
import type { CheckedSubTask } from '../messages'
import { INPUTS_ID } from '../names'
import { replaceReferences } from '../references'
import { checkSubtasks, type CheckedSubtasks, type SubtasksContext } from './check-subtasks'

/**
 * Checks spawned subtasks. Ids, dependencies, conditions, maps and references are short in what is handed in and full
 * (`<spawner>/<id>`) in what comes back. `onFailure` is the plan's: it holds for what is spawned, too.
 */
export function checkSpawn(
  spawner: string,
  list: readonly unknown[],
  context: Pick<SubtasksContext, 'agents' | 'inputs' | 'now' | 'onFailure'>,
): { checked?: CheckedSubtasks; problems: Problem[] } {
  const { checked, problems } = checkSubtasks(list, { ...context, path: 'spawn' })
  if (!checked) return { problems }
  const full = (id: string): string => (id === INPUTS_ID ? id : `${spawner}/${id}`)
  return {
    problems: [],
    checked: {
      nodes: checked.nodes.map((node) => ({ ...node, id: full(node.id) })),
      subtasks: checked.subtasks.map((subtask) => withFullIds(subtask, full)),
    },
  }
}

function withFullIds(subtask: CheckedSubTask, full: (id: string) => string): CheckedSubTask {
  const { when, forEach } = subtask
  return {
    ...subtask,
    id: full(subtask.id),
    dependsOn: subtask.dependsOn.map(full),
    ...(when ? { when: when.map((condition) => ({ ...condition, from: full(condition.from) })) } : {}),
    ...(forEach ? { forEach: { ...forEach, from: full(forEach.from) } } : {}),
    payload: replaceReferences(
      subtask.payload,
      (reference) => ({ ...reference, $from: full(reference.$from) }) as unknown as JsonValue,
    ),
  }
}
