// WORKFLOW. Timeouts and retries of every activity that the orchestrator schedules, each with its reason.
import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow'
import type { Priority } from '../src/contract/agent'
import type { AgentSlot, GraphNode } from '../src/contract/messages'
import { subtaskActivityId } from '../src/contract/names'

/** Characters of a summary: Temporal takes 400 bytes, and a person reads less. */
const SUMMARY_LENGTH = 120
/** Temporal's priority keys go from 1 (first) to 5. */
const PRIORITY_KEYS: Record<Priority, number> = { high: 1, normal: 3, low: 5 }

/** Checking 2,000 subtasks takes below a second; a slow store may take more. Nothing has begun: give up soon. */
export const PREPARE_OPTIONS: LocalActivityOptions = {
  startToCloseTimeout: '30s',
  retry: { maximumAttempts: 4, initialInterval: '500ms' },
}

/** Writing one artifact. Retried for ever: a run must not lose what it did to a store that is full for an hour. */
export const KEEP_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
}

/** One agent execution: the agent's own limits, the task's deadline, and what a person reads in the UI. */
export function executionOptions(place: number, node: GraphNode, agent: AgentSlot, now: number): ActivityOptions {
  return {
    activityId: subtaskActivityId(place),
    taskQueue: agent.taskQueue,
    startToCloseTimeout: agent.timeoutMs,
    heartbeatTimeout: agent.heartbeatTimeoutMs,
    ...(node.deadline === undefined ? {} : { scheduleToCloseTimeout: Date.parse(node.deadline) - now }),
    retry: {
      maximumAttempts: agent.retry.maximumAttempts,
      initialInterval: agent.retry.initialIntervalMs,
      backoffCoefficient: agent.retry.backoffCoefficient,
      maximumInterval: Math.max(agent.retry.maximumIntervalMs, agent.retry.initialIntervalMs),
    },
    priority: { priorityKey: PRIORITY_KEYS[node.priority] },
    summary: Array.from(`${node.id} · ${agent.name}`).slice(0, SUMMARY_LENGTH).join(''),
    // What was begun is waited for: the final document says how it ended, and nothing runs on behind it
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  }
}
