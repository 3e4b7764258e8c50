// EFFECTS. Checks what an agent spawned by the plan's rules and keeps it as a fragment.
import { TroupeError } from '../src/contract/errors'
import { MAX_DEPENDENCIES } from '../src/contract/limits'
import type { AgentExecution } from '../src/contract/activity-messages'
import type { RunSpec, SpawnFragment } from '../src/contract/messages'
import { choicesHint } from '../src/contract/nearest'
import { describeProblem } from '../src/contract/problems'
import { dependencyCount } from '../src/contract/schema/check-graph'
import { checkSpawn } from '../src/contract/schema/check-spawn'
import type { Store } from '../src/storage/store'
import type { SpawnRequest } from './agent-context'

/** Problems that the failure names; the rest is counted. */
const NAMED_PROBLEMS = 10

/** @throws TroupeError `InvalidSpawn` naming the problems, or `SpawnLimitExceeded` */
export async function keepSpawned(
  spawner: string,
  request: SpawnRequest,
  spec: RunSpec,
  store: Store,
  untrusted?: string,
): Promise<Pick<AgentExecution, 'spawned' | 'outputFrom'>> {
  const { subtasks, output } = request
  const { inputs, team, onFailure, maxSubtasks } = spec
  if (subtasks.length === 0 && output === undefined) return {}
  if (subtasks.length > maxSubtasks)
    throw new TroupeError(
      'SpawnLimitExceeded',
      `it spawned ${subtasks.length} subtasks; this run has at most ${maxSubtasks}`,
    )
  const { checked, problems } = checkSpawn(spawner, asJson(subtasks), {
    agents: team.agents,
    inputs,
    now: Date.now(),
    ...(onFailure === undefined ? {} : { onFailure }),
  })
  if (!checked) {
    const named = problems.slice(0, NAMED_PROBLEMS).map(describeProblem)
    if (problems.length > NAMED_PROBLEMS) named.push(`and ${problems.length - NAMED_PROBLEMS} more`)
    throw new TroupeError('InvalidSpawn', `what it spawned is not valid: ${named.join('; ')}`, { problems })
  }
  const edges = dependencyCount(checked.nodes)
  if (edges > MAX_DEPENDENCIES)
    throw new TroupeError(
      'SpawnLimitExceeded',
      `what it spawned has ${edges} dependencies; at most ${MAX_DEPENDENCIES} are allowed`,
    )
  const ids = subtasks.map(({ id }) => id)
  if (output !== undefined && !ids.includes(output)) {
    throw new TroupeError('InvalidSpawn', `its output is to come from "${output}", which it did not spawn`, {
      hint: choicesHint(output, ids, 'spawned subtasks'),
    })
  }
  const fragment: SpawnFragment = { subtasks: checked.subtasks, ...(untrusted === undefined ? {} : { untrusted }) }
  const artifact = await store.artifacts.put(Buffer.from(JSON.stringify(fragment)))
  return {
    spawned: { fragment: artifact, nodes: checked.nodes },
    ...(output === undefined ? {} : { outputFrom: `${spawner}/${output}` }),
  }
}

function asJson(subtasks: unknown[]): unknown[] {
  try {
    return JSON.parse(JSON.stringify(subtasks)) as unknown[]
  } catch (error) {
    throw new TroupeError('InvalidSpawn', `what it spawned cannot be JSON: ${(error as Error).message}`)
  }
}
