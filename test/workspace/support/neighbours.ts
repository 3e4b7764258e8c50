// What an attempt may try to reach outside: listeners that count who came, and a process with a secret.
import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { CANARY } from './playground'

export interface Neighbours {
  tcpPort: number
  udpPort: number
  /** An address of this machine that is not the loopback, where there is one. */
  address: string
  socketPath: string
  abstractName: string
  victim: ChildProcess
  /** Connections and datagrams so far, of all listeners. */
  visits(): number
  close(): Promise<void>
}

/** The unix socket is made at the path; the abstract one has its name with a zero byte before it. */
export async function startNeighbours(socketPath: string): Promise<Neighbours> {
  let visits = 0
  const abstractName = `troupe-test-${process.pid}`
  const servers = await Promise.all(
    [{ port: 0, host: '0.0.0.0' }, { path: socketPath }, { path: `\0${abstractName}` }].map(async (where) => {
      const server = createServer((socket) => {
        visits++
        socket.on('error', () => undefined).end(CANARY)
      }).listen(where)
      await once(server, 'listening')
      return server
    }),
  )
  const udp = createSocket('udp4', () => visits++)
  udp.bind(0)
  await once(udp, 'listening')
  const victim = spawn(
    process.execPath,
    ['-e', 'process.stdin.on("data", () => console.log("here")); console.log("ready")', CANARY],
    {
      env: { VICTIM_KEY: CANARY },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  await once(victim.stdout!, 'data')
  const external = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)
  return {
    tcpPort: (servers[0]!.address() as AddressInfo).port,
    udpPort: udp.address().port,
    address: external?.address ?? '127.0.0.1',
    socketPath,
    abstractName,
    victim,
    visits: () => visits,
    close: async () => {
      udp.close()
      victim.kill('SIGKILL')
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/**
 * Whether the victim runs, is stopped, or is traced by another. It is asked for an answer: a signal that was sent to it before
 * takes effect before it can give one, so nothing is read of a process that is about to die.
 */
export async function stateOf(victim: ChildProcess): Promise<{ alive: boolean; stopped: boolean; traced: boolean }> {
  const status = () => readFileSync(`/proc/${victim.pid}/status`, 'latin1')
  const gone = () => victim.exitCode !== null || victim.signalCode !== null
  let answered = false
  victim.stdout!.once('data', () => (answered = true))
  victim.stdin!.on('error', () => undefined).write('?')
  while (!answered && !gone() && !/^State:\s+[Tt]/m.test(status())) await new Promise((wake) => setTimeout(wake, 5))
  if (gone()) return { alive: false, stopped: false, traced: false }
  return { alive: true, stopped: !answered, traced: !/^TracerPid:\s+0$/m.test(status()) }
}
