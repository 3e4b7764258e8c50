// Addresses and names in every form: which are servers of the world, which are this machine or its network, and which hosts a
// grant opens.
import { parseNetworkGrant } from '../../../src/contract/network'
import { reachOf } from '../../../src/workspace/network/addresses'
import { canonicalHost, grantFor, networkGrants } from '../../../src/workspace/network/destination'
import { fixedLookup, openAddresses } from '../../../src/workspace/network/resolve'

describe('an address', () => {
  test.each([
    '1.1.1.1',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '169.253.1.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450::1',
    '2400:cb00::1',
  ])('%s is a server of the world', (address) => expect(reachOf(address)).toBe('public'))
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.255',
    '::1',
    'fc00::1',
    'fdff::1',
  ])('%s is this machine or a network of its own', (address) => expect(reachOf(address)).toBe('private'))
  test.each([
    ['this network', '0.0.0.0'],
    ['this network, not its first', '0.1.2.3'],
    ['metadata of most clouds', '169.254.169.254'],
    ['metadata of ECS tasks', '169.254.170.2'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['metadata of Azure', '168.63.129.16'],
    ['metadata of Oracle', '192.0.0.192'],
    ['metadata of Amazon in IPv6', 'fd00:ec2::254'],
    ['metadata of Google in IPv6', 'fd20:ce::254'],
    ['documentation', '192.0.2.1'],
    ['documentation, the second', '198.51.100.1'],
    ['documentation, the third', '203.0.113.1'],
    ['benchmarks', '198.19.0.1'],
    ['the relay of 6to4', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['nothing', '::'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped loopback as numbers', '::ffff:7f00:1'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['mapped metadata', '::ffff:169.254.169.254'],
    ['mapped public', '::ffff:1.1.1.1'],
    ['mapped at length', '0:0:0:0:0:ffff:127.0.0.1'],
    ['translated', '::ffff:0:127.0.0.1'],
    ['compatible', '::127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64 to metadata', '64:ff9b::169.254.169.254'],
    ['NAT64 of a network of its own', '64:ff9b:1::a00:1'],
    ['6to4 of loopback', '2002:7f00:1::1'],
    ['6to4 of a private network', '2002:a00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['ISATAP of loopback', '2a00:1:2:3:0:5efe:7f00:1'],
    ['ISATAP, universal', '2a00:1:2:3:200:5efe:a00:1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['loopback with a zone', '::1%lo'],
    ['a public one with a zone', '2606:4700::1111%1'],
    ['site-local', 'fec0::1'],
    ['multicast in IPv6', 'ff02::1'],
    ['documentation in IPv6', '2001:db8::1'],
    ['documentation in IPv6, the new one', '3fff::1'],
    ['discard', '100::1'],
    ['segment routing', '5f00::1'],
    ['no address', 'localhost'],
    ['no address either', ''],
  ])('%s (%s) is nobody whom a tool should ask', (_name, address) => expect(reachOf(address)).toBe('special'))
})

describe('a host', () => {
  test.each([
    ['2130706433', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['017700000001', '127.0.0.1'],
    ['0177.0.0.01', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['127.0.0.1.', '127.0.0.1'],
    ['１２７.0.0.1', '127.0.0.1'],
    ['①②⑦.⓪.⓪.①', '127.0.0.1'],
    ['127。0。0。1', '127.0.0.1'],
    ['ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', 'localhost'],
    ['LOCALHOST.', 'localhost'],
    ['Bücher.example', 'xn--bcher-kva.example'],
    ['[0:0:0:0:0:0:0:1]', '::1'],
    ['[::FFFF:127.0.0.1]', '::ffff:7f00:1'],
  ])('%s is %s', (text, host) => expect(canonicalHost(text)).toBe(host))
  test.each([
    '',
    '.',
    'a..b',
    '.a',
    'a..',
    'a b',
    'a\tb',
    'a/b',
    'a?b',
    'a#b',
    'u@a',
    'a\\b',
    'a%00b',
    '%31',
    'a:80',
    '::1',
    '[::1',
    '[::1%25lo]',
    '[fe80::1%eth0]',
    '[a]',
    '256.1.1.1',
    '1.2.3.4.5',
    '0x100000000',
    'a\u00ad@b',
    'xn--\u0000',
  ])('%j is none', (text) => expect(canonicalHost(text)).toBeUndefined())
})

describe('a grant', () => {
  const opens = (entries: string[], host: string, port = 443) =>
    grantFor(networkGrants(entries), { host, port }) !== undefined
  test.each<[string, string, number, boolean]>([
    ['packages.example', 'packages.example', 443, true],
    ['packages.example', 'packages.example', 80, true],
    ['Packages.Example', 'packages.example', 443, true],
    ['packages.example', 'packages.example', 22, false],
    ['packages.example', 'evil.packages.example', 443, false],
    ['packages.example', 'evilpackages.example', 443, false],
    ['packages.example', 'packages.example.evil.test', 443, false],
    ['packages.example:8443', 'packages.example', 8443, true],
    ['packages.example:8443', 'packages.example', 443, false],
    ['*.packages.example', 'a.b.packages.example', 443, true],
    ['*.packages.example', 'packages.example', 443, false],
    ['*.packages.example', 'evilpackages.example', 443, false],
    ['*.0.0.1', '127.0.0.1', 443, false],
    ['*', 'anyone.test', 443, true],
    ['*', 'anyone.test', 8080, false],
    ['*:8080', 'anyone.test', 8080, true],
    ['1.1.1.1', '1.1.1.1', 443, true],
    ['[2606:4700:0::1111]', '2606:4700::1111', 443, true],
    ['private:localhost:8080', 'localhost', 8080, true],
    ['private:localhost:8080', 'localhost', 8081, false],
    ['private:[::1]:8080', '::1', 8080, true],
  ])('%s for %s:%i: %s', (entry, host, port, is) => expect(opens([entry], host, port)).toBe(is))
  test.each([
    '',
    '*.',
    'private:',
    'private:*',
    'private:*.example',
    'http://a.example',
    'a.example/x',
    'a b',
    'a@b',
    '**',
    'a.*.b',
    '*a.b',
    'a:0',
    'a:65536',
    'a:b',
    'a..b',
    '::1',
    'bücher.example',
  ])('%j is none', (entry) => {
    expect(parseNetworkGrant(entry)).toHaveProperty('problem')
    expect(() => networkGrants([entry])).toThrow(JSON.stringify(entry))
  })
})

describe('what may be connected to', () => {
  const answer =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  const open = (entries: string[], host: string, ...addresses: string[]) =>
    openAddresses({ host, port: 443 }, networkGrants(entries), answer(...addresses)).then(
      (found) => found.map(({ address }) => address),
      (error: { code: string }) => error.code,
    )

  test('of a name only the addresses that are open to it, of both families', async () => {
    expect(await open(['a.test'], 'a.test', '1.1.1.1', '127.0.0.1', '::1', '2606:4700::1')).toEqual([
      '1.1.1.1',
      '2606:4700::1',
    ])
    expect(await open(['a.test'], 'a.test', '127.0.0.1', '10.0.0.1')).toBe('NetworkRefused')
    expect(await open(['a.test'], 'a.test')).toBe('NetworkRefused')
    expect(await open(['private:a.test'], 'a.test', '127.0.0.1', '169.254.169.254', '1.1.1.1')).toEqual([
      '127.0.0.1',
      '1.1.1.1',
    ])
    expect(await open(['private:a.test'], 'a.test', '169.254.169.254')).toBe('NetworkRefused')
  })
  test('an address by its number, where that number is granted', async () => {
    expect(await open(['*'], '1.1.1.1')).toEqual(['1.1.1.1'])
    expect(await open(['*', '127.0.0.1'], '127.0.0.1')).toBe('NetworkRefused')
    expect(await open(['*', 'private:127.0.0.1'], '127.0.0.1')).toEqual(['127.0.0.1'])
    expect(await open(['private:169.254.169.254'], '169.254.169.254')).toEqual(['169.254.169.254'])
  })
  test('the answer stays what it was, for one and for all', () => {
    const lookup = fixedLookup([{ address: '1.1.1.1', family: 4 }])
    const told: unknown[] = []
    lookup('other.test', { all: true }, (...all) => told.push(all))
    lookup('other.test', {}, (...all) => told.push(all))
    expect(told).toEqual([
      [null, [{ address: '1.1.1.1', family: 4 }]],
      [null, '1.1.1.1', 4],
    ])
  })
})
