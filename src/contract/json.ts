// PURE. JSON values: their type, their size in bytes, their beginnings, and JSON Pointers into them (RFC 6901).

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** True for `{…}`: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether lists and objects are nested in more than so many levels; a circle is. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((element) => isDeeper(element, levels - 1))
}

/** Size in bytes of a value as UTF-8 JSON. Counted by hand, since a workflow has neither Buffer nor TextEncoder. */
export function jsonBytes(value: unknown): number {
  return utf8Bytes(JSON.stringify(value) ?? '')
}

/** Size in bytes of a text as UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) bytes += unit <= 0x7ff || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return bytes
}

/** A value as short JSON for a message: at most `limit` characters, none of which a terminal obeys. */
export function preview(value: unknown, limit = 80): string {
  return shortened(printable(typeof value === 'bigint' ? `${value}n` : written(value)), limit)
}

/** A text as it is, anything else as JSON; at most `limit` characters, after which a person stops to read. */
export function short(value: unknown, limit = 200): string {
  return shortened(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)), limit)
}

/** At most so many characters, none of them cut in half. */
export function shortened(text: string, length: number): string {
  // Only the beginning of a text that may have megabytes is looked at
  return text.length <= length ? text : `${Array.from(text.slice(0, length)).slice(0, -1).join('')}…`
}

/** The first of a list with commas between, and how many more there are: what a message names. */
export function firstOf<Item>(items: readonly Item[], named: number, toText: (item: Item) => string = String): string {
  const more = items.length - named
  return items.slice(0, named).map(toText).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** As JSON, or what there is where JSON cannot hold it: a circle, or an object without a text of its own. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** A text in quotes, as JSON writes it, with every control character escaped. */
export function quote(text: string): string {
  return printable(JSON.stringify(text))
}

/** JSON leaves the control characters above 0x7e and Unicode's line ends as they are. */
function printable(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The steps of a JSON Pointer: `/a/b~1c` is `['a', 'b/c']`, the empty pointer is `[]`; undefined if it is malformed. */
export function pointerSteps(pointer: string): string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** A JSON Pointer from its steps. */
export function toPointer(steps: readonly (string | number)[]): string {
  return steps.map((step) => '/' + String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('')
}

/** What a pointer finds, or how far it came and which keys there were. */
export function resolvePointer(
  root: unknown,
  pointer: string,
): { found: true; value: unknown } | { found: false; at: string; choices: string[] } {
  const steps = pointerSteps(pointer)
  if (!steps) return { found: false, at: '', choices: [] }
  let value = root
  for (const [depth, step] of steps.entries()) {
    // Enumerable, not merely own: the length of a list is no part of it
    if (typeof value !== 'object' || value === null || !Object.prototype.propertyIsEnumerable.call(value, step)) {
      const choices = typeof value === 'object' && value !== null ? Object.keys(value).slice(0, 20) : []
      return { found: false, at: toPointer(steps.slice(0, depth)), choices }
    }
    value = (value as Record<string, unknown>)[step]
  }
  return { found: true, value }
}
