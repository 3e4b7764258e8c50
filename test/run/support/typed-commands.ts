// Commands as a status names them, typed into a shell: processes of the built command.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

export class TypedCommands {
  private readonly children: ChildProcess[] = []

  /** `team` is the module that stands for `FILE` in a command. */
  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly team: string,
  ) {}

  type(command: string, environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const typed = command
      .replace(/^troupe/, `exec ${process.execPath} ${resolve('dist/src/cli/main.js')}`)
      .replace('FILE', this.team)
    const child = spawn('bash', ['-c', typed], { env: { ...process.env, ...this.environment, ...environment } })
    this.children.push(child)
    return child
  }

  /** Ends what still runs. */
  async end(): Promise<void> {
    for (const child of this.children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  }
}

/** Waits for its end; fails with what it said unless that was a success. */
export async function done(child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr!.on('data', (text: Buffer) => (said += text.toString()))
  child.stdout!.resume()
  const [code] = (await once(child, 'close')) as [number]
  expect([code, said]).toEqual([0, said])
}
