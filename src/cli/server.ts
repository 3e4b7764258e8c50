// HOST. `troupe server start|stop|status`: our own Temporal server, for this machine.
import { Command } from 'commander'
import { TroupeError } from '../contract/errors'
import { environmentServer } from '../server/environment'
import type { ServerInfo } from '../server/server-info'
import type { ServerStatus } from '../server/server-status'
import { dataCommand, type OutputOption } from './shared/options'
import { printValue, say } from './shared/output'

export function serverCommand(): Command {
  const start = dataCommand('start', 'start it, and install it first where need be', 'troupe server start')
  const stop = dataCommand('stop', 'stop it; its database stays', 'troupe server stop')
  const status = dataCommand('status', 'show which server is used', 'troupe server status')
  return new Command('server')
    .description("Troupe's own Temporal server")
    .addCommand(start.action(startServer))
    .addCommand(stop.action(stopServer))
    .addCommand(status.action(showStatus))
}

async function startServer({ output }: OutputOption): Promise<void> {
  const named = environmentServer()
  if (named) {
    throw new TroupeError('InvalidUsage', `the environment names a Temporal server already: ${named.address}`, {
      hint: "unset TEMPORAL_ADDRESS and TEMPORAL_PROFILE to use Troupe's own",
    })
  }
  const { ensureDevServer } = await import('../server/ensure-server.js')
  const server = await ensureDevServer({ onProgress: say })
  printValue(output, server, () => `running: ${describe(server)}`)
}

async function stopServer({ output }: OutputOption): Promise<void> {
  const { stopServer: stop } = await import('../server/stop-server.js')
  const stopped = await stop()
  printValue(output, { stopped }, () => (stopped ? 'stopped' : 'no server of Troupe runs here'))
}

async function showStatus({ output }: OutputOption): Promise<void> {
  const { serverStatus } = await import('../server/server-status.js')
  const status = await serverStatus()
  const { environment } = status
  const answers = environment && (await environmentAnswers(environment))
  const all = environment ? { ...status, environment: { ...environment, answers } } : status
  printValue(output, all, () => statusLines(status, answers))
}

function statusLines(
  { state, server, started, version, logFile, environment }: ServerStatus,
  answers = false,
): string[] {
  const own = server ? `${state}: ${describe(server)}` : `${state}: troupe server start`
  return [
    ...(environment
      ? [`in use: ${environment.address}, namespace ${environment.namespace} (${answers ? 'answers' : 'no answer'})`]
      : []),
    `Troupe's own server is ${own}`,
    ...(started ? [`  since ${started}${version ? `, ${version}` : ''}`] : []),
    ...(server?.databaseFile ? [`  database ${server.databaseFile}`] : []),
    `  log ${logFile}`,
  ]
}

function describe({ address, uiUrl, pid }: ServerInfo): string {
  return [address, uiUrl && `UI ${uiUrl}`, pid && `pid ${pid}`].filter(Boolean).join(', ')
}

/** Asked as it will be used: with its credentials. */
async function environmentAnswers(server: ServerInfo): Promise<boolean> {
  const { connectClient } = await import('../connection.js')
  try {
    await (await connectClient(server)).close()
    return true
  } catch {
    return false
  }
}
