// EFFECTS. One execution of one agent: payload in, output kept as a record, result out.
import { activityInfo, sleep } from '@temporalio/activity'
import type { HostPort } from '../src/agents/host-port'
import type { AgentManifest, AgentTask } from '../src/contract/agent'
import { defaultBudget, type BudgetLevel } from '../src/contract/budget'
import { asTroupeError, TroupeError } from '../src/contract/errors'
import type { AgentExecution, QueueWait, RunAgentInput, RunAgentResult } from '../src/contract/activity-messages'
import { DEFAULT_MODEL } from '../src/contract/model-id'
import { agentContext } from './agent-context'
import { ExecutionApprovals } from './approvals'
import type { ActivityDependencies } from './dependencies'
import { toFailure } from './failures'
import { ExecutionEffects } from './effects'
import { BudgetLogs } from './budget-log'
import { ExecutionBudget } from './execution-budget'
import { ExecutionLedger, type LedgerHost } from './ledger'
import type { Outputs } from './outputs'
import { Pulse } from './pulse'
import { resolvePayload } from './resolve-payload'
import { keepResult, readResult } from './results'
import { keepSpawned } from './spawn'
import type { Specs } from './specs'
import { Spendings } from './spending'
import { assertStore } from './store-identity'
import { untrustedInput } from './untrusted'
import { limitWallTime } from './wall-time'

/** What the calls of a run count against of which nobody has said anything. */
const DEFAULT_LEVELS: readonly BudgetLevel[] = [{ level: 'run', limits: defaultBudget(undefined).run, assumed: true }]
/** After its time is over an attempt settles within 5 s; the rest is for clocks that differ. */
const ENDING_MS = 30_000

