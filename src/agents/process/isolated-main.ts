// HOST. The program of a child process that runs one isolated agent: it loads the agent's module at its start, so that it is
// warm, then carries out one execution after the other, as the worker says over the channel.
import { TroupeError } from '../../contract/errors'
import type { JsonValue } from '../../contract/json'
import { toErrorData } from './error-data'
import { findAgent } from './find-agent'
import { Leftovers } from './leftovers'
import { ISOLATED_OUTPUT_BYTES } from './limits'
import type { ChildMessage, WorkerMessage } from './isolated-protocol'
import { loadModule } from './load-module'
import { RemoteExecution } from './remote-context'

const [, , modulePath = '', agentName = ''] = process.argv
const send = takeChannel()
const agent = loadModule(modulePath).then((exports) => findAgent(exports, agentName, modulePath))
const leftovers = agent.then(() => new Leftovers())
let current: RemoteExecution | undefined

agent.then(
  () => send({ kind: 'ready' }),
  (error: unknown) => send({ kind: 'unloadable', error: toErrorData(error) }),
)
leftovers.catch(() => undefined) // as the agent, which says so
process.on('message', (message: WorkerMessage) => {
  if (message.kind === 'ping') send({ kind: 'pong' })
  else if (message.kind === 'execute') void execute(new RemoteExecution(message.execution, message.request, send))
  else if (message.execution !== current?.number) return
  else if (message.kind === 'abort') current.abort(message.reason)
  else current.answer(message.id, message.value, message.error)
})
// The worker is gone, or wants no more.
process.on('disconnect', () => process.exit(0))

async function execute(execution: RemoteExecution): Promise<void> {
  current = execution
  const { number, context, spawned } = execution
  try {
    // The time limit is the worker's.
    const value = await (await agent).handleWithTimeout(context.task, context, Infinity)
    const output = toJson(value)
    send({ kind: 'result', execution: number, output, spawned, ...(await left()) })
  } catch (error) {
    send({ kind: 'error', execution: number, error: toErrorData(error), ...(await left()) })
  }
}

/** Of a process without its agent nothing is said: it has said so itself, and is not kept. */
async function left(): Promise<{ left?: string }> {
  const found = (await leftovers.catch(() => undefined))?.found()
  return found === undefined ? {} : { left: found }
}

function toJson(output: JsonValue): string {
  const json = JSON.stringify(output)
  const bytes = Buffer.byteLength(json)
  if (bytes <= ISOLATED_OUTPUT_BYTES) return json
  const message = `the output of "${agentName}" has ${bytes} bytes; at most ${ISOLATED_OUTPUT_BYTES} are taken`
  throw new TroupeError('OutputTooLarge', message, {
    hint: 'put it into an artifact (context.artifacts.put) and return its name',
  })
}

/** Takes the channel for ourselves: what the agent loads must not find `process.send` and talk to the worker. */
function takeChannel(): (message: ChildMessage) => void {
  const channel = process.send?.bind(process)
  if (!channel) throw new TroupeError('Internal', 'this program is started by a Troupe worker, with a channel to it')
  process.send = undefined
  // A message that the channel no longer takes is of no interest: the worker is gone, and `disconnect` follows.
  return (message) => void channel(message, () => undefined)
}
