// PURE. What zod found, as problems that name place, value and choices.
import type { z } from 'zod'
import type { Problem } from '../errors'
import { preview } from '../json'
import { choicesHint } from '../nearest'
import { joinPath } from './path'

/** Problems of a value that a schema refused. `knownKeys` gives hints for unknown keys of the outermost object. */
export function zodProblems(
  error: z.ZodError,
  value: unknown,
  path: string,
  knownKeys: readonly string[] = [],
): Problem[] {
  return error.issues.flatMap((issue) => {
    const place = joinPath(path, issue.path)
    const found = valueAt(value, issue.path)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: joinPath(place, [key]),
        message: `unknown key ${preview(key)}`,
        ...(issue.path.length === 0 && knownKeys.length > 0 ? { hint: choicesHint(key, knownKeys, 'keys') } : {}),
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
