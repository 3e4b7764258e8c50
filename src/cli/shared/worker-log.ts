// HOST. What of Temporal's log a person sees: what agents log, and warnings. A run's own failures are shown as its result.
import { Runtime, type Logger, type LogLevel, type LogMetadata } from '@temporalio/worker'
import { messageOf } from '../../contract/errors'
import { preview } from '../../contract/json'
import { TOLD_ELSEWHERE } from '../../hosting/runtime'
import { say } from './output'

const SEVERITIES: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']
/** Fields that the SDK adds to what an agent logs. */
const SDK_FIELDS = [
  'sdkComponent',
  'taskQueue',
  'namespace',
  'attempt',
  'isLocal',
  'workflowId',
  'workflowRunId',
  'workflowType',
  'activityId',
  'activityType',
  'taskToken',
  'subtask',
]

/** While the server is away the SDK reports every retry of every call. */
const RETRIED = /^gRPC call \w+ retried/
const SAY_AWAY_EVERY_MS = 60_000

let installed = false

/** Once a process, before anything connects. Signals are left to us: Ctrl-C detaches. `TROUPE_DEBUG` shows everything. */
export function installRuntime(): void {
  if (installed) return
  installed = true
  Runtime.install({
    logger: new WorkerLog(process.env['TROUPE_DEBUG'] ? 'DEBUG' : 'INFO'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  })
}

class WorkerLog implements Logger {
  private saidAway = -Infinity

  constructor(private readonly least: LogLevel) {}

  log(level: LogLevel, message: string, meta: LogMetadata = {}): void {
    const ofAgent = meta['sdkComponent'] === 'activity'
    const least = ofAgent || this.least === 'DEBUG' ? this.least : 'WARN'
    if (SEVERITIES.indexOf(level) < SEVERITIES.indexOf(least)) return
    if (this.least !== 'DEBUG' && !ofAgent && TOLD_ELSEWHERE.includes(message)) return
    if (RETRIED.test(message) && this.least !== 'DEBUG') return this.away()
    const who = ofAgent ? `[${String(meta['subtask'] ?? 'agent')}] ` : ''
    const severity = level === 'INFO' ? '' : `${level.toLowerCase()}: `
    say(`${who}${severity}${message}${fields(meta, ofAgent)}`.replace(/\s*\n\s*/g, ' '))
  }

  private away(): void {
    const now = performance.now()
    if (now - this.saidAway < SAY_AWAY_EVERY_MS) return
    this.saidAway = now
    say('the server does not answer; the workers try again')
  }

  trace(message: string, meta?: LogMetadata): void {
    this.log('TRACE', message, meta)
  }

  debug(message: string, meta?: LogMetadata): void {
    this.log('DEBUG', message, meta)
  }

  info(message: string, meta?: LogMetadata): void {
    this.log('INFO', message, meta)
  }

  warn(message: string, meta?: LogMetadata): void {
    this.log('WARN', message, meta)
  }

  error(message: string, meta?: LogMetadata): void {
    this.log('ERROR', message, meta)
  }
}

/** What an agent added to its line; of the SDK's own only the error. */
function fields(meta: LogMetadata, ofAgent: boolean): string {
  const error = meta['error'] === undefined ? '' : `: ${messageOf(meta['error'])}`
  if (!ofAgent) return error
  const own = Object.entries(meta).filter(([key]) => key !== 'error' && !SDK_FIELDS.includes(key))
  return `${error}${own.length === 0 ? '' : ` ${preview(Object.fromEntries(own), 500)}`}`
}
