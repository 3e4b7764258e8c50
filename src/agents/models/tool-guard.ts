// HOST. What keeps a model's tool calls within bounds: one that is made again and again ends the attempt, and a result that would fill
// the model's window is cut, while the whole is kept as an artifact.
import { TroupeError } from '../../contract/errors'
import { quote, shortened } from '../../contract/json'
import type { AgentContext } from '../context'
import { canonicalJson } from '../ledger/canonical-json'

/** The same call so often in a row: a model that was told the same twice learns nothing from a third time. */
const MAX_IN_A_ROW = 3
/** Characters of a result that a model is told: some ten thousand tokens. */
export const RESULT_LENGTH = 32 * 1024

export class ToolGuard {
  private newest = ''
  private inARow = 0
  /** The tool that was called once too often. */
  private circling: string | undefined

  constructor(private readonly agent: string) {}

  /** Whether nothing more is to be asked of the model. */
  get isOver(): boolean {
    return this.circling !== undefined
  }

  /** Before each call, in the order of the calls, whether it was recorded or not. @throws where it turns in circles */
  count(tool: string, input: unknown): void {
    this.note(tool, input)
    this.require()
  }

  /** A call that is not made. */
  note(tool: string, input: unknown): void {
    const call = canonicalJson([tool, input])
    this.inARow = call === this.newest ? this.inARow + 1 : 1
    this.newest = call
    if (this.inARow >= MAX_IN_A_ROW) this.circling ??= tool
  }

  /** @throws TroupeError `OutputRejected`, retryable: other answers may lead elsewhere */
  require(): void {
    if (this.isOver) throw this.failure()
  }

  private failure(): TroupeError {
    const message = `"${this.agent}" called the tool ${quote(this.circling!)} with the same input ${MAX_IN_A_ROW} times in a row`
    return new TroupeError('OutputRejected', message, {
      retryable: true,
      hint: 'say in the instructions what to do where a tool does not help, or have the tool say so',
    })
  }
}

/** A result as a model is told it. What is cut says how long it is, and where the whole is. */
export async function toldResult(result: unknown, artifacts: AgentContext['artifacts']): Promise<unknown> {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '')
  if (text.length <= RESULT_LENGTH) return result
  const artifact = await artifacts.put(text)
  return `${shortened(text, RESULT_LENGTH)}\n[cut: ${text.length} characters in all; the whole is the artifact ${artifact}]`
}
