// EFFECTS. Puts values in the place of a payload's references, where the agent runs.
import { TroupeError } from '../src/contract/errors'
import { inPortions } from '../src/contract/in-portions'
import { preview, resolvePointer, type JsonValue } from '../src/contract/json'
import type { CheckedSubTask } from '../src/contract/messages'
import { INPUTS_ID } from '../src/contract/names'
import { choicesHint } from '../src/contract/nearest'
import type { Reference } from '../src/contract/plan'
import { findReferences, replaceAll } from '../src/contract/references'
import type { Outputs, Surroundings } from './outputs'

/** References looked up at once for one payload: a join may have thousands. */
const LOOKED_UP_AT_ONCE = 32

/**
 * In one pass: what was put in is not looked into, whatever it holds. A reference to a dependency that did not succeed
 * stands for how that ended, wherever it points.
 *
 * @throws TroupeError `ReferenceNotFound` if there is nothing where a reference points
 */
export async function resolvePayload(
  { payload, event }: Pick<CheckedSubTask, 'payload' | 'event'>,
  surroundings: Surroundings,
  outputs: Outputs,
): Promise<JsonValue> {
  const wanted = new Map(findReferences(payload).map(({ reference }) => [keyOf(reference), reference]))
  const look = async ([key, reference]: [string, Reference]): Promise<[string, JsonValue]> => [
    key,
    await valueOf(reference, surroundings, outputs),
  ]
  const values = new Map(await inPortions([...wanted], LOOKED_UP_AT_ONCE, look))
  const resolved = replaceAll(payload, {
    $from: (reference) => values.get(keyOf(reference))!,
    ...(event ? { $event: (pointer) => partOf(event, pointer) } : {}),
  })
  // What was read is kept for others, and an agent may change what it is handed
  return JSON.parse(JSON.stringify(resolved)) as JsonValue
}

async function valueOf({ $from, path }: Reference, surroundings: Surroundings, outputs: Outputs): Promise<JsonValue> {
  const { failures } = surroundings
  if (failures && Object.hasOwn(failures, $from)) return failures[$from] as unknown as JsonValue
  const found = await outputs.lookUp(surroundings, $from, path)
  if (found.found) return found.value
  throw notFound($from === INPUTS_ID ? 'the inputs have' : `the output of ${preview($from)} has`, path, found)
}

function partOf(event: NonNullable<CheckedSubTask['event']>, pointer: string): JsonValue {
  const found = resolvePointer(event, pointer)
  if (found.found) return found.value as JsonValue
  throw notFound(`the event ${preview(event.type)} has`, pointer, found)
}

function notFound(whose: string, path = '', { at, choices }: { at: string; choices: string[] }): TroupeError {
  return new TroupeError('ReferenceNotFound', `reference to nothing: ${whose} no ${preview(path)}`, {
    hint: choicesHint(path, choices, `keys at "${at}"`),
  })
}

function keyOf({ $from, path }: Reference): string {
  return JSON.stringify([$from, path ?? ''])
}
