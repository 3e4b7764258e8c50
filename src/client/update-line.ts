// HOST. All that this process tells one run: few updates at a time, each only where somebody is there to take it.
import { TroupeError } from '../contract/errors'
import type { StatusAnswer } from '../contract/messages'
import { ORCHESTRATOR_TASK_QUEUE } from '../contract/names'
import { troupeCommand } from '../contract/run/waiting-commands'
import { Turns } from '../contract/turns'
import { isUnanswered } from './errors'
import { isServed } from './pollers'
import { askHead } from './queries'
import type { ClientScope } from './scope'
import { requireOpen, sendUpdate } from './updates'

/** Updates of one run in flight: Temporal takes ten, and others may tell it something too. */
const AT_ONCE = 6
/** A worker that answered so lately is there: hundreds of decisions at once ask it once. */
const ALIVE_MS = 1_000

/** What a worker was doing when it was killed is given up after 10 s, and then the next one takes the run. */
const BACK_WITHIN_MS = 12_000

export class UpdateLine {
  private readonly turns = new Turns(AT_ONCE)
  /** Of what is made against where the run stands: the next one must see what the one before has changed. */
  private readonly changes = new Turns(1)
  /** The newest question to the run's worker, with its answer. */
  private asked: { at: number; head: Promise<StatusAnswer> } | undefined

  private constructor(
    private readonly scope: ClientScope,
    private readonly runId: string,
  ) {}

  /**
   * Tells the run something in its turn, and returns its answer.
   *
   * @throws TroupeError what the run refused it for; `NoWorker`, `RunNotFound`
   */
  static async tell<Answer>(scope: ClientScope, runId: string, update: string, input: object): Promise<Answer> {
    return UpdateLine.of(scope, runId, (line) =>
      line.turns.take(async () => {
        await line.answering()
        return sendUpdate<Answer>(scope, runId, update, input)
      }),
    )
  }

  /** The same, for what must know where the run stands now. */
  static async tellFrom<Answer>(
    scope: ClientScope,
    runId: string,
    update: string,
    input: (head: StatusAnswer) => object,
  ): Promise<Answer> {
    return UpdateLine.of(scope, runId, (line) =>
      line.changes.take(() =>
        line.turns.take(async () => sendUpdate<Answer>(scope, runId, update, input(await answeringRun(scope, runId)))),
      ),
    )
  }

  private static async of<Value>(
    scope: ClientScope,
    runId: string,
    work: (line: UpdateLine) => Promise<Value>,
  ): Promise<Value> {
    const { lines } = scope
    const line = lines.get(runId) ?? new UpdateLine(scope, runId)
    lines.set(runId, line)
    try {
      return await work(line)
    } finally {
      if (line.turns.isIdle && line.changes.isIdle) lines.delete(runId)
    }
  }

  /** Its worker is there, or was a moment ago. */
  private answering(): Promise<StatusAnswer> {
    const known = this.asked
    if (known && Date.now() - known.at <= ALIVE_MS) return known.head
    const head = answeringRun(this.scope, this.runId)
    const asked = { at: Date.now(), head }
    this.asked = asked
    // A question that fails, or is answered late, says nothing of the next moment
    head.then(
      () => (asked.at = Date.now()),
      () => (this.asked = this.asked === asked ? undefined : this.asked),
    )
    return head
  }
}

/** Without a worker nothing may be sent: Temporal would keep it until one comes. */
async function answeringRun(scope: ClientScope, runId: string): Promise<StatusAnswer> {
  await requireOpen(scope, runId)
  for (const end = Date.now() + BACK_WITHIN_MS; Date.now() < end;) {
    try {
      if (!(await isServed(scope, ORCHESTRATOR_TASK_QUEUE))) break
      return await askHead(scope, runId)
    } catch (error) {
      if (!isUnanswered(error)) throw error
    }
  }
  // Its worker may have left because the run has ended
  await requireOpen(scope, runId)
  throw new TroupeError(
    'NoWorker',
    `no worker carries on with the run "${runId}": nobody would hear it, and nothing was sent`,
    { hint: troupeCommand('attach', [runId]), retryable: true },
  )
}
