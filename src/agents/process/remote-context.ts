// HOST. The context of an agent that runs in a child process: the same methods as in the worker, carried over the channel.
import type { HostContext } from '../context'
import { HOST } from '../host-port'
import { fromErrorData } from './error-data'
import { remoteApprovals, remoteEffects, remoteLedger } from './remote-ledger'
import type {
  ChildMessage,
  ErrorData,
  IsolatedRequest,
  LogLevel,
  NoticeMessage,
  RemoteMethod,
  SpawnCall,
} from './isolated-protocol'

type WithoutExecution<Message> = Message extends { execution: number } ? Omit<Message, 'execution'> : never

/** The child's side of one execution: its context, and what the worker's messages do to it. */
export class RemoteExecution {
  readonly context: HostContext
  readonly spawned: SpawnCall[] = []
  readonly #abort = new AbortController()
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  #lastCall = 0

  constructor(
    readonly number: number,
    request: IsolatedRequest,
    private readonly send: (message: ChildMessage) => void,
  ) {
    const log = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) =>
      this.#notify({ kind: 'log', level, message, fields })
    const { host, ...rest } = request
    const { logicalAttempt, ...named } = host
    const call = <Answer>(method: RemoteMethod, args: unknown[]) => this.#call<Answer>(method, args)
    this.context = {
      ...rest,
      signal: this.#abort.signal,
      progress: (details) => this.#notify({ kind: 'progress', details }),
      publish: (type, payload) => {
        const published = this.#call<void>('publish', [type, payload])
        // An agent that does not wait for it does not die of a refusal; the worker logs that
        published.catch(() => undefined)
        return published
      },
      spawn: (subtasks, options) => void this.spawned.push({ subtasks, options }),
      artifacts: {
        put: (content) => this.#call<string>('artifacts.put', [content]),
        get: (artifact) => this.#call<Uint8Array>('artifacts.get', [artifact]),
      },
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      [HOST]: {
        ...named,
        ledger: remoteLedger(logicalAttempt, call),
        effects: remoteEffects(call),
        approvals: remoteApprovals(call),
      },
    }
  }

  abort(reason: ErrorData): void {
    this.#abort.abort(fromErrorData(reason))
  }

  answer(id: number, value: unknown, error?: ErrorData): void {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (error) call?.reject(fromErrorData(error))
    else call?.resolve(value)
  }

  #call<Answer>(method: RemoteMethod, args: unknown[]): Promise<Answer> {
    const id = ++this.#lastCall
    return new Promise<unknown>((resolve, reject) => {
      // Sent first: arguments that cannot be sent reject the call, and leave nothing waiting.
      this.send({ kind: 'call', execution: this.number, id, method, args })
      this.#calls.set(id, { resolve, reject })
    }) as Promise<Answer>
  }

  #notify(notice: WithoutExecution<NoticeMessage>): void {
    this.send({ ...notice, execution: this.number } as NoticeMessage)
  }
}
