// HOST. Free TCP ports on loopback.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { TroupeError } from '../contract/errors'
import { LOOPBACK, PORTS_TRIED } from './settings'

/** Whether nothing listens on the port. */
export async function isFree(port: number): Promise<boolean> {
  return (await bind(port)) !== undefined
}

/** The first free port from `first` on, none of `taken`. */
export async function nextFreePort(first: number, taken: number[] = []): Promise<number> {
  for (let port = first; port < first + PORTS_TRIED; port++)
    if (!taken.includes(port) && (await isFree(port))) return port
  throw new TroupeError('ServerUnavailable', `no port from ${first} to ${first + PORTS_TRIED - 1} is free`, {
    hint: 'stop one of the programs that listen there, or name a free port',
  })
}

/** Any free port, as the system picks it. */
export async function anyFreePort(): Promise<number> {
  const port = await bind(0)
  if (port !== undefined) return port
  throw new TroupeError('ServerUnavailable', `no port on ${LOOPBACK} can be listened on`, {
    hint: 'check that this process may open sockets',
  })
}

/** This port, or a refusal that names it. */
export async function exactPort(port: number, purpose: string): Promise<number> {
  if (await isFree(port)) return port
  throw new TroupeError('ServerUnavailable', `port ${port} for ${purpose} is taken`, {
    hint: 'name another one, or none: the next free port is then used',
  })
}

/** The port that was bound for a moment; undefined where it could not be. */
function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const bound = (server.address() as AddressInfo).port
      server.close(() => resolve(bound))
    })
  })
}
