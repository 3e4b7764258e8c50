// A server, a store and a worker of a test file's own, all of which it may kill.
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Troupe } from '../../src/index'
import { ensureDevServer } from '../../src/server/ensure-server'
import type { ServerInfo } from '../../src/server/server-info'
import { stopServer } from '../../src/server/stop-server'
import { startTypeScript } from '../support/typescript-process'

export class Killable {
  readonly store: string
  server!: ServerInfo
  troupe!: Troupe
  private readonly directory = mkdtempSync(join(tmpdir(), 'troupe-crash-'))
  private readonly stateDir = join(this.directory, 'state')
  private readonly marks = join(this.directory, 'marks')
  private worker: ChildProcess | undefined

  /** `environment` is that of its workers. */
  constructor(private readonly environment: Record<string, string> = {}) {
    this.store = join(this.directory, 'store')
    this.forget()
  }

  async start(): Promise<void> {
    this.server = await ensureDevServer({ stateDir: this.stateDir })
    this.troupe = await connect({ address: this.server.address, store: this.store })
  }

  async end(): Promise<void> {
    this.worker?.kill('SIGKILL')
    await this.troupe.close()
    await stopServer({ stateDir: this.stateDir })
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** No execution has begun. */
  forget(): void {
    writeFileSync(this.marks, '')
  }

  /** How often executions of a subtask of the marking team have begun. */
  begun(id: string): number {
    const lines = readFileSync(this.marks, 'utf8').split('\n')
    return lines.filter((line) => line === `begin ${id}`).length
  }

  async startWorker(): Promise<void> {
    const own = { ADDRESS: this.server.address, TROUPE_STORE: this.store, MARKS_FILE: this.marks }
    const started = startTypeScript('test/crash/worker.ts', { environment: { ...own, ...this.environment } })
    this.worker = started
    let said = ''
    started.stderr?.on('data', (text: Buffer) => (said += text.toString()))
    await new Promise<void>((resolve, reject) => {
      started.stdout?.once('data', () => resolve())
      started.once('exit', () => reject(new Error(`the worker ended: ${said}`)))
    })
  }

  async killWorker(): Promise<void> {
    const gone = new Promise((resolve) => this.worker?.once('exit', resolve))
    this.worker?.kill('SIGKILL')
    await gone
  }

  /** SIGKILL, and a new server on the same database and port. */
  async restartServer(): Promise<void> {
    process.kill(this.server.pid!, 'SIGKILL')
    await sleep(500)
    const port = Number(this.server.address.split(':')[1])
    this.server = await ensureDevServer({ stateDir: this.stateDir, port })
  }

  /** Both, at any moment. */
  async killAll(): Promise<void> {
    await this.killWorker()
    await this.restartServer()
    await this.startWorker()
  }
}
