// WORKFLOW. Timeouts and retries of every activity that the orchestrator schedules, each with its reason.
import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow'
import type { Priority } from '../src/contract/agent'
import { utf8Bytes } from '../src/contract/json'
import type { AgentSlot, GraphNode } from '../src/contract/messages'
import { subtaskActivityId } from '../src/contract/names'

/** Bytes of a summary: Temporal takes 400, and a person reads less. */
const SUMMARY_BYTES = 200
/** Temporal's priority keys go from 1 (first) to 5. */
const PRIORITY_KEYS: Record<Priority, number> = { high: 1, normal: 3, low: 5 }

/** Checking 2,000 subtasks takes below a second; a slow store may take more. Nothing has begun: give up soon. */
export const PREPARE_OPTIONS = {
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 4, initialInterval: '500ms' },
} satisfies ActivityOptions & LocalActivityOptions

/** The same, with the results of another run taken over: some 700 records a second, of 100,000 at most. */
export const TAKE_OVER_OPTIONS = { ...PREPARE_OPTIONS, startToCloseTimeout: '10m' } satisfies typeof PREPARE_OPTIONS

/** Writing one artifact. Retried for ever: a run must not lose what it did to a store that is full for an hour. */
export const KEEP_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
}

/**
 * One agent execution: the agent's own limits, the task's deadline, and what a person reads in the UI. `retries` were used up by
 * executions before it that were suspended.
 */
export function executionOptions(
  place: number,
  node: GraphNode,
  agent: AgentSlot,
  now: number,
  retries: number,
): ActivityOptions {
  return {
    activityId: subtaskActivityId(place),
    taskQueue: agent.taskQueue,
    startToCloseTimeout: agent.timeoutMs,
    heartbeatTimeout: agent.heartbeatTimeoutMs,
    ...(node.deadline === undefined ? {} : { scheduleToCloseTimeout: Math.max(1, Date.parse(node.deadline) - now) }),
    retry: {
      maximumAttempts: agent.retry.maximumAttempts - retries,
      initialInterval: agent.retry.initialIntervalMs,
      backoffCoefficient: agent.retry.backoffCoefficient,
      maximumInterval: Math.max(agent.retry.maximumIntervalMs, agent.retry.initialIntervalMs),
    },
    priority: { priorityKey: PRIORITY_KEYS[node.priority] },
    summary: summaryOf(`${node.id} · ${agent.name}`),
    // What was begun is waited for: the final document says how it ended, and nothing runs on behind it
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  }
}

function summaryOf(text: string): string {
  let summary = ''
  let bytes = 0
  for (const character of text) {
    bytes += utf8Bytes(character)
    if (bytes > SUMMARY_BYTES) break
    summary += character
  }
  return summary
}
