// HOST. The resident memory of a child process. The heap's bound says nothing of buffers and native memory: on Linux the
// kernel is asked, elsewhere only the heap is bounded.
import { readFileSync } from 'node:fs'
import { MEMORY_POLL_MS, RESIDENT_BASE_MB, RESIDENT_FACTOR } from './limits'

/** Undefined where the system does not tell, or the process is gone. */
export function residentMegabytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
  } catch {
    return undefined
  }
}

/** The resident megabytes that a process may have, by the bound of its heap. */
export function allowedMegabytes(memoryMb: number): number {
  return Math.max(memoryMb * RESIDENT_FACTOR, memoryMb + RESIDENT_BASE_MB)
}

/** Calls `exceeded` once with the megabytes, when a process has more than it may. Returns how to stop. */
export function watchMemory(pid: number, allowedMb: number, exceeded: (megabytes: number) => void): () => void {
  const timer = setInterval(() => {
    const resident = residentMegabytes(pid)
    if (resident === undefined || resident <= allowedMb) return
    clearInterval(timer)
    exceeded(resident)
  }, MEMORY_POLL_MS)
  timer.unref()
  return () => clearInterval(timer)
}
