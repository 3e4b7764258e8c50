// EFFECTS. Makes subtasks of events that matched reactions: one fragment for all that came together.
import type { Reacted, ReactInput } from '../src/contract/activity-messages'
import type { CheckedSubTask, SpawnFragment } from '../src/contract/messages'
import type { ActivityDependencies } from './dependencies'
import { toPostponement } from './failures'
import type { Specs } from './specs'
import { assertStore } from './store-identity'

export function createReact(deps: ActivityDependencies, specs: Specs): (input: ReactInput) => Promise<Reacted> {
  return async function react({ store, spec, matches }) {
    try {
      assertStore(deps.store, store)
      const { reactions } = await specs.spec(spec)
      const fragment: SpawnFragment = {
        subtasks: matches.map(({ reaction, id, event }): CheckedSubTask => ({
          ...reactions[reaction]!.run,
          id,
          dependsOn: [],
          event,
        })),
      }
      return { fragment: await deps.store.artifacts.put(JSON.stringify(fragment)) }
    } catch (error) {
      throw toPostponement(error)
    }
  }
}
