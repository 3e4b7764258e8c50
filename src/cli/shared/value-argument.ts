// HOST. A value that a person gives a run: JSON, or @FILE; it must be there.
import type { JsonValue } from '../../contract/json'
import { jsonArgument } from './json-argument'

/** @throws TroupeError `InvalidUsage` */
export async function valueArgument(name: string, argument: string): Promise<JsonValue> {
  return (await jsonArgument(name, argument)) as JsonValue
}
