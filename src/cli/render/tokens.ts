// HOST, pure. Tokens as a person reads them, and the calls of which nobody knows whether they were billed.

/** `950`, `12.3k`, `1.2M`: cut, never rounded up, since nobody should read a cap that was not reached. */
export function tokenCount(tokens: number): string {
  if (tokens < 1_000) return String(tokens)
  const [unit, sign] = tokens < 1_000_000 ? [1_000, 'k'] : [1_000_000, 'M']
  return `${(Math.floor((tokens * 10) / unit) / 10).toFixed(1)}${sign}`
}

/** `12.3k tokens, 1 call unconfirmed`; empty where no model was called. */
export function tokenText(tokensUsed = 0, unconfirmedCalls = 0): string {
  const used = tokensUsed > 0 || unconfirmedCalls > 0 ? `${tokenCount(tokensUsed)} tokens` : ''
  return unconfirmedCalls > 0
    ? `${used}, ${unconfirmedCalls} call${unconfirmedCalls === 1 ? '' : 's'} unconfirmed`
    : used
}
