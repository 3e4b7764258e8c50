// HOST, pure. Values of agents, short: on one line, and cut where a person stops to read.

/** Characters of a value beside other things. */
const SHORT = 120

/** A text as it is, anything else as JSON; at most `limit` characters. */
export function shortJson(value: unknown, limit = SHORT): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  // Only the beginning of a text that may have megabytes is looked at
  return text.length <= limit ? text : `${Array.from(text.slice(0, limit)).slice(0, -1).join('')}…`
}
