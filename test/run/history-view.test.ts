// A run read from its history: changes in their turn, what was refused after all, and what came before the plan was checked.
import { defaultDataConverter, defaultPayloadConverter, type LoadedDataConverter } from '@temporalio/common'
import type { GraphNode } from '../../src/contract/messages'
import { viewHistory, type HistoryEvent, type HistoryView } from '../../src/client/history-view'
import { agentSlot, preparedRun } from '../contract/support/begin-run'

const converter = {
  ...defaultDataConverter,
  payloadConverter: defaultPayloadConverter,
} as unknown as LoadedDataConverter
const node = (id: string): GraphNode => ({ id, agents: [0], type: 'x', dependsOn: [], priority: 'normal' })
const payloads = (value: unknown) => ({ payloads: [defaultPayloadConverter.toPayload(value)!] })

/** A history of one workflow task after the other; each makes what is listed. */
class Written {
  readonly events: HistoryEvent[] = []

  constructor() {
    this.write({ workflowExecutionStartedEventAttributes: { firstExecutionRunId: 'r', input: payloads({}) } })
  }

  write(event: HistoryEvent): number {
    const eventId = this.events.length + 1
    this.events.push({ ...event, eventId, eventTime: { seconds: 1_800_000_000 + eventId, nanos: 0 } } as never)
    return eventId
  }

  task(): void {
    this.write({ workflowTaskScheduledEventAttributes: {} })
    this.write({ workflowTaskStartedEventAttributes: {} })
    this.write({ workflowTaskCompletedEventAttributes: {} })
  }

  prepared(ids: string[]): void {
    const prepared = preparedRun([agentSlot('quick')], ids.map(node))
    this.write({ markerRecordedEventAttributes: { details: { result: payloads(prepared) } } })
  }

  update(name: string, input: object): number {
    const acceptedRequest = { input: { name, args: payloads({ by: 'ann', ...input }) } }
    return this.write({ workflowExecutionUpdateAcceptedEventAttributes: { acceptedRequest } })
  }

  refused(acceptedEventId: number): void {
    const outcome = { failure: { message: 'no' } }
    this.write({ workflowExecutionUpdateCompletedEventAttributes: { acceptedEventId, outcome } as never })
  }

  check(version: number): number {
    const activityType = { name: 'checkChange' }
    return this.write({ activityTaskScheduledEventAttributes: { activityId: `change-${version}`, activityType } })
  }

  checked(scheduledEventId: number, added: object): void {
    this.write({ activityTaskCompletedEventAttributes: { scheduledEventId, result: payloads({ added }) } as never })
  }

  view(): Promise<HistoryView> {
    return viewHistory('w', this.events, converter)
  }
}

const add = (version: number, id: string) => ({ version, subtasks: [{ id }] })
const states = ({ state }: HistoryView) => Object.fromEntries(state!.rows.map(({ id, state }) => [id, state]))

test('a pause that was taken while the plan was checked', async () => {
  const history = new Written()
  history.task()
  history.update('pause', {})
  history.prepared(['a'])
  const { state } = await history.view()
  expect(state!.paused).toMatchObject({ by: 'ann' })
})

test('one change after the other, and those that came to nothing are none', async () => {
  const history = new Written()
  history.task()
  history.prepared(['a', 'b'])
  history.task()
  history.update('add', add(0, 'one'))
  const second = history.update('add', add(0, 'two'))
  const third = history.update('cancelSubtask', { version: 0, taskId: 'a' })
  const checking = history.check(0)
  history.checked(checking, { first: 2, fragment: 'f', nodes: [node('one')] })
  history.task()
  history.refused(second)
  history.refused(third)
  history.task()
  history.update('add', add(1, 'more'))
  const again = history.check(1)
  expect((await history.view()).state!.planVersion).toBe(1)
  history.checked(again, { first: 3, fragment: 'g', nodes: [node('more')] })
  history.task()
  history.update('cancelSubtask', { version: 2, taskId: 'b' })
  const view = await history.view()
  expect(states(view)).toEqual({ a: 'ready', b: 'cancelled', one: 'ready', more: 'ready' })
  expect(view.state!.planVersion).toBe(3)
})

test('places are final up to the first task whose jobs may have been taken in more than one order', async () => {
  const history = new Written()
  history.task()
  history.prepared(['a', 'b'])
  const { settled: begun, events: first } = await history.view()
  expect(begun).toBe(first.length - 1)
  history.write({
    workflowExecutionSignaledEventAttributes: { signalName: 'publish', input: payloads({ type: 'told' }) },
  })
  expect((await history.view()).settled).toBe(begun)
  history.task()
  expect((await history.view()).settled).toBe(begun + 1)
  history.update('add', add(0, 'one'))
  const checking = history.check(0)
  history.checked(checking, { first: 2, fragment: 'f', nodes: [node('one')] })
  // An end of its own work by itself has one place; with an update in the same task it may have come before or after that
  const alone = new Written()
  alone.events.push(...history.events)
  alone.task()
  expect((await alone.view()).settled).toBe((await alone.view()).events.length - 1)
  history.task()
  history.update('pause', {})
  const { settled, events } = await history.view()
  expect(events.slice(begun + 2).map(({ type }) => type)).toEqual(
    expect.arrayContaining(['plan.changed', 'run.paused']),
  )
  expect(settled).toBe(begun + 1)
})
