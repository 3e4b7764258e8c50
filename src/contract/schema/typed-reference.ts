// PURE. References as values: their properties are references to the parts.
import { TroupeError } from '../errors'
import { toPointer } from '../json'
import type { Reference } from '../plan'
import type { StandInKey } from '../references'
import type { UntypedReference } from './plan-types'

interface Origin {
  /** The builder that made it: one plan's references mean nothing in another. */
  owner: object
  /** The id of a subtask, `inputs`, or the key that stands for an element or an event. */
  from: string
  steps: readonly string[]
}

/** A reference has no properties of its own: all belong to what it stands for. */
const origins = new WeakMap<object, Origin>()

export function typedReference(owner: object, from: string, steps: readonly string[] = []): UntypedReference {
  const reference = new Proxy<UntypedReference>(Object.freeze(Object.create(null) as UntypedReference), {
    get(_target, key) {
      if (typeof key === 'string') return typedReference(owner, from, [...steps, key])
      if (key === Symbol.toPrimitive || key === Symbol.iterator) throw misuse(from, steps)
      return undefined
    },
    ownKeys() {
      throw misuse(from, steps)
    },
  })
  origins.set(reference, { owner, from, steps })
  return reference
}

export interface FoundReference {
  /** As it stands in a payload. */
  written: Reference | Partial<Record<StandInKey, string>>
  /** Of an output or the inputs: where conditions and maps take their values from. */
  source?: { from: string; path?: string }
  /** It was made for another plan. */
  foreign: boolean
}

/** What a value refers to, if it is such a reference. */
export function referenceOf(value: object, owner: object): FoundReference | undefined {
  const origin = origins.get(value)
  if (!origin) return undefined
  const { from, steps } = origin
  const foreign = origin.owner !== owner
  const pointer = toPointer(steps)
  if (from === '$element' || from === '$event') return { written: { [from]: pointer }, foreign }
  const path = steps.length === 0 ? {} : { path: pointer }
  return { written: { $from: from, ...path }, source: { from, ...path }, foreign }
}

function misuse(from: string, steps: readonly string[]): TroupeError {
  const place = `the reference to ${JSON.stringify(from + toPointer(steps))}`
  return new TroupeError('InvalidPlan', `${place} was used as if its value were known`, {
    hint: 'the value exists when the run does: hand the reference itself on, as a value in a payload',
  })
}
