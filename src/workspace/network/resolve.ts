// HOST. From a granted host to the addresses that may be connected to. They are looked up once: whoever connects goes to these,
// and never asks for the name again, for the next answer may be another one.
import { lookup, type LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { NetworkGrant } from '../../contract/network'
import { reachOf } from './addresses'
import { destinationText, grantFor, networkRefused, notGranted, type Destination } from './destination'

/** The addresses of a name; the system's, unless a test has its own. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })

/**
 * The addresses of a destination that may be connected to.
 * @throws TroupeError `NetworkRefused`; whatever `resolve` throws for a name that there is not
 */
export async function openAddresses(
  destination: Destination,
  grants: readonly NetworkGrant[],
  resolve: Resolve = systemResolve,
): Promise<LookupAddress[]> {
  const { host } = destination
  const grant = grantFor(grants, destination)
  if (!grant) throw notGranted(destination, grants)
  const version = isIP(host)
  if (version !== 0) {
    // A private grant that names an address means that very address
    if (grant.private || reachOf(host) === 'public') return [{ address: host, family: version }]
    throw notReachable(destination, [host])
  }
  const addresses = await resolve(host)
  const open = addresses.filter(({ address }) => {
    const reach = reachOf(address)
    return reach === 'public' || (reach === 'private' && grant.private)
  })
  if (open.length > 0) return open.map(({ address }) => ({ address, family: isIP(address) }))
  throw notReachable(
    destination,
    addresses.map(({ address }) => address),
  )
}

/** For `node:net` and all that stands on it: whatever name is asked for, these addresses are the answer. */
export function fixedLookup(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, answer) => {
    if (all) answer(null, [...addresses])
    else answer(null, addresses[0]!.address, addresses[0]!.family)
  }
}

function notReachable(destination: Destination, addresses: readonly string[]) {
  const where = destinationText(destination)
  const told = addresses.filter((address) => address !== destination.host).slice(0, 3)
  const is = addresses.length === 0 ? 'has no address' : 'is no server of the world'
  return networkRefused(
    `${where} ${is}${told.length > 0 ? ` (${told.join(', ')})` : ''}`,
    `where it is meant, grant it by name: "private:${where}"`,
  )
}
