// HOST. MCP over a program's standard input and output, one JSON message a line. The program is guarded as every child of a
// worker is: it ends with the execution, and with the worker, however that ends.
import { setImmediate as immediate } from 'node:timers/promises'
import type { MCPTransport } from '@ai-sdk/mcp'
import { isObject } from '../../../contract/json'
import type { McpProgram } from '../../../contract/tools'
import { OutputTail } from '../../process/captured-output'
import { spawnGuarded, type GuardedProcess } from '../../process/guarded-process'
import { STDERR_TAIL_BYTES } from '../../process/limits'
import { passedEnvironment } from '../../process/run-command'
import { MCP_MESSAGE_BYTES } from './limits'

type Message = Parameters<MCPTransport['send']>[0]

export class ProgramTransport implements MCPTransport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: Message) => void
  private program?: GuardedProcess
  private readonly stderr = new OutputTail(STDERR_TAIL_BYTES)
  private pieces: Buffer[] = []
  private bytes = 0

  constructor(private readonly server: McpProgram) {}

  /** The end of what it said on its standard error. */
  get said(): string {
    return this.stderr.text().trim()
  }

  async start(): Promise<void> {
    const { command, args = [], cwd = process.cwd(), env = [] } = this.server
    const program = spawnGuarded(command, args, {
      cwd,
      env: passedEnvironment(env),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.program = program
    program.child?.stdin?.on('error', () => undefined)
    program.child?.stderr?.on('data', (chunk: Buffer) => this.stderr.write(chunk))
    program.child?.stdout?.on('data', (chunk: Buffer) => this.take(chunk))
    const ended = program.ended.then((ending) => {
      this.onclose?.()
      return ending
    })
    // A program that is not there says so at once; of one that runs, the first answer tells
    const first = await Promise.race([ended, immediate(undefined)])
    if (first && !first.started) throw first.error
  }

  async send(message: Message): Promise<void> {
    const stdin = this.program?.child?.stdin
    if (!stdin?.writable) throw new Error('the program has ended')
    await new Promise<void>((resolve, reject) =>
      stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve())),
    )
  }

  async close(): Promise<void> {
    this.program?.child?.stdin?.end()
    await this.program?.kill()
  }

  private take(chunk: Buffer): void {
    let begin = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      this.pieces.push(chunk.subarray(begin, end))
      this.tell(Buffer.concat(this.pieces).toString('utf8'))
      this.pieces = []
      this.bytes = 0
      begin = end + 1
    }
    this.pieces.push(chunk.subarray(begin))
    this.bytes += chunk.length - begin
    if (this.bytes <= MCP_MESSAGE_BYTES) return
    this.pieces = []
    void this.program?.kill(0)
  }

  /** What is no message is what some programs print before they begin. */
  private tell(line: string): void {
    try {
      const message: unknown = JSON.parse(line)
      if (isObject(message) && message.jsonrpc === '2.0') this.onmessage?.(message as Message)
    } catch (error) {
      this.onerror?.(error as Error)
    }
  }
}
