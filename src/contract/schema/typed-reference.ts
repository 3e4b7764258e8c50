// PURE. References as values: their properties are references to the parts.
import { TroupeError } from '../errors'
import { toPointer } from '../json'
import type { Reference } from '../plan'
import type { UntypedReference } from './plan-types'

interface Origin {
  /** The builder that made it: one plan's references mean nothing in another. */
  owner: object
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

/** What a value refers to, if it is such a reference; `foreign` if it was made for another plan. */
export function referenceOf(value: object, owner: object): { reference: Reference; foreign: boolean } | undefined {
  const origin = origins.get(value)
  if (!origin) return undefined
  const { from, steps } = origin
  const reference: Reference = { $from: from, ...(steps.length === 0 ? {} : { path: toPointer(steps) }) }
  return { reference, foreign: origin.owner !== owner }
}

function misuse(from: string, steps: readonly string[]): TroupeError {
  const place = `the reference to ${JSON.stringify(from + toPointer(steps))}`
  return new TroupeError('InvalidPlan', `${place} was used as if its value were known`, {
    hint: 'the value exists when the run does: hand the reference itself on, as a value in a payload',
  })
}
