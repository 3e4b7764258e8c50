// PURE. Ids of calls and effects that a person approves: the digits that are shown, and which call somebody means by them. What is
// recorded and compared is the whole id.

/** Hexadecimal digits that a person is shown, and may type: fewer name nothing. */
const SHOWN_DIGITS = 12

/** Of SHA-256: it is all there. */
const ALL_DIGITS = 64

export function shownApprovalId(approvalId: string): string {
  return approvalId.slice(0, SHOWN_DIGITS)
}

/** Whether it may stand for a longer one. */
export function isBeginning(said: string): boolean {
  return said.length >= SHOWN_DIGITS && said.length < ALL_DIGITS
}

/** The whole id of what is asked about now, where `said` is its beginning; else what was said. */
export function meantApprovalId(said: string, asked: string | undefined): string {
  return isBeginning(said) && asked?.startsWith(said) ? asked : said
}
