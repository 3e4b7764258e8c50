// EFFECTS. Checks a change to a live run's plan against the plan as it is, and keeps what becomes of it as a fragment.
import { toTroupeError, TroupeError } from '../src/contract/errors'
import { MAX_DEPENDENCIES } from '../src/contract/limits'
import type { CheckChangeInput, CheckedChange } from '../src/contract/activity-messages'
import type { GraphNode, SpawnFragment } from '../src/contract/messages'
import type { SubTask } from '../src/contract/plan'
import { refusalOf } from '../src/contract/problems'
import { checkAddition } from '../src/contract/schema/check-addition'
import { dependencyCount } from '../src/contract/schema/check-graph'
import { checkReplacement } from '../src/contract/schema/check-replacement'
import type { ActivityDependencies } from './dependencies'
import { toRefusal } from './failures'
import type { Specs } from './specs'
import { assertStore } from './store-identity'

export function createCheckChange(
  deps: ActivityDependencies,
  specs: Specs,
): (input: CheckChangeInput) => Promise<CheckedChange> {
  return async function checkChange(input) {
    try {
      assertStore(deps.store, input.store)
      const { change } = input
      return 'add' in change
        ? { added: await add(change.add, input) }
        : { replaced: await replace(change.replace, input) }
    } catch (error) {
      // Whoever wants the change waits for an answer: what is not understood is one too
      throw toRefusal(toTroupeError(error))
    }
  }

  async function add(subtasks: SubTask[], input: CheckChangeInput) {
    const { reactions } = await specs.spec(input.spec)
    const context = { ...(await contextOf(input)), first: input.known.length, reactions }
    const { checked, problems } = checkAddition(subtasks, context)
    if (!checked) throw refusalOf('ChangeRefused', 'what is to be added', problems)
    assertEdges(input, checked.nodes)
    return { first: input.known.length, fragment: await keep({ subtasks: checked.subtasks }), nodes: checked.nodes }
  }

  async function replace(
    { taskId, ...change }: Extract<CheckChangeInput['change'], { replace: unknown }>['replace'],
    input: CheckChangeInput,
  ) {
    const context = await contextOf(input)
    const fragment = input.known.find(({ id }) => id === taskId)?.fragment
    const subtask = await specs.subtask(fragment ?? input.spec, taskId)
    const { checked, problems } = checkReplacement(subtask, change, context)
    if (!checked) throw refusalOf('ChangeRefused', 'the change', problems)
    assertEdges(input, [checked.node])
    return { fragment: await keep({ subtasks: [checked.subtask] }), node: checked.node }
  }

  async function contextOf({ spec: artifact, known, now }: CheckChangeInput) {
    const { inputs, team, onFailure } = await specs.spec(artifact)
    return {
      known,
      inputs,
      agents: team.agents,
      now: Date.parse(now),
      ...(onFailure === undefined ? {} : { onFailure }),
    }
  }

  function keep(content: SpawnFragment): Promise<string> {
    return deps.store.artifacts.put(JSON.stringify(content))
  }
}

function assertEdges({ known }: CheckChangeInput, nodes: readonly GraphNode[]): void {
  const edges = dependencyCount([...known, ...nodes])
  if (edges <= MAX_DEPENDENCIES) return
  const message = `the run would have ${edges} dependencies; at most ${MAX_DEPENDENCIES} are allowed`
  throw new TroupeError('ChangeRefused', message)
}
