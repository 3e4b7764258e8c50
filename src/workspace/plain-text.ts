// PURE. Whether bytes are a text.

/** The text of UTF-8 bytes; undefined for bytes that are none, or that hold NUL. */
export function plainText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
