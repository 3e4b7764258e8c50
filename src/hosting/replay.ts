// HOST. Replays histories with the workflow code of this installation: where it would do otherwise than was done, a run that
// goes on would be stuck.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils'
import { Worker } from '@temporalio/worker'
import type { RunHistory } from '../client/histories'
import { messageOf, TroupeError } from '../contract/errors'
import { builtFile } from '../package-root'
import { troupeDataConverter } from '../storage/external-storage'
import type { Store } from '../storage/store'

export interface ReplayOptions {
  /** Holds payloads above 256 KiB. */
  store: Store
  /** The bundle of the workflows; that of this installation unless given. */
  code?: string
}

export interface ReplayedHistory {
  workflowId: string
  /** Temporal's id of the link. */
  runId: string
  events: number
  ok: boolean
  /** What the code would do otherwise. */
  differs?: string
}

/** One answer for each history, in their order. */
export async function* replayHistories(
  histories: AsyncIterable<RunHistory> | Iterable<RunHistory>,
  { store, code }: ReplayOptions,
): AsyncGenerator<ReplayedHistory, void> {
  const workflowBundle = code === undefined ? { codePath: builtFile('workflow-bundle.js') } : { code }
  const options = { workflowBundle, dataConverter: troupeDataConverter(store) }
  let current: RunHistory | undefined
  async function* oneByOne(): AsyncGenerator<RunHistory, void> {
    for await (current of histories) yield current
  }
  for await (const { error } of Worker.runReplayHistories(options, oneByOne())) {
    const { workflowId, runId, history } = current!
    const replayed = { workflowId, runId, events: history.events?.length ?? 0 }
    yield error ? { ...replayed, ok: false, differs: withoutPreamble(error.message) } : { ...replayed, ok: true }
  }
}

/**
 * A history as `temporal workflow show --output json` prints it.
 *
 * @throws TroupeError `InvalidInput` if it is none
 */
export async function readHistoryFile(path: string): Promise<RunHistory> {
  try {
    const history = historyFromJSON(JSON.parse(await readFile(path, 'utf8')))
    const { workflowId, originalExecutionRunId } = history.events![0]!.workflowExecutionStartedEventAttributes!
    return { workflowId: workflowId || basename(path, '.json'), runId: originalExecutionRunId ?? '', history }
  } catch (error) {
    throw new TroupeError('InvalidInput', `${path} holds no history: ${messageOf(error)}`, {
      hint: 'temporal workflow show --workflow-id RUN --output json prints one',
      cause: error,
    })
  }
}

/** The SDK says first that the replay failed, which our own words say as well. */
function withoutPreamble(message: string): string {
  return message.replace(/^[\s\S]*?Details: /, '').replace(/\s+/g, ' ')
}