export function createRunAgent(
  deps: ActivityDependencies,
  specs: Specs,
  outputs: Outputs,
): (input: RunAgentInput) => Promise<RunAgentResult> {
  const spendings = new Spendings(deps.store)
  const budgetLogs = new BudgetLogs(deps.store.records)

  return async function runAgent(input) {
    const { attempt, currentAttemptScheduledTimestampMs, heartbeatTimeoutMs } = activityInfo()
    const began = Date.now()
    const wait: QueueWait = { worker: deps.worker, waitMs: Math.max(0, began - currentAttemptScheduledTimestampMs) }
    const pulse = new Pulse(heartbeatTimeoutMs ?? Infinity)
    const end = deps.track({ agent: input.agent, subtask: input.task.id, attempt, ...input.run })
    let ledger: ExecutionLedger | undefined
    let stopClock = (): void => undefined
    const budget = executionBudget(input)
    let approvals: ExecutionApprovals | undefined
    try {
      assertStore(deps.store, input.store)
      // The attempt before this one may have died between its record and its report
      const known = await readResult(deps.store, input.run, input.task.id)
      if (known) {
        await budget.takeOver().catch(() => undefined)
        return { ...known, wait }
      }
      stopClock = limitWallTime(budget.levels, pulse)
      ledger = await openLedger(input, pulse, budget)
      approvals = await ExecutionApprovals.begin(input, { ...deps, ledger })
      return { ...(await execute(input, pulse, { ledger, approvals }, began)), wait }
    } catch (error) {
      const suspended = asTroupeError(error)?.code === 'Suspended' && (await approvals?.suspended())
      if (suspended) return { suspended, attempt, durationMs: Date.now() - began, ...(await ledger!.spent()), wait }
      // A store that fails now must not hide what went wrong
      await ledger?.failed(error).catch(() => undefined)
      const spent = await ledger?.spent().catch(() => undefined)
      throw toFailure(error, { wait, attempt, durationMs: Date.now() - began, ...spent })
    } finally {
      stopClock()
      await budget.end().catch(() => undefined)
      pulse.stop()
      end()
    }
  }

  function executionBudget({ run, task, budgets = DEFAULT_LEVELS }: RunAgentInput): ExecutionBudget {
    const { base64TaskToken, startToCloseTimeoutMs } = activityInfo()
    const until = Date.now() + startToCloseTimeoutMs + ENDING_MS
    const of = { run, subtask: task.id, execution: deps.digest(base64TaskToken), levels: budgets, until }
    return new ExecutionBudget(of, budgetLogs.of(run), deps.store.records, () => spendings.of(run).spent())
  }

  function openLedger(
    { run, task, agent }: RunAgentInput,
    pulse: Pulse,
    budget: ExecutionBudget,
  ): Promise<ExecutionLedger> {
    const { attempt, base64TaskToken: token } = activityInfo()
    const { store, outputs, digest } = deps
    const onSpent: LedgerHost['onSpent'] = (spent) => void (pulse.spent = spent)
    const host = { store, outputs, digest, spending: spendings.of(run), budget, signal: pulse.signal, onSpent }
    return ExecutionLedger.open({ run, subtask: task.id, agent, attempt, token }, host)
  }

  async function execute(
    input: RunAgentInput,
    pulse: Pulse,
    ports: { ledger: ExecutionLedger; approvals: ExecutionApprovals },
    began: number,
  ): Promise<AgentExecution> {
    const { attempt, startToCloseTimeoutMs, taskQueue, base64TaskToken: token, ...info } = activityInfo()
    const { heartbeatTimeoutMs = 0, currentAttemptScheduledTimestampMs: scheduledAt } = info
    const hosted = deps.agentOn(taskQueue)
    if (!hosted)
      throw new TroupeError('Internal', `this worker serves no agent on the queue "${taskQueue}"`, { retryable: true })
    const spec = await specs.spec(input.spec)
    const subtask = await specs.subtask(input.fragment ?? input.spec, input.task.id)
    const payload = await resolvePayload(subtask, { ...input, inputs: spec.inputs }, outputs)
    const task: AgentTask = { ...input.task, type: typeFor(hosted.manifest, input.task.type), payload }
    const { name: agent, version: agentVersion, model } = hosted.manifest
    const inherited = await untrustedInput(input, subtask, specs, outputs)
    const key = {
      run: input.run,
      subtask: task.id,
      agent,
      token,
      scheduledAt,
      ...(inherited === undefined ? {} : { inherited }),
    }
    const { ended } = pulse
    const host = { ...deps, heartbeatTimeoutMs, rest: sleep, ended, approvals: ports.approvals }
    const effects = new ExecutionEffects(key, host)
    // Loading one takes a moment, which the default is not worth
    const tokenizer = input.budgets?.some(({ assumed }) => !assumed) === true
    const endsAt = began + startToCloseTimeoutMs
    const priced = spec.prices ? { prices: spec.prices } : {}
    const port: HostPort = { agent, ...ports, effects, tokenizer, endsAt, ...priced, ...modelOf(model, spec.model) }
    const { context, spawn, published } = agentContext(task, pulse, deps.store, port)
    const value = await hosted.handle(task, context, startToCloseTimeoutMs).finally(() => {
      pulse.end()
      // Also what the agent did not wait for is in the log before it ends, however it ends
      return published()
    })
    const untrusted = await effects.untrusted.source()
    const spawned = await keepSpawned(task.id, spawn, spec, deps.store, untrusted)
    const output = await deps.outputs.keep(value)
    return keepResult(deps.store, input.run, task.id, {
      output,
      ...(await ports.ledger.spent()),
      durationMs: Date.now() - began,
      attempt,
      agent,
      agentVersion,
      ...spawned,
      ...(untrusted === undefined ? {} : { untrusted }),
    })
  }
}

/** A fallback may know nothing of the type that the task has: it is asked to do what it does. */
function typeFor({ name, capabilities }: AgentManifest, type: string): string {
  return type === name || capabilities.includes(type) ? type : name
}

/** The agent's own model, else the run's; without either the environment decides. */
function modelOf(own: string | undefined, ofRun: string | undefined): Pick<HostPort, 'model'> {
  const model = own === undefined || own === DEFAULT_MODEL ? ofRun : own
  return model === undefined ? {} : { model }
}
