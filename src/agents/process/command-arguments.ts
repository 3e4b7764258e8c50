// HOST. Fills the placeholders of a command's arguments from the payload: `{{name}}`, `{{a.b}}`, and `{{}}` for all of it.
import { isObject, preview } from '../../contract/json'
import { TroupeError } from '../../contract/errors'

/** Anything between double braces; what begins with a dot is some program's own template (`docker ps --format {{.ID}}`). */
const PLACEHOLDER = /\{\{(?!\s*\.)([^{}]*)\}\}/g
/** Keys that an error names; more would not be read. */
const NAMED_KEYS = 20

/** True if an argument takes something from the payload; without one the payload goes to standard input. */
export function hasPlaceholder(command: readonly string[]): boolean {
  return command.slice(1).some((argument) => argument.search(PLACEHOLDER) >= 0)
}

/**
 * The arguments with their values: strings as they are, other values as JSON.
 *
 * @throws InvalidPayload if a placeholder has no value, or a value cannot be an argument
 */
export function fillArguments(command: readonly string[], payload: unknown): string[] {
  return command.slice(1).map((argument, index) =>
    argument.replace(PLACEHOLDER, (placeholder: string, path: string) => {
      const value = lookUp(payload, path.trim(), placeholder)
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      if (!text.includes('\0')) return text
      throw new TroupeError(
        'InvalidPayload',
        `the value of ${placeholder} in argument ${index + 1} holds a NUL character`,
        {
          hint: 'no program can take one in an argument: hand the payload over on standard input (no placeholders)',
        },
      )
    }),
  )
}

function lookUp(payload: unknown, path: string, placeholder: string): unknown {
  let value = payload
  for (const key of path === '' ? [] : path.split('.')) {
    const found = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    if (!found) throw missing(value, key, placeholder)
    value = (value as Record<string, unknown>)[key]
  }
  if (value === undefined) throw missing(payload, path, placeholder)
  return value
}

function missing(place: unknown, key: string, placeholder: string): TroupeError {
  const keys = isObject(place) ? Object.keys(place) : []
  const choices = keys.slice(0, NAMED_KEYS).join(', ') + (keys.length > NAMED_KEYS ? ', …' : '')
  const there = isObject(place)
    ? keys.length > 0
      ? `the keys there are: ${choices}`
      : 'there are no keys'
    : `there is ${preview(place)}`
  return new TroupeError('InvalidPayload', `the payload has no value for ${placeholder}: no "${key}"; ${there}`, {
    hint: 'give the payload this key, or correct the placeholder in the command',
  })
}
