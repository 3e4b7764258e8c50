// HOST. What the end of an isolated agent's process is called: a crash, with what is known of its reason.
import { TroupeError } from '../../contract/errors'
import type { Ending } from './guarded-process'
import { allowedMegabytes } from './memory-watch'
import { STDERR_TAIL_BYTES } from './limits'

const HEAP_EXHAUSTED = /heap out of memory|Reached heap limit/

/** `when` says in the middle of what. */
export function processCrashed(
  { agentName: agent, memoryMb }: { agentName: string; memoryMb: number },
  ending: Ending,
  stderrTail: string,
  when: string,
): TroupeError {
  const said = stderrTail === '' ? '' : `. The end of its standard error:\n${stderrTail.slice(-STDERR_TAIL_BYTES)}`
  if (!ending.started) return crashed(`the process of agent "${agent}" could not be started: ${ending.error.message}`)
  if (HEAP_EXHAUSTED.test(stderrTail)) {
    return crashed(`agent "${agent}" ran out of memory: its heap is bounded to ${memoryMb} MB`, moreMemory(memoryMb))
  }
  const how = ending.signal ? `was ended by ${ending.signal}` : `ended with exit code ${ending.exitCode}`
  return crashed(`the process of agent "${agent}" ${how} ${when}${said}`)
}

export function residentMemoryExceeded(agent: string, megabytes: number, memoryMb: number): TroupeError {
  const bound = `${allowedMegabytes(memoryMb)} MB are allowed with a heap of ${memoryMb} MB`
  return crashed(
    `agent "${agent}" ran out of memory: it had ${Math.round(megabytes)} MB resident, buffers included; ${bound}`,
    moreMemory(memoryMb),
  )
}

function crashed(message: string, hint?: string): TroupeError {
  return new TroupeError('ProcessCrashed', message, { hint, retryable: true })
}

function moreMemory(memoryMb: number): string {
  return `give it more than memoryMb: ${memoryMb}, or let it work in smaller portions`
}
