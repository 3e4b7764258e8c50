// EFFECTS. Looks at a subtask before it starts: do its conditions hold, which elements has its map, what is a person asked?
import { toTroupeError, TroupeError } from '../src/contract/errors'
import { preview } from '../src/contract/json'
import type { EvaluateInput, Verdict } from '../src/contract/activity-messages'
import type { CheckedSubTask, RunSpec, SpawnFragment } from '../src/contract/messages'
import { INPUTS_ID } from '../src/contract/names'
import type { ForEach } from '../src/contract/plan'
import { unmet } from '../src/contract/run/conditions'
import type { ActivityDependencies } from './dependencies'
import { expandMap } from './expand-map'
import { toFailure } from './failures'
import type { LookedUp, Outputs, Surroundings } from './outputs'
import { keepRequest } from './requests'
import { resolvePayload } from './resolve-payload'
import { keepResult } from './results'
import type { Specs } from './specs'
import { assertStore } from './store-identity'

/** What is being looked at. */
interface Subject {
  input: EvaluateInput
  subtask: CheckedSubTask
  spec: RunSpec
  surroundings: Surroundings
}

/** Another attempt comes to the same, and keeps nothing twice. */
export function createEvaluateSubtask(
  deps: ActivityDependencies,
  specs: Specs,
  outputs: Outputs,
): (input: EvaluateInput) => Promise<Verdict> {
  return async function evaluateSubtask(input) {
    try {
      assertStore(deps.store, input.store)
      const spec = await specs.spec(input.spec)
      const subtask = await specs.subtask(input.fragment ?? input.spec, input.subtask)
      return await evaluate({ input, subtask, spec, surroundings: { ...input, inputs: spec.inputs } })
    } catch (error) {
      // What is not understood would be no better for another attempt, and the subtask waits
      throw toFailure(toTroupeError(error))
    }
  }

  async function evaluate(subject: Subject): Promise<Verdict> {
    const { input, subtask, spec, surroundings } = subject
    const reason = await firstUnmet(subject)
    if (reason !== undefined) return { verdict: 'skip', reason }
    if (subtask.forEach) return expand(subject, subtask.forEach)
    if (!spec.team.agents.some(({ name, person }) => name === input.agent && person)) return { verdict: 'run' }
    const payload = await resolvePayload(subtask, surroundings, outputs)
    return { verdict: 'ask', request: await keepRequest(payload, input.run, subtask.id, deps) }
  }

  async function firstUnmet({ subtask, surroundings }: Subject): Promise<string | undefined> {
    for (const condition of subtask.when ?? []) {
      const reason = unmet(condition, await outputs.lookUp(surroundings, condition.from, condition.path))
      if (reason !== undefined) return reason
    }
    return undefined
  }

  async function expand({ input, subtask, spec, surroundings }: Subject, forEach: ForEach): Promise<Verdict> {
    const found = await outputs.lookUp(surroundings, forEach.from, forEach.path)
    if (!found.found || !Array.isArray(found.value)) throw notAList(forEach, found)
    const count = found.value.length
    const { subtasks, nodes } = expandMap({ map: subtask, forEach, count, failures: input.failures }, spec)
    const content: SpawnFragment = { subtasks }
    const fragment = await deps.store.artifacts.put(JSON.stringify(content))
    const { spawned = { fragment, nodes } } = await keepResult(deps.store, input.run, subtask.id, {
      output: { inline: [] },
      ...(count > 0 ? { outputOfEach: count } : {}),
      tokensUsed: 0,
      durationMs: 0,
      attempt: 1,
      agent: input.agent,
      agentVersion: '',
      spawned: { fragment, nodes },
    })
    return { verdict: 'map', spawned }
  }
}

function notAList({ from, path }: ForEach, found: LookedUp): TroupeError {
  const whose = from === INPUTS_ID ? 'the inputs' : `the output of ${preview(from)}`
  const place = path ? `${whose} at ${preview(path)}` : whose
  const what = found.found ? `is ${preview(found.value)}` : 'is missing'
  return new TroupeError('InvalidPayload', `${place} ${what}: a map needs a list`, {
    hint: '"forEach" names a subtask (or inputs) and the place of a list in its output',
  })
}
