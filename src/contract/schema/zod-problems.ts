// PURE. What zod found, as problems that name place, value and choices.
import type { z } from 'zod'
import type { Problem } from '../errors'
import { preview } from '../json'
import { choicesHint } from '../nearest'
import { joinPath } from './path'

/** The keys that there are: of the outermost object, or at each place. */
export type KnownKeys = readonly string[] | ((path: readonly PropertyKey[]) => readonly string[])

/** Problems of a value that a schema refused. `knownKeys` gives hints for unknown keys. */
export function zodProblems(error: z.ZodError, value: unknown, path: string, knownKeys: KnownKeys = []): Problem[] {
  return error.issues.flatMap((issue) => {
    const place = joinPath(path, issue.path)
    const found = valueAt(value, issue.path)
    if (issue.code === 'unrecognized_keys') {
      const keys = keysAt(issue.path, knownKeys)
      return issue.keys.map((key) => ({
        path: joinPath(place, [key]),
        message: `unknown key ${preview(key)}`,
        ...(keys.length > 0 ? { hint: choicesHint(key, keys, 'keys') } : {}),
      }))
    }
    if (found === undefined && issue.code === 'invalid_type') {
      return [{ path: place, message: `missing: ${expectation(issue.message)}` }]
    }
    if (issue.code === 'invalid_value') {
      return [
        {
          path: place,
          message: `${preview(found)} is not one of the choices`,
          hint: `choices: ${issue.values.join(', ')}`,
        },
      ]
    }
    return [{ path: place, message: `${preview(found)}: ${expectation(issue.message)}` }]
  })
}

function keysAt(path: readonly PropertyKey[], known: KnownKeys): readonly string[] {
  if (typeof known === 'function') return known(path)
  return path.length === 0 ? known : []
}

/** zod's message without what the value already shows. */
function expectation(message: string): string {
  const [expected] = message.replace(/^Invalid input: /, '').split(', received')
  return expected ?? message
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  )
}
