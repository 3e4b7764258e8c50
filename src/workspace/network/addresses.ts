// PURE. Who can be reached at an IP address: the world's servers, this machine and its networks, or nobody whom a tool should ask.
import { BlockList, isIP } from 'node:net'

/**
 * `public`: a server of the world. `private`: this machine or a network of its own. `special`: everything else, from the
 * metadata of a cloud's machine to multicast and addresses that hide another one; nobody reaches these but by their number.
 */
export type Reach = 'public' | 'private' | 'special'

const PRIVATE = listOf(
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  // Shared by a provider's customers
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
)

/** Of the ranges that the registries of IANA do not call globally reachable, and of those that hide another address. */
const SPECIAL = listOf(
  // "This network": Linux takes it for this machine
  '0.0.0.0/8',
  // Link-local: the metadata of most clouds are among them
  '169.254.0.0/16',
  // Metadata that stand elsewhere: Alibaba's, Azure's, Amazon's and Google's in IPv6
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fd00:ec2::/32',
  'fd20:ce::/32',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Teredo and its neighbours, documentation, 6to4
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
)

/** All that is handed out of IPv6: mapped and translated addresses, link-local ones and multicast lie outside. */
const GLOBAL_IPV6 = listOf('2000::/3')

/** The last 64 bits of an address that holds an IPv4 one (ISATAP). */
const HOLDS_IPV4 = /(?:::|:0:|:200:)5efe:[0-9a-f]{1,4}:[0-9a-f]{1,4}$/

/** Of an address as `node:net` takes it; whatever is none, or has a zone, is special. */
export function reachOf(address: string): Reach {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return 'special'
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (SPECIAL.check(address, family)) return 'special'
  if (PRIVATE.check(address, family)) return isMapped(address) ? 'special' : 'private'
  if (version === 4) return 'public'
  return GLOBAL_IPV6.check(address, family) && !HOLDS_IPV4.test(canonical(address)) ? 'public' : 'special'
}

/** One text for each IPv6 address. */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1)
}

/** An IPv4 address in IPv6's clothes, which a list finds by either. */
function isMapped(address: string): boolean {
  return isIP(address) === 6 && canonical(address).startsWith('::ffff:')
}

function listOf(...ranges: string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', length] = range.split('/')
    list.addSubnet(address, Number(length), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}
