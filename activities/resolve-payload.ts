// EFFECTS. Puts values in the place of a payload's references, where the agent runs.
import { TroupeError } from '../src/contract/errors'
import { inPortions } from '../src/contract/in-portions'
import { preview, resolvePointer, type JsonValue } from '../src/contract/json'
import type { RunKey } from '../src/contract/messages'
import { INPUTS_ID } from '../src/contract/names'
import { choicesHint } from '../src/contract/nearest'
import { findReferences, replaceReferences } from '../src/contract/references'
import type { ActivityDependencies } from './dependencies'
import { standingResult } from './results'

/** Records read at once for one payload: a join may have 2,000 references. */
const READ_AT_ONCE = 32

/** @throws TroupeError `ReferenceNotFound` if an output has nothing where a reference points */
export async function resolvePayload(
  payload: unknown,
  run: RunKey,
  inputs: JsonValue,
  deps: ActivityDependencies,
): Promise<JsonValue> {
  const sources = [...new Set(findReferences(payload).map(({ reference }) => reference.$from))]
  const wanted = sources.filter((source) => source !== INPUTS_ID)
  const output = async (id: string): Promise<[string, JsonValue]> => [
    id,
    await deps.outputs.load((await standingResult(deps.store, run, id)).output),
  ]
  const outputs = await inPortions(wanted, READ_AT_ONCE, output)
  const values = new Map<string, JsonValue>([[INPUTS_ID, inputs], ...outputs])
  return replaceReferences(payload, ({ $from, path }) => {
    const found = resolvePointer(values.get($from), path ?? '')
    if (found.found) return found.value as JsonValue
    const owner = $from === INPUTS_ID ? 'the inputs have' : `the output of ${preview($from)} has`
    const message = `reference to nothing: ${owner} no ${preview(path)}`
    throw new TroupeError('ReferenceNotFound', message, {
      hint: choicesHint(path ?? '', found.choices, `keys at "${found.at}"`),
    })
  })
}
