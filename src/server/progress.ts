// HOST. Signs of life from work that takes minutes.

/** Often enough not to look hung, and few enough lines for a log. */
const REPORT_INTERVAL_MS = 10_000

/** The work's own result; until it settles, `report` is called every ten seconds with the time that it has taken. */
export async function reportWhile<T>(work: Promise<T>, report: (elapsed: string) => void): Promise<T> {
  const began = Date.now()
  const timer = setInterval(() => report(describeDuration(Date.now() - began)), REPORT_INTERVAL_MS)
  try {
    return await work
  } finally {
    clearInterval(timer)
  }
}

function describeDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
