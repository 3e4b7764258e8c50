// EFFECTS. Writes events as an immutable segment.
import type { EventSegment } from '../src/contract/event'
import type { SealEventsInput } from '../src/contract/activity-messages'
import type { ActivityDependencies } from './dependencies'
import { toPostponement } from './failures'
import { assertStore } from './store-identity'

export function createSealEvents(deps: ActivityDependencies): (input: SealEventsInput) => Promise<EventSegment> {
  return async function sealEvents({ store, events }) {
    try {
      assertStore(deps.store, store)
      const artifact = await deps.store.artifacts.put(Buffer.from(JSON.stringify(events)))
      return { artifact, from: events[0]!.offset, to: events.at(-1)!.offset }
    } catch (error) {
      throw toPostponement(error)
    }
  }
}
