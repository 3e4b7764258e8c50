// PURE. Whether a host and a port are granted, in whatever way the host is written.
import { isIP } from 'node:net'
import { TroupeError } from '../../contract/errors'
import { shortened } from '../../contract/json'
import { NETWORK_GRANT_HINT, parseNetworkGrant, WEB_PORTS, type NetworkGrant } from '../../contract/network'

export interface Destination {
  /** Lower case and punycode, an address as numbers, without brackets and without a dot at the end. */
  host: string
  port: number
}

/** Characters of a host that messages name. */
const MAX_TOLD = 100

/** What stands in no host, but would be taken for another part of a URL. */
const NOT_OF_A_HOST = /[\s/?#@\\%]/

/** One text for each host, undefined for what is none: `0x7f.1` and `2130706433` are both `127.0.0.1`. */
export function canonicalHost(text: string): string | undefined {
  const bracketed = /^\[[0-9a-f:.]+\]$/i.test(text)
  if (text === '' || NOT_OF_A_HOST.test(text) || (!bracketed && text.includes(':'))) return undefined
  try {
    const host = new URL(`http://${text}/`).hostname
    const bare = bracketed ? host.slice(1, -1) : host.replace(/\.$/, '')
    return bare === '' || bare.startsWith('.') || bare.endsWith('.') || bare.includes('..') ? undefined : bare
  } catch {
    return undefined
  }
}

/** @throws TroupeError `InvalidUsage` naming an entry that is none */
export function networkGrants(entries: readonly string[]): NetworkGrant[] {
  return entries.map((entry) => {
    const grant = parseNetworkGrant(entry)
    if ('problem' in grant) throw new TroupeError('InvalidUsage', grant.problem, { hint: NETWORK_GRANT_HINT })
    return grant
  })
}

/** The grant that opens a destination, one for private hosts before others. */
export function grantFor(grants: readonly NetworkGrant[], { host, port }: Destination): NetworkGrant | undefined {
  const open = grants.filter(
    (grant) => (grant.port === undefined ? WEB_PORTS.includes(port) : grant.port === port) && covers(grant.host, host),
  )
  return open.find((grant) => grant.private) ?? open[0]
}

function covers(granted: string, host: string): boolean {
  if (granted === '*') return true
  if (granted.startsWith('*.')) return isIP(host) === 0 && host.endsWith(granted.slice(1))
  return canonicalHost(granted) === host
}

/** What is said of a destination that is not granted. `retryable` never: another attempt may do no more. */
export function notGranted({ host, port }: Destination, grants: readonly NetworkGrant[]): TroupeError {
  const entries = grants.map(
    (grant) => `${grant.private ? 'private:' : ''}${grant.host}${grant.port ? `:${grant.port}` : ''}`,
  )
  return networkRefused(
    `${destinationText({ host, port })} is not granted`,
    entries.length === 0 ? 'no host is granted' : `granted: ${entries.slice(0, 20).join(', ')}`,
  )
}

export function networkRefused(message: string, hint?: string): TroupeError {
  return new TroupeError('NetworkRefused', message, hint === undefined ? {} : { hint })
}

/** As messages name it. */
export function destinationText({ host, port }: Destination): string {
  return `${host.includes(':') ? `[${host}]` : shortened(host, MAX_TOLD)}:${port}`
}
