// HOST. What `run`, `attach` and `watch` share: show a run until it ends, then print what it left.
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunOutcome } from '../../client/outcome'
import type { Run } from '../../client/run'
import { asTroupeError } from '../../contract/errors'
import { troupeCommand } from '../../contract/run/waiting-commands'
import type { ServerInfo } from '../../server/server-info'
import { isNews, renderEvent } from '../render/event'
import { renderOutcome } from '../render/outcome'
import { EXIT, runExitCode, type ExitCode } from './exit-codes'
import { aborted, type Interrupts } from './interrupts'
import { uiLink } from './open'
import { printJson, printJsonLine, printText, say, sayRendered, type OutputFormat } from './output'
import { canRedraw, dataColor, messageColor } from './terminal'
import { watchLive } from './watch-live'
import { eachEvent, sayWarnings } from './watch-lines'

/** A server that is away for so long is not being restarted: whoever waits should know. */
const SERVER_AWAY_MS = 120_000
const RETRY_MS = 1_000
/** A wait that lasted longer before it failed was heard by the server. */
const HEARD_MS = 15_000
/** The picture of a run that we leave is cleared within this time, whatever is being asked. */
const CLEAR_MS = 500

export interface Attended {
  run: Run
  server: ServerInfo
  format: OutputFormat
  interrupts: Interrupts
  /** Rejects if this process's workers die. */
  failed?: Promise<never>
  /** What is to be done when it has ended, before it is told how. */
  ended?: () => Promise<void>
  /** Prints how the run ended; `printOutcome` unless given. */
  print?: (outcome: RunOutcome) => ExitCode | Promise<ExitCode>
}

/** Watches until the run has ended and prints its outcome, or until Ctrl-C, which leaves it to itself. */
export async function attend(attended: Attended): Promise<ExitCode> {
  const { run, server, format, interrupts, failed, ended, print } = attended
  const end = new AbortController()
  const showing = show(run, format, end.signal)
  showing.catch(() => undefined)
  const closed = outcomeOf(run, end.signal)
  try {
    const outcome = await Promise.race([
      closed,
      aborted(interrupts.signal).then(() => undefined),
      ...(failed ? [failed] : []),
    ])
    if (!outcome) {
      end.abort()
      await Promise.race([showing.catch(() => undefined), sleep(CLEAR_MS)])
      say(`detached; the run goes on when a worker runs: ${troupeCommand('attach', [run.id])}`)
      return EXIT.detached
    }
    end.abort()
    await showing
    await ended?.()
    return print ? await print(outcome) : printOutcome(outcome, { server, format })
  } finally {
    end.abort()
    closed.catch(() => undefined)
  }
}

/** Prints how a run ended. */
export function printOutcome(outcome: RunOutcome, { server, format }: Pick<Attended, 'server' | 'format'>): ExitCode {
  const code = runExitCode(outcome)
  // A reader that leaves while we print must not change it
  process.exitCode = code
  const link = uiLink(server, outcome.runId)
  if (format === 'json') printJson(outcome)
  else if (format === 'jsonl') printJsonLine(outcome)
  else printText(renderOutcome(outcome, { color: dataColor(), ...(link ? { uiLink: link } : {}) }))
  return code
}

async function show(run: Run, format: OutputFormat, end: AbortSignal): Promise<void> {
  // With the outcome on the same terminal the picture has done its work
  if (format !== 'jsonl' && canRedraw()) return watchLive(run, end, process.stdout.isTTY !== true)
  void sayWarnings(run, end)
  if (format === 'jsonl') return eachEvent(run, end, printJsonLine)
  const color = messageColor()
  if (format !== 'text') return
  await eachEvent(run, end, (event) => {
    if (isNews(event)) sayRendered(renderEvent(event, { color }))
  })
}

/** The end of a run, also if the server is restarted meanwhile. */
async function outcomeOf(run: Run, end: AbortSignal): Promise<RunOutcome> {
  let awaySince: number | undefined
  for (;;) {
    const asked = Date.now()
    try {
      return await run.outcome()
    } catch (error) {
      if (end.aborted || asTroupeError(error)?.code !== 'ConnectionFailed') throw error
      if (awaySince === undefined || Date.now() - asked > HEARD_MS) {
        awaySince = Date.now()
        say('the server does not answer; trying again')
      }
      if (Date.now() - awaySince > SERVER_AWAY_MS) throw error
      await sleep(RETRY_MS)
    }
  }
}
