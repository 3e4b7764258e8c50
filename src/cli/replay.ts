// HOST. `troupe replay`: whether this installation would do again what a run did, and so could go on with it.
import type { Command } from 'commander'
import type { RunHistory } from '../client/histories'
import { TroupeError } from '../contract/errors'
import type { ReplayedHistory } from '../hosting/replay'
import { withReader } from './shared/open'
import { dataCommand, type OutputOption } from './shared/options'
import { printRows } from './shared/output'
import { storeForReading } from './shared/store-for-reading'

export function replayCommand(): Command {
  return dataCommand('replay', "replay a run's history with this version's workflow code", 'troupe replay docs-x4k2')
    .argument('<run|file>', 'the run, or a .json file: what `temporal workflow show --output json` prints')
    .action(replay)
}

async function replay(subject: string, { output }: OutputOption): Promise<void> {
  const links = await (/\.json$/.test(subject) ? replayFile(subject) : replayRun(subject))
  printRows(output, links, () => links.map(line))
  const different = links.filter(({ ok }) => !ok)
  if (different.length === 0) return
  const message = `${subject} was begun by another version of Troupe: this one would do otherwise in ${different.length} of ${links.length} histories`
  throw new TroupeError('ReplayFailed', message, { hint: 'a worker of the version that began it goes on with it' })
}

async function replayFile(path: string): Promise<ReplayedHistory[]> {
  const { readHistoryFile } = await import('../hosting/replay.js')
  return replayAll([await readHistoryFile(path)])
}

function replayRun(runId: string): Promise<ReplayedHistory[]> {
  return withReader(({ client }) => replayAll(client.histories(runId)))
}

async function replayAll(histories: AsyncIterable<RunHistory> | Iterable<RunHistory>): Promise<ReplayedHistory[]> {
  const { installQuietRuntime } = await import('../hosting/runtime.js')
  installQuietRuntime()
  const { replayHistories } = await import('../hosting/replay.js')
  const replayed: ReplayedHistory[] = []
  for await (const link of replayHistories(histories, { store: await storeForReading() })) replayed.push(link)
  return replayed
}

function line({ workflowId, runId, events, ok, differs }: ReplayedHistory, place: number): string {
  const link = `${workflowId}  link ${place + 1}  ${runId}  ${events} events`
  return ok ? `ok       ${link}` : `differs  ${link}: ${differs}`
}
