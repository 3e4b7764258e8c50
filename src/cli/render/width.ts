// HOST, pure. How many columns a text takes. Where terminals differ the wider answer is taken: a line that is a little
// short does no harm, one that wraps destroys a picture that is drawn again and again.

/** What is drawn over the character before it; not the sign that may turn that into a picture of two columns. */
const NOTHING = /^(?!\ufe0f)[\p{Mn}\p{Me}\u200c\u200d]$/u
/** Characters of two columns: East Asian ones in their scripts and forms, and pictures. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\p{Script=Nushu}\p{Extended_Pictographic}\p{Regional_Indicator}\u1100-\u11ff\u2e80-\u303e\u3040-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]$/u
/** Printable ASCII, the usual case. */
const PLAIN = /^[ -~]*$/

/** Columns of a clean text. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

function characterWidth(character: string): number {
  if (PLAIN.test(character)) return 1
  if (NOTHING.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** The text in at most `width` columns; what was cut off is shown by `…`. */
export function cut(text: string, width: number): string {
  return displayWidth(text) <= width ? text : truncate(text, width)
}

/** As much of the text as leaves room for `…` behind it. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return ''
  let kept = ''
  let used = 0
  for (const character of text) {
    used += characterWidth(character)
    if (used > width - 1) break
    kept += character
  }
  return `${kept}…`
}

/** The text with spaces behind it, up to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}
