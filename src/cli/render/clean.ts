// HOST, pure. Ids, messages and outputs come from agents: what a terminal would obey, or would show as something else,
// becomes visible text here.

/** Line ends and tabs, in runs: a space says enough in a line. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/**
 * Control characters; invisible format characters (bidirectional overrides among them) but for the two joiners that
 * scripts and emoji need; lone surrogates, which have no UTF-8 form; and fillers that look like nothing.
 */
const UNSEEN = /[\p{Cc}\u115f\u1160\u3164\uffa0]|(?![\u200c\u200d])\p{Cf}|\p{Cs}/gu

/** The text on one line, without anything that a terminal acts upon. */
export function clean(text: string): string {
  return text.replace(BREAKS, ' ').replace(UNSEEN, escaped)
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  const digits = code.toString(16)
  return code <= 0xff
    ? `\\x${digits.padStart(2, '0')}`
    : code <= 0xffff
      ? `\\u${digits.padStart(4, '0')}`
      : `\\u{${digits}}`
}

/** The lines of a longer text, each of them clean. */
export function cleanLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).map(clean)
}
