// PURE. Durations and times as a person reads them. Not for workflows: a time of day is that of whoever reads it.

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A length of time in its two largest units: `850 ms`, `12.3 s`, `4 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(milliseconds: number): string {
  const ms = Number.isFinite(milliseconds) ? Math.max(0, Math.round(milliseconds)) : 0
  if (ms < SECOND) return `${ms} ms`
  if (ms < MINUTE) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`
}

/** The same in whole seconds, for what is drawn again and again: `0 s`, `12 s`, `4 min 12 s`. */
export function elapsed(milliseconds: number): string {
  const ms = Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : 0
  return ms < MINUTE ? `${Math.floor(ms / SECOND)} s` : duration(ms)
}

/** Milliseconds from an ISO time to `now`; 0 where the clocks of two machines differ, or the time is none. */
export function since(iso: string | undefined, now: number): number {
  const at = Date.parse(iso ?? '')
  return Number.isNaN(at) ? 0 : Math.max(0, now - at)
}

/** The local time of day, `14:03:12`. */
export function clock(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return '?'
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')
}
