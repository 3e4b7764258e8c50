// TEAM. Questions to a specification: whether its ids can be relied on, and which part of it concerns a module.
import type { Module, Specification } from './documents'

/** What is wrong with it that its schema cannot say. */
export function specificationProblems(specification: Specification): string[] {
  const requirements = specification.requirements.map(({ id }) => id)
  return [...twice(requirements, 'requirements'), ...twice(criterionIds(specification), 'criteria')]
}

export function criterionIds({ requirements }: Specification): string[] {
  return requirements.flatMap(({ criteria }) => criteria.map(({ id }) => id))
}

/** The requirements that a module is there for, with those of their criteria that are its own. */
export function specificationFor(specification: Specification, { criteria }: Module): Specification {
  const own = new Set(criteria)
  const requirements = specification.requirements
    .map((requirement) => ({ ...requirement, criteria: requirement.criteria.filter(({ id }) => own.has(id)) }))
    .filter((requirement) => requirement.criteria.length > 0)
  return { ...specification, requirements }
}

/** The criteria that a text names as `[AC-1]`. */
export function namedCriteria(text: string): string[] {
  return [...new Set([...text.matchAll(/\[(AC-[1-9][0-9]{0,3})\]/g)].map(([, id]) => id!))]
}

function twice(ids: readonly string[], what: string): string[] {
  const repeated = [...new Set(ids.filter((id, place) => ids.indexOf(id) !== place))]
  return repeated.map((id) => `two ${what} have the id ${id}: give every one an id of its own`)
}
