// HOST. Outputs as they travel: small ones inline, large ones as an artifact and a reference to it.
import type { JsonValue } from '../contract/json'
import { INLINE_OUTPUT_BYTES } from '../contract/limits'
import type { OutputReference, StoredOutput } from '../contract/run'
import type { ArtifactStore } from './store'

/** Characters (UTF-16 code units) of a large output that its reference shows. */
const PREVIEW_LENGTH = 200

/**
 * An output as it travels. Which of the two it is stands beside the value, so no value can pass for a reference.
 *
 * @throws TroupeError `StoreUnavailable`
 */
export async function storeOutput(store: { artifacts: ArtifactStore }, value: JsonValue): Promise<StoredOutput> {
  const text = JSON.stringify(value)
  if (Buffer.byteLength(text) <= INLINE_OUTPUT_BYTES) return { inline: value }
  const bytes = Buffer.from(text)
  const artifact = await store.artifacts.put(bytes)
  return { reference: { artifact, bytes: bytes.length, preview: startOf(text) } }
}

/**
 * The output that a reference stands for.
 *
 * @throws TroupeError `ArtifactNotFound`, `ArtifactCorrupt` or `StoreUnavailable`
 */
export async function loadOutput(store: { artifacts: ArtifactStore }, reference: OutputReference): Promise<JsonValue> {
  return JSON.parse((await store.artifacts.get(reference.artifact)).toString()) as JsonValue
}

/** The first characters; a pair of surrogates is not cut in two. */
function startOf(text: string): string {
  const last = text.charCodeAt(PREVIEW_LENGTH - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? PREVIEW_LENGTH - 1 : PREVIEW_LENGTH)
}
