// PURE. When a provider wants to be asked again.

/** Milliseconds from `now`, from `retry-after-ms` or `retry-after` (seconds, or an HTTP date); undefined if neither says so. */
export function retryAfterMs(headers: Record<string, string>, now: number): number | undefined {
  const exact = Number.parseFloat(headers['retry-after-ms'] ?? '')
  if (Number.isFinite(exact)) return Math.max(0, Math.ceil(exact))
  const text = headers['retry-after']?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000)
  const date = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
