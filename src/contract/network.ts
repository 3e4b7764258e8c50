// PURE. Which hosts a tool may reach, as teams and plans write it: one entry a host.
import { quote } from './json'

/**
 * A host that a tool may reach: `packages.example`, `*.example` (every host below it), `*` (every host), an IPv4 address or
 * `[IPv6 address]`, and `:port` where it is another than 80 and 443. Addresses that the world cannot reach (this machine,
 * private networks) are refused all the same, unless the entry says `private:` before a host that it names whole.
 */
export interface NetworkGrant {
  host: string
  port?: number
  private: boolean
}

/** Ports of a grant that names none: what a web server has. */
export const WEB_PORTS: readonly number[] = [80, 443]
const PRIVATE = 'private:'
const MAX_NAME_LENGTH = 253
const ENTRY = /^(?<host>\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::(?<port>\d{1,5}))?$/i

/** The grant, or what is wrong with its text. */
export function parseNetworkGrant(entry: string): NetworkGrant | { problem: string } {
  const isPrivate = entry.startsWith(PRIVATE)
  const groups = ENTRY.exec(isPrivate ? entry.slice(PRIVATE.length) : entry)?.groups
  const host = groups?.['host']?.toLowerCase()
  const port = groups?.['port'] === undefined ? undefined : Number(groups['port'])
  const isWhole = host !== undefined && !host.includes('..') && host.length <= MAX_NAME_LENGTH
  if (!isWhole || port === 0 || (port ?? 1) > 65_535) return { problem: `${quote(entry)} names no host` }
  if (isPrivate && host.startsWith('*')) return { problem: `${quote(entry)}: a private host has to be named whole` }
  return { host, ...(port === undefined ? {} : { port }), private: isPrivate }
}

/** For whoever wrote an entry that is none. */
export const NETWORK_GRANT_HINT =
  'write "packages.example", "*.packages.example", "packages.example:8443", or "private:localhost:8080" for a host that only this machine or network can reach; other alphabets in punycode (xn--…)'
