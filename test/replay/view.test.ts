// A reader without workers tells the events of every kept history as the workflow itself logged them: in the same order,
// with the same ids and times. What the workflow logged stands in what it handed on at its end.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defaultDataConverter, defaultPayloadConverter, type LoadedDataConverter } from '@temporalio/common'
import { viewHistory, type HistoryEvent } from '../../src/client/history-view'
import type { CloseRunInput } from '../../src/contract/activity-messages'
import type { CarriedRun } from '../../src/contract/run/carried'
import { readHistoryFile } from '../../src/hosting/replay'

const folder = join(__dirname, 'histories')
// Neither do the workflows of a team's pauses log events, nor does a refused plan
const files = readdirSync(folder).filter((file) => file.endsWith('.json') && !/refused|agent-paused-3/.test(file))
const converter = {
  ...defaultDataConverter,
  payloadConverter: defaultPayloadConverter,
} as unknown as LoadedDataConverter

/** What the run's final document was made of, or what its next link was begun with. */
function handedOn(event: HistoryEvent): Pick<CarriedRun, 'events' | 'segments'> | undefined {
  const scheduled = event.activityTaskScheduledEventAttributes
  if (scheduled?.activityType?.name === 'closeRun')
    return defaultPayloadConverter.fromPayload<CloseRunInput>(scheduled.input!.payloads![0]!)
  const next = event.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads?.[2]
  return next ? defaultPayloadConverter.fromPayload<CarriedRun>(next) : undefined
}

test.each(files)('%s', async (file) => {
  const { workflowId, history } = await readHistoryFile(join(folder, file))
  const events = history.events ?? []
  const logged = events.flatMap((event) => handedOn(event) ?? []).at(-1)
  expect(logged).toBeDefined()
  const view = await viewHistory(workflowId, events, converter)
  expect(view.events).toEqual(logged!.events)
})
